package dev.statecraft.lambda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process has used since its start. Linux only.
 *
 * @param cpuMillis processor time of the process and the kernel on its behalf, in steps of 10 ms
 * @param residentBytes memory
 */
record FunctionUse(long cpuMillis, long residentBytes) {

    private static final long MILLIS_PER_TICK = 10;
    private static final long PAGE_BYTES = 4_096;
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int RESIDENT = 21;
    private static final Pattern EDEN = Pattern.compile("eden space .*\\[0x(\\w+), 0x(\\w+), 0x(\\w+)\\)");
    private static final Pattern COLLECTIONS = Pattern.compile("sun\\.gc\\.collector\\.\\d\\.invocations=(\\d+)");
    private static final Pattern LOADED = Pattern.compile("java\\.cls\\.(loaded|sharedLoaded)Classes=(\\d+)");

    static FunctionUse of(ProcessHandle process) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        // The fields after the name of the program, which may contain spaces.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new FunctionUse(
                (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM])) * MILLIS_PER_TICK,
                Long.parseLong(fields[RESIDENT]) * PAGE_BYTES);
    }

    /**
     * What a JVM has loaded and allocated.
     *
     * @param classes number of classes
     * @param allocatedBytes bytes on the heap, as long as no collection has run
     */
    record Loaded(int classes, long allocatedBytes) {

        /** @throws IllegalStateException if a collection has run */
        static Loaded of(ProcessHandle jvm) throws IOException {
            int classes = 0;
            Matcher loaded = LOADED.matcher(jcmd(jvm, "PerfCounter.print"));
            while (loaded.find()) {
                classes += Integer.parseInt(loaded.group(2));
            }
            Matcher collections = COLLECTIONS.matcher(jcmd(jvm, "PerfCounter.print"));
            while (collections.find()) {
                if (!collections.group(1).equals("0")) {
                    throw new IllegalStateException("The young generation is too small: a collection has run");
                }
            }
            Matcher eden = EDEN.matcher(jcmd(jvm, "GC.heap_info"));
            if (!eden.find()) {
                throw new IllegalStateException("There is no description of the heap");
            }
            return new Loaded(
                    classes, Long.parseUnsignedLong(eden.group(2), 16) - Long.parseUnsignedLong(eden.group(1), 16));
        }

        private static String jcmd(ProcessHandle jvm, String command) throws IOException {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(jvm.pid()),
                            command)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    /** The use since an earlier time; memory is that of now. */
    FunctionUse since(FunctionUse earlier) {
        return new FunctionUse(cpuMillis - earlier.cpuMillis, residentBytes);
    }

    /** Processor time. */
    Duration cpu() {
        return Duration.ofMillis(cpuMillis);
    }
}
