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
 * Serves the OpenAPI document as it was written at build time. The extension's own service parses that document and
 * writes it anew at every start, for filters that run at start, of which this application has none: as a native
 * executable, two thirds of the time until the first answer and a third of the memory, in functions that are never
 * asked for the document.
 *
 * <p>Since Quarkus 3.31 (quarkusio/quarkus#54826). When a version of Quarkus no longer parses the document at start where
 * no filter asks for it, this class goes. It stands in the extension's package because what it overrides is visible there
 * only. In dev mode and in tests the extension's service is used.
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
