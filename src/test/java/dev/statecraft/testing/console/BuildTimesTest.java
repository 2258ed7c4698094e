package dev.statecraft.testing.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.testing.console.BuildTimes.ClassTime;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report at the end of a build. */
class BuildTimesTest {

    @Test
    void report_namesTheTenSlowestClassesOfAllProcesses(@TempDir Path directory) throws Exception {
        IntStream.rangeClosed(1, 12)
                .forEach(i -> BuildTimes.append(
                        directory,
                        "process-" + i % 2,
                        new ClassTime("plain", "Class" + i, 1, 5_000, 5_000 + i * 1_000L)));
        String report = BuildTimes.report(BuildTimes.read(directory), 0, 30_000);
        List<String> rows = report.lines().toList();
        assertTrue(rows.get(1).endsWith("12.0 s  Class12"), report);
        assertTrue(rows.get(10).endsWith("3.0 s  Class3"), report);
        assertFalse(report.contains("Class2\n"), report);
    }

    @Test
    void report_dividesTheTimeOfTheBuild() {
        List<ClassTime> times = List.of(
                new ClassTime("plain", "A", 3, 10_000, 14_000),
                new ClassTime("application", "B", 1_004, 12_000, 15_000),
                new ClassTime("last", "C", 5, 21_000, 29_000));
        assertEquals(
                List.of(
                        "  10.0 s  until the first test",
                        "   5.0 s  tests (plain: 3 in 1 classes, 4 s one after another; "
                                + "application: 1,004 in 1 classes, 3 s one after another)",
                        "   6.0 s  packaging",
                        "   8.0 s  tests of the artifact and of thread interleavings "
                                + "(last: 5 in 1 classes, 8 s one after another)",
                        "  30.0 s  in all"),
                Stream.of(BuildTimes.report(times, 0, 30_000))
                        .flatMap(String::lines)
                        .skip(5)
                        .toList());
    }
}
