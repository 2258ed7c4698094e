package dev.statecraft.local.template;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the files of the checked-out project are. Maven starts tests in the project directory but dev mode in a
 * directory below it, so the project is the nearest directory upwards that holds a {@code pom.xml}.
 */
public final class ProjectFiles {

    private ProjectFiles() {}

    /** The SAM template: system property {@code statecraft.local.template}, or {@code template.yaml} of the project. */
    static Path template() {
        return fromProperty("statecraft.local.template", "template.yaml");
    }

    /** The class path DynamoDB Local runs from: system property {@code statecraft.local.tools}, or what Maven wrote. */
    public static Path tools() {
        return fromProperty("statecraft.local.tools", "target/forked-tools.classpath");
    }

    /** The directory build output goes to; exists afterwards at the latest when Maven ran once. */
    public static Path target() {
        return directory().resolve("target");
    }

    /** A path given by the developer, relative to the project and not to wherever dev mode happens to run. */
    public static Path resolve(String path) {
        return directory().resolve(path).normalize();
    }

    private static Path fromProperty(String property, String otherwise) {
        @Nullable String given = System.getProperty(property);
        return resolve(given == null || given.isBlank() ? otherwise : given);
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
