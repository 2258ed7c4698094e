package dev.statecraft.local.template;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Paths of the project's files. Maven starts tests in the project directory, but dev mode in a directory below it, so
 * the project is the nearest ancestor directory with a {@code pom.xml}.
 */
public final class ProjectFiles {

    private ProjectFiles() {}

    /** The SAM template: system property {@code statecraft.local.template}, or {@code template.yaml} of the project. */
    static Path template() {
        return fromProperty("statecraft.local.template", "template.yaml");
    }

    /** File with the class path of DynamoDB Local: system property {@code statecraft.local.tools}, or Maven's file. */
    public static Path tools() {
        return fromProperty("statecraft.local.tools", "target/forked-tools.classpath");
    }

    /** The directory of the build output; it exists after the first Maven build. */
    public static Path target() {
        return directory().resolve("target");
    }

    /** Resolves a path relative to the project directory. */
    public static Path resolve(String path) {
        return directory().resolve(path).normalize();
    }

    private static Path fromProperty(String property, String fallback) {
        @Nullable String given = System.getProperty(property);
        return resolve(given == null || given.isBlank() ? fallback : given);
    }

    private static Path directory() {
        Path here = Path.of("").toAbsolutePath();
        for (@Nullable Path candidate = here; candidate != null; candidate = candidate.getParent()) {
            if (Files.exists(candidate.resolve("pom.xml"))) {
                return candidate;
            }
        }
        return here;
    }
}
