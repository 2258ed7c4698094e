package dev.statecraft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The source files of the project. The bytecode has neither unused imports nor inlined constants, so rules about imports
 * read the sources.
 */
record SourceTree(List<SourceFile> files) {

    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?(dev\\.statecraft\\.[\\w.]+);");

    static final SourceTree MAIN = read("src/main/java/dev/statecraft");

    static final SourceTree TESTS = read("src/test/java/dev/statecraft");

    /**
     * One source file.
     *
     * @param packageName below the root; empty for the root itself
     * @param className without ".java"
     */
    record SourceFile(String packageName, String className, String text) {

        long lines() {
            return text.lines().count();
        }

        boolean isPackageInfo() {
            return className.equals("package-info");
        }

        /** The full names of the project's top-level classes that the file imports. */
        List<String> imports() {
            return IMPORT.matcher(text)
                    .results()
                    .map(found -> topLevel(found.group(1)))
                    .distinct()
                    .toList();
        }

        private static String topLevel(String name) {
            Matcher type = Pattern.compile("^(.*?\\.[A-Z]\\w*)").matcher(name);
            return type.find() ? type.group(1) : name;
        }

        @Override
        public String toString() {
            return (packageName.isEmpty() ? "" : packageName + ".") + className;
        }
    }

    private static SourceTree read(String root) {
        Path path = Path.of(root);
        try (Stream<Path> all = Files.walk(path)) {
            return new SourceTree(all.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .map(file -> source(path, file))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SourceFile source(Path root, Path file) {
        Path folder = root.relativize(file.getParent());
        String name = file.getFileName().toString();
        try {
            return new SourceFile(
                    folder.toString().replace('/', '.').replace('\\', '.'),
                    name.substring(0, name.length() - ".java".length()),
                    Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
