package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.statecraft.SamTemplate;
import dev.statecraft.lambda.RecordedCalls.Call;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The start and the first events of every function of {@code target/function.zip}, on a database in memory: what they read,
 * how much processor time and memory they use. Writes the table to {@code target/first-invoke.md}.
 *
 * <p>Processor time has steps of 10 ms, and a JVM loads classes at the first use, so bounds are for sums over functions and
 * depend on the kind of the artifact.
 */
@EnabledOnOs(OS.LINUX)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FirstInvokeIT {

    private static final Path ZIP = Path.of(System.getProperty("statecraft.packaged", "target/function.zip"));
    private static final int EVENTS = 2;

    /** An event of a native executable takes less than a step of the processor time, so only many of them show it. */
    private static final int NATIVE_STARTS = 6;

    private static final Path PAGE = Path.of("src/site/markdown/internals/start.md");
    private static final String BEGIN = "<!-- initialized -->\n\n```text\n";

    /** A handler of requests and one of records, which are also started without priming. */
    private static final Set<String> COMPARED = Set.of("api", "state-stream");

    private static final int MAX_CLASSES = 9_500;
    private static final long MAX_ALLOCATED_BYTES = 240L << 20;

    private final Map<String, FirstInvoke> primed = new TreeMap<>();
    private final Map<String, FirstInvoke> unprimed = new TreeMap<>();

    /** All starts with priming; several of each handler for a native executable. */
    private final List<FirstInvoke> repeated = new ArrayList<>();

    private boolean executable;
    private FunctionUse.@Nullable Loaded loaded;

    @BeforeAll
    void start(@TempDir Path unpacked) throws Exception {
        PackagedFunction.unpack(ZIP, unpacked);
        executable = PackagedFunction.isNative(unpacked);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Map<String, Future<FirstInvoke>> with = new TreeMap<>();
            Map<String, Future<FirstInvoke>> without = new TreeMap<>();
            for (String handler : FirstInvoke.EVENTS.keySet()) {
                with.put(handler, threads.submit(measurement(unpacked, handler, Map.of())));
            }
            for (String handler : COMPARED) {
                without.put(
                        handler,
                        threads.submit(measurement(
                                unpacked,
                                handler,
                                Map.of(
                                        "STATECRAFT_LAMBDA_PRIMING",
                                        "false",
                                        FirstInvoke.SETTINGS,
                                        FirstInvoke.LISTED))));
            }
            for (String handler : with.keySet()) {
                primed.put(handler, Objects.requireNonNull(with.get(handler)).get());
            }
            for (String handler : COMPARED) {
                unprimed.put(
                        handler, Objects.requireNonNull(without.get(handler)).get());
            }
            repeated.addAll(primed.values());
            for (int start = 1; executable && start < NATIVE_STARTS; start++) {
                for (String handler : FirstInvoke.EVENTS.keySet()) {
                    repeated.add(measurement(unpacked, handler, Map.of()).call());
                }
            }
            if (!executable) {
                loaded = measurement(unpacked, "state-stream", Map.of(FirstInvoke.SETTINGS, FirstInvoke.COUNTED))
                        .call()
                        .loaded();
            }
        } finally {
            threads.shutdownNow();
        }
        List<String> table = new ArrayList<>(FirstInvoke.HEAD);
        primed.values().forEach(measured -> table.add(measured.row()));
        table.add("");
        table.add("Without priming:");
        table.add("");
        table.addAll(FirstInvoke.HEAD);
        unprimed.values().forEach(measured -> table.add(measured.row()));
        Files.write(Path.of("target", "first-invoke.md"), table);
        table.forEach(System.out::println);
    }

    private static Callable<FirstInvoke> measurement(Path unpacked, String handler, Map<String, String> environment) {
        return () -> {
            try (RecordedCalls calls = new RecordedCalls()) {
                return FirstInvoke.of(unpacked, handler, calls, environment, EVENTS);
            }
        };
    }

    private static long cpu(Map<String, FirstInvoke> starts, Set<String> handlers, ToLongFunction<FirstInvoke> part) {
        return starts.values().stream()
                .filter(start -> handlers.contains(start.handler()))
                .mapToLong(part)
                .sum();
    }

    private static long first(FirstInvoke start) {
        return start.first().cpuMillis();
    }

    private static long second(FirstInvoke start) {
        return start.second().cpuMillis();
    }

    @Test
    void priming_succeedsInEveryFunction() {
        primed.values().forEach(start -> assertFalse(start.log().contains("could not be prepared"), () -> start.log()));
    }

    /** Each function that has a handler may send the requests of its priming. */
    @Test
    void primingRequests_areAllowedByTheRole() {
        for (FirstInvoke start : primed.values()) {
            boolean usesTables = !start.handler().equals("event-bus");
            assertEquals(usesTables ? 1 : 0, start.start().calls().size(), start.handler());
            List<String> functions = SamTemplate.resources(SamTemplate.FUNCTION).entrySet().stream()
                    .filter(function -> start.handler()
                            .equals(function.getValue()
                                    .at("/Properties/Environment/Variables/QUARKUS_LAMBDA_HANDLER")
                                    .asText()))
                    .map(function -> SamTemplate.roleOf(function.getValue()))
                    .toList();
            assertFalse(functions.isEmpty(), start.handler());
            for (Call call : start.start().calls()) {
                for (String role : functions) {
                    assertTrue(
                            SamTemplate.grants(role).stream()
                                    .anyMatch(grant -> grant.verb().equals(call.verb())
                                            && grant.logicalId().equalsIgnoreCase(call.table() + "Table")),
                            role + " may not send " + call);
                }
            }
        }
    }

    @Test
    void withoutPriming_theStartSendsNoRequest() {
        unprimed.values().forEach(start -> assertEquals(List.of(), start.start().calls(), start.handler()));
    }

    /** Measured on the JVM: a fifth to a ninth. */
    @Test
    void priming_halvesTheFirstEvent() {
        assumeFalse(executable, "two events of a native executable take less than the steps of the processor time");
        long with = cpu(primed, COMPARED, FirstInvokeIT::first);
        long without = cpu(unprimed, COMPARED, FirstInvokeIT::first);
        assertTrue(2 * with <= without, () -> with + " ms with priming, " + without + " ms without");
    }

    /** Measured on the JVM: 2.7 to 3.6 times, because the classes of each kind of event are loaded once. */
    @Test
    void firstEvent_costsLittleMoreThanTheSecond() {
        int times = executable ? 2 : 6;
        long first = repeated.stream().mapToLong(FirstInvokeIT::first).sum();
        long second = repeated.stream().mapToLong(FirstInvokeIT::second).sum();
        assertTrue(first <= times * second, () -> first + " ms the first events, " + second + " ms the second");
    }

    @Test
    void memory_isBounded() {
        long limit = (executable ? 80L : 260L) << 20;
        Stream.concat(primed.values().stream(), unprimed.values().stream())
                .forEach(start -> assertTrue(start.residentBytes() <= limit, start::row));
    }

    /** The page lists them. A class that only some functions need does not belong there. */
    @Test
    void everyFunction_initializesTheSameClassesAtItsStart() throws Exception {
        assumeFalse(executable, "the list is that of a JVM");
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        String listed = page.substring(from, page.indexOf("```", from)).strip();
        for (FirstInvoke start : unprimed.values()) {
            assertEquals(listed, String.join("\n", start.initialized()), start.handler());
        }
    }

    /** Nine tenths of what a JVM allocates before the first event are the bytes of classes. */
    @Test
    void allocationBeforeTheFirstEvent_isBounded() {
        assumeFalse(executable, "a native executable has no counters");
        FunctionUse.Loaded use = Objects.requireNonNull(loaded);
        System.out.println(
                "state-stream: " + use.classes() + " classes, " + (use.allocatedBytes() >> 20) + " MB allocated");
        assertTrue(use.classes() <= MAX_CLASSES, use::toString);
        assertTrue(use.allocatedBytes() <= MAX_ALLOCATED_BYTES, use::toString);
    }
}
