package dev.statecraft.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;

/**
 * The types that the build registers for reflection, in any way: by annotation, as part of a signature, by an
 * extension. A native executable knows the constructors, methods and fields of these types and of no others, so Jackson
 * can neither read nor write others there.
 */
final class RegisteredTypes {

    /** What the build hands to the native compiler; the build of a test makes it too, see application.properties. */
    private static final String RESOURCE = "META-INF/native-image/reflect-config.json";

    private RegisteredTypes() {}

    /** The names of the types whose constructors, methods and fields are all registered. */
    static Set<String> names() {
        try (InputStream config = Thread.currentThread().getContextClassLoader().getResourceAsStream(RESOURCE)) {
            if (config == null) {
                throw new IllegalStateException("The build has not made " + RESOURCE);
            }
            Set<String> names = new HashSet<>();
            for (JsonNode type : new ObjectMapper().readTree(config)) {
                if (type.path("allDeclaredConstructors").asBoolean()
                        && type.path("allDeclaredMethods").asBoolean()
                        && type.path("allDeclaredFields").asBoolean()) {
                    names.add(type.get("name").asText());
                }
            }
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
