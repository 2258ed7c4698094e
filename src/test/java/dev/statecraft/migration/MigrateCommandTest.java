package dev.statecraft.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code infra/migrate} as a process of its own, against a server with prepared responses. */
public class MigrateCommandTest {

    private final Map<String, Deque<String>> answers = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @TempDir
    Path folder;

    /** What the process wrote and how it ended. */
    public record Ended(int code, String out) {}

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        answers("GET /v1/migrations", """
                200 {"currentVersion": "1.0.0", "migrations": [
                  {"version": "1.0.0", "status": "APPLIED"}, {"version": "1.1.0", "status": "PENDING"}]}""");
        answers("POST /v1/migrations/1.1.0/plan", """
                200 {"matching": 20, "wouldChange": 18, "failures": [], "estimate": {"readUnits": 10, "writeUnits": 80}}""");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aMigrationIsRegisteredPlannedAppliedAndFollowedToItsEnd() throws Exception {
        Path file = Files.writeString(folder.resolve("m.json"), "{\"version\": \"1.1.0\"}");
        answers("POST /v1/migrations", "201 {\"version\": \"1.1.0\", \"description\": \"coins \\u2192 \\\"gold\\\"\"}");
        answers(
                "POST /v1/migrations/apply",
                "200 {\"applied\": 0, \"failed\": [], \"totalPending\": 1, \"runs\": [\"run-00000007\"]}",
                "200 {\"applied\": 1, \"failed\": [], \"totalPending\": 1, \"runs\": [\"run-00000007\"]}");
        answers(
                "GET /v1/migrations/runs/run-00000007",
                run("RUNNING", "MIGRATING", 5, ""),
                "503 {\"type\": \"/problems/unavailable\"}",
                run("RUNNING", "MIGRATING", 15, ""),
                run("APPLIED", "FINISHED", 20, ""));
        Ended ended = migrate("--reason", "new \"gold\"", file.toString());
        assertEquals(0, ended.code(), ended.out());
        assertTrue(ended.out().contains("registered: 1.1.0 coins \u2192 \"gold\""), ended.out());
        assertTrue(ended.out().contains("plan 1.1.0: 18 of 20 records change"), ended.out());
        assertTrue(ended.out().contains("run-00000007  RUNNING MIGRATING   25 %  5/20, 0 failed"), ended.out());
        assertTrue(ended.out().contains("run-00000007 1.1.0: APPLIED"), ended.out());
        assertTrue(
                calls.contains(
                        "POST /v1/migrations/apply?waitMillis=0 Bearer sk_test {\"reason\":\"new \\\"gold\\\"\"}"),
                calls.toString());
    }

    @Test
    void aRunThatFailsEndsTheCommandWithOneAndSaysWhy() throws Exception {
        answers(
                "POST /v1/migrations/apply",
                "200 {\"applied\": 0, \"failed\": [], \"totalPending\": 1, \"runs\": [\"run-00000007\"]}");
        answers(
                "GET /v1/migrations/runs/run-00000007",
                run("ROLLING_BACK", "RESTORING", 5, ""),
                run("ROLLED_BACK", "FINISHED", 5, ", \"error\": \"3 of 20 records failed\""));
        Ended ended = migrate("--progress", "bar");
        assertEquals(1, ended.code(), ended.out());
        assertTrue(ended.out().contains("\r[########----------------------]  25 %  5/20"), ended.out());
        assertTrue(ended.out().contains("ROLLED_BACK, 3 of 20 records failed"), ended.out());
    }

    @Test
    void aRefusalIsToldAsItIs() throws Exception {
        Path file = Files.writeString(folder.resolve("m.json"), "{}");
        answers("POST /v1/migrations", """
                400 {"type": "/problems/bad-request", "title": "The request is malformed", "field": "version",
                  "detail": "The field version is missing."}""");
        Ended ended = migrate(file.toString());
        assertEquals(1, ended.code(), ended.out());
        assertTrue(ended.out().contains("The request is malformed (version): The field version is missing."));
    }

    @Test
    void aRollbackIsFollowedAndAPlanWithFailuresIsNotSound() throws Exception {
        answers("POST /v1/migrations/1.0.0/rollback", "200 {\"runId\": \"run-00000009\"}");
        answers(
                "GET /v1/migrations/runs/run-00000009",
                "200 {\"version\": \"1.0.0\", \"direction\": \"DOWN\", \"status\": \"ROLLED_BACK\", \"total\": 0}");
        Ended back = migrate("--rollback", "1.0.0", "--reason", "oops");
        assertEquals(0, back.code(), back.out());
        answers("POST /v1/migrations/1.1.0/plan", """
                200 {"matching": 2, "wouldChange": 1, "failures": [{"id": "p1", "reason": "no coins"}],
                  "estimate": {"readUnits": 1, "writeUnits": 1}}""");
        Ended plan = migrate("--plan");
        assertEquals(1, plan.code(), plan.out());
        assertTrue(plan.out().contains("p1: no coins"), plan.out());
    }

    @Test
    void aWrongCallEndsWithTwo() throws Exception {
        assertEquals(2, migrate("--rollback", "1.0.0").code());
        assertEquals(0, calls.size());
    }

    private static String run(String status, String phase, int done, String more) {
        return "200 {\"version\": \"1.1.0\", \"direction\": \"UP\", \"status\": \"" + status + "\", \"phase\": \""
                + phase
                + "\", \"done\": " + done + ", \"skipped\": 0, \"failed\": 0, \"total\": 20, \"itemsPerSecond\": 12.5"
                + more + "}";
    }

    /** The answers to a call, in order; the last one is given again and again. */
    private void answers(String call, String... given) {
        answers.put(call, new ArrayDeque<>(List.of(given)));
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            calls.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " " + body);
            Deque<String> left = answers.get(exchange.getRequestMethod() + " " + path);
            String answer = left == null ? "404 {\"type\": \"/problems/not-found\"}" : left.getFirst();
            if (left != null && left.size() > 1) {
                left.removeFirst();
            }
            byte[] bytes = answer.substring(4).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(Integer.parseInt(answer.substring(0, 3)), bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Ended migrate(String... options) throws Exception {
        return forked("migrate", "http://localhost:" + server.getAddress().getPort(), "sk_test", options);
    }

    /** Forks a command of infra. */
    public static Ended forked(String name, String url, String key, String... options) throws Exception {
        List<String> command = Stream.concat(
                        Stream.of("sh", "infra/" + name, "--url", url, "--key", key), Arrays.stream(options))
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // Each call compiles the command: the JVM starts quickest with the quick compiler and the serial collector.
        builder.environment()
                .put(
                        "JAVA_TOOL_OPTIONS",
                        "-Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
        return new Ended(process.exitValue(), out);
    }
}
