package dev.statecraft.lambda;

import dev.statecraft.lambda.RecordedCalls.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One start of one function of the packaged artifact and its first events, each measured apart. Every measurement ends
 * when the function asks for the next event.
 *
 * @param start from the start of the process to its first request for an event
 * @param events the events, in order
 * @param residentBytes memory after the last event
 * @param loaded what the JVM had loaded after the start; null for a native executable, or if not asked for
 * @param initialized the classes of the project that the JVM has initialized at the start; empty if it writes no list
 * @param log the output
 */
record FirstInvoke(
        String handler,
        Part start,
        List<Part> events,
        long residentBytes,
        FunctionUse.@Nullable Loaded loaded,
        SortedSet<String> initialized,
        String log) {

    /** The handlers, each with a recorded event that makes it use DynamoDB where it can. */
    static final Map<String, String> EVENTS = new TreeMap<>(Map.of(
            "api", "api-create-entity",
            "event-bus", "event-bus",
            "event-stream", "leaderboard-stream",
            "leaderboard-stream", "leaderboard-stream",
            "migration-step", "migration-advance",
            "schedule", "schedule",
            "socket", "socket-connect",
            "state-stream", "state-stream"));

    /** The head of a table of {@link #row()}: wall time, processor time and requests to DynamoDB. */
    static final List<String> HEAD =
            List.of("| handler | start | first event | second event | memory |", "|---|---|---|---|---|");

    /** Variable with options of a JVM. */
    static final String SETTINGS = "JDK_JAVA_OPTIONS";

    /** A JVM that collects nothing before its first event, so that its heap shows what it has allocated. */
    static final String COUNTED = "-Xmn320m -XX:MetaspaceSize=128m";

    /** A JVM that lists the classes that it initializes. */
    static final String LISTED = "-Xlog:class+init=info:file=";

    private static final Pattern INITIALIZED = Pattern.compile("Initializing '(dev/statecraft/[^'$]+)'");
    private static final double NANOS_PER_MILLI = 1e6;

    /**
     * A part of the life of an instance.
     *
     * @param millis duration
     * @param cpuMillis processor time, in steps of 10 ms
     * @param calls the requests to DynamoDB
     */
    record Part(double millis, long cpuMillis, List<Call> calls) {}

    /**
     * Starts a function, sends its event several times and ends it.
     *
     * @param calls the database; no other function may use it meanwhile
     * @param environment additional variables
     * @param events number of events
     */
    static FirstInvoke of(
            Path unpacked, String handler, RecordedCalls calls, Map<String, String> environment, int events)
            throws Exception {
        Map<String, String> all = new TreeMap<>(environment);
        all.put("STATECRAFT_ACCESS_ANONYMOUS", "true");
        all.put("QUARKUS_DYNAMODB_ENDPOINT_OVERRIDE", calls.endpoint().toString());
        all.put("STATECRAFT_TABLES_PREFIX", calls.prefix());
        Path classes = Path.of("target", "first-" + handler + "-classes.log").toAbsolutePath();
        Files.deleteIfExists(classes);
        String settings = all.getOrDefault(SETTINGS, "");
        boolean counted = settings.equals(COUNTED);
        if (settings.equals(LISTED)) {
            all.put(SETTINGS, settings + classes);
        }
        calls.take();
        long begin = System.nanoTime();
        try (PackagedFunction function =
                new PackagedFunction(unpacked, handler, all, Path.of("target", "first-" + handler + ".log"))) {
            double started = (function.awaitPoll() - begin) / NANOS_PER_MILLI;
            FunctionUse before = FunctionUse.of(function.process());
            Part start = new Part(started, before.cpuMillis(), calls.take());
            FunctionUse.Loaded loaded = counted ? FunctionUse.Loaded.of(function.process()) : null;
            SortedSet<String> initialized = Files.exists(classes) ? initialized(classes) : new TreeSet<>();
            List<Part> parts = new ArrayList<>();
            for (int i = 0; i < events; i++) {
                String event = event(handler, calls.prefix(), i);
                before = FunctionUse.of(function.process());
                long sent = System.nanoTime();
                RuntimeApi.Answer answer = function.invoke(event);
                double millis = (System.nanoTime() - sent) / NANOS_PER_MILLI;
                if (answer.failed()) {
                    throw new IllegalStateException(handler + ": " + answer.body());
                }
                function.awaitPoll();
                FunctionUse after = FunctionUse.of(function.process());
                parts.add(new Part(millis, after.since(before).cpuMillis(), calls.take()));
                before = after;
            }
            return new FirstInvoke(
                    handler, start, parts, before.residentBytes(), loaded, initialized, function.output());
        }
    }

    /** The names of the listed classes that the project has a file for, without those that the build generates. */
    private static SortedSet<String> initialized(Path list) throws IOException {
        return INITIALIZED
                .matcher(Files.readString(list))
                .results()
                .map(line -> line.group(1))
                .filter(name -> Files.exists(Path.of("src/main/java", name + ".java")))
                .map(name -> name.substring("dev/statecraft/".length()).replace('/', '.'))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** An event that differs from the one before, so that none is recognized as repeated. */
    private static String event(String handler, String prefix, int number) throws IOException {
        return Files.readString(Path.of("infra/events", EVENTS.get(handler) + ".json"))
                .replace("table/statecraft-", "table/" + prefix)
                .replace("player_123_stats", "player_" + number)
                .replace("O1mXEd7uDoECIzQ=", "connection" + number)
                .replace("\"S\": \"ada\"", "\"S\": \"ada" + number + "\"");
    }

    Part first() {
        return events.get(0);
    }

    Part second() {
        return events.get(1);
    }

    /** One row of a table. */
    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %.0f ms, %d ms, %d | %.0f ms, %d ms, %d | %.0f ms, %d ms, %d | %d MB |",
                handler,
                start.millis(),
                start.cpuMillis(),
                start.calls().size(),
                first().millis(),
                first().cpuMillis(),
                first().calls().size(),
                second().millis(),
                second().cpuMillis(),
                second().calls().size(),
                residentBytes >> 20);
    }
}
