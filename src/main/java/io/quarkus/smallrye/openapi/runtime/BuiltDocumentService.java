package io.quarkus.smallrye.openapi.runtime;

import io.quarkus.arc.Unremovable;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.smallrye.openapi.runtime.filter.AutoSecurityFilter;
import io.smallrye.openapi.runtime.io.Format;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Serves the OpenAPI document that was written at build time. The service of the extension parses that document and
 * writes it again at every start, for filters that run at start; this application has no such filters. In a native
 * executable that takes two thirds of the time until the first response and a third of the memory, also in functions that
 * never serve the document.
 *
 * <p>The cause is Quarkus issue quarkusio/quarkus#54826, since Quarkus 3.31. Delete this class when Quarkus no longer
 * parses the document at start without such filters. The class is in the package of the extension because the members
 * that it overrides are visible there only. Dev mode and tests use the service of the extension.
 */
@Alternative
@Priority(1)
@Unremovable
@ApplicationScoped
@IfBuildProfile("prod")
@NullMarked
public class BuiltDocumentService extends OpenApiDocumentService {

    private final Map<Format, byte[]> documents = new ConcurrentHashMap<>();

    /** Prepares nothing. */
    @Override
    void prepareDocument(@Nullable AutoSecurityFilter security, List<String> runtimeFilters, String documentName) {}

    /** The one document there is, read on first use. */
    @Override
    public byte[] getDocument(String documentName, Format format) {
        return documents.computeIfAbsent(format, BuiltDocumentService::read);
    }

    private static byte[] read(Format format) {
        String name = OpenApiConstants.BASE_NAME + "." + format;
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try (InputStream document = loader.getResourceAsStream(name)) {
            if (document == null) {
                throw new IllegalStateException("The build has not written " + name);
            }
            return document.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
