package dev.statecraft.testing.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Processor time of the threads in which this JVM compiles methods. A native executable has none. The time is that of
 * {@code /proc}, in steps of 10 ms; on systems without it, it is 0.
 */
final class CompilerThreads {

    private static final Path THREADS = Path.of("/proc/self/task");
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Positions of user and system time behind the name of the thread, which is in parentheses. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;

    private CompilerThreads() {}

    /** User and system time of all compiler threads since the start, in nanoseconds. */
    static long nanos() {
        if (!Files.isDirectory(THREADS)) {
            return 0;
        }
        try (Stream<Path> threads = Files.list(THREADS)) {
            return threads.mapToLong(CompilerThreads::nanosOf).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long nanosOf(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            int end = stat.lastIndexOf(')');
            if (!stat.substring(0, end).contains("CompilerThre")) {
                return 0;
            }
            List<String> fields = List.of(stat.substring(end + 2).split(" ", -1));
            return (Long.parseLong(fields.get(USER)) + Long.parseLong(fields.get(SYSTEM))) * TICK_NANOS;
        } catch (NoSuchFileException e) {
            // The thread has ended since it was listed.
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
