package dev.statecraft.testing.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How long each test class of a build took, and where the time of the build went; Maven runs it after the tests. */
public final class BuildTimes {

    private static final String SUFFIX = ".times";
    private static final Pattern SPACE = Pattern.compile(" ");
    private static final int SLOWEST = 10;

    /** The parts of a build with tests, and the phases that run side by side in each. */
    private static final List<Part> PARTS = List.of(
            new Part("tests", List.of("plain", "application")),
            new Part("tests of the artifact and of thread interleavings", List.of("last")));

    private record Part(String name, List<String> phases) {}

    private BuildTimes() {}

    /** When one class ran; times are milliseconds since the epoch. */
    record ClassTime(String phase, String className, int tests, long start, long end) {

        private String line() {
            return String.join(" ", phase, className, "" + tests, "" + start, "" + end) + "\n";
        }

        private static ClassTime of(String line) {
            List<String> words = SPACE.splitAsStream(line).toList();
            return new ClassTime(
                    words.get(0),
                    words.get(1),
                    Integer.parseInt(words.get(2)),
                    Long.parseLong(words.get(3)),
                    Long.parseLong(words.get(4)));
        }

        private double seconds() {
            return (end - start) / 1000.0;
        }
    }

    /** Adds a class to the file of this process. */
    static void append(Path directory, String process, ClassTime time) {
        try {
            Files.createDirectories(directory);
            Files.writeString(
                    directory.resolve(process + SUFFIX),
                    time.line(),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Prints the report. Arguments: the directory of the tests' logs, when the build began, and the report of the
     * simulation, which is printed if this build wrote it.
     */
    public static void main(String[] args) throws IOException {
        long begun = Instant.parse(args[1]).toEpochMilli();
        List<ClassTime> times = read(Path.of(args[0])).stream()
                .filter(time -> time.start() >= begun)
                .toList();
        Path simulation = Path.of(args[2]);
        if (Files.exists(simulation) && Files.getLastModifiedTime(simulation).toMillis() >= begun) {
            System.out.print("Simulation\n" + Files.readString(simulation));
        }
        System.out.print(report(times, begun, System.currentTimeMillis()));
    }

    static List<ClassTime> read(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .flatMap(file -> {
                        try {
                            return Files.readAllLines(file).stream();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .map(ClassTime::of)
                    .toList();
        }
    }

    static String report(List<ClassTime> times, long begun, long now) {
        StringBuilder text = new StringBuilder("Slowest test classes\n");
        times.stream()
                .sorted(Comparator.comparingDouble(ClassTime::seconds).reversed())
                .limit(SLOWEST)
                .forEach(time -> text.append(row(time.seconds(), time.className())));
        text.append("Where the time of the build went\n");
        long mark = begun;
        String before = "until the first test";
        for (Part part : PARTS) {
            List<ClassTime> own = times.stream()
                    .filter(time -> part.phases().contains(time.phase()))
                    .toList();
            if (!own.isEmpty()) {
                long start = own.stream().mapToLong(ClassTime::start).min().orElseThrow();
                long end = own.stream().mapToLong(ClassTime::end).max().orElseThrow();
                text.append(row((start - mark) / 1000.0, before));
                text.append(row((end - start) / 1000.0, part.name() + sums(part.phases(), own)));
                mark = end;
                before = "packaging";
            }
        }
        return text.append(row((now - begun) / 1000.0, "in all")).toString();
    }

    private static String sums(List<String> phases, List<ClassTime> times) {
        return phases.stream()
                .map(phase -> times.stream()
                        .filter(time -> time.phase().equals(phase))
                        .toList())
                .filter(own -> !own.isEmpty())
                .map(own -> String.format(
                        Locale.ROOT,
                        "%s: %,d in %d classes, %.0f s one after another",
                        own.get(0).phase(),
                        own.stream().mapToInt(ClassTime::tests).sum(),
                        own.size(),
                        own.stream().mapToDouble(ClassTime::seconds).sum()))
                .collect(Collectors.joining("; ", " (", ")"));
    }

    private static String row(double seconds, String what) {
        return String.format(Locale.ROOT, "%6.1f s  %s%n", seconds, what);
    }
}
