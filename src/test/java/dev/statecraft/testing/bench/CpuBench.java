package dev.statecraft.testing.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.OperatingSystemMXBean;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.local.LocalHandlers;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.local.stream.LambdaFunction;
import dev.statecraft.local.stream.StreamBatches;
import dev.statecraft.replication.ReplicationBench;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.TableStream;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.Record;

/**
 * Processor time of the application for each operation over HTTP, and as a ratio to the same requests to DynamoDB behind a
 * route without anything else ({@link BareCalls}). A loop of the same requests is measured too; its code and data stay in the
 * processor's caches. The time is user and system time of the process, without the threads in which the JVM compiles, which
 * a native executable does not have. Client and database are other processes.
 */
@Tag("bench")
@QuarkusTest
@TestProfile(AsDeployedAndRecorded.class)
@WithTestResource(DynamoDbLocalResource.class)
class CpuBench {

    private static final int WARM_UP = Integer.getInteger("warmUp", 5_000);

    /** Rounds of an operation, its bare requests and the loop, in turn. */
    private static final int ROUNDS = Integer.getInteger("rounds", 10);

    /** Requests of a round. */
    private static final int RECORDED = 200;

    private static final int BATCH = 100;

    /** Records of a stream, of which half are measured. */
    private static final int RECORDS = 6_000;

    /** Measures only the operations whose name contains this text. */
    private static final String ONLY = System.getProperty("only", "");

    @Inject
    LocalRuntime local;

    @Inject
    LocalHandlers handlers;

    @Inject
    DynamoDbClient dynamo;

    @Inject
    TableNames tables;

    @TestHTTPResource
    URI root;

    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private int number = 1;

    @Test
    void processorTimeOfOperations() throws Exception {
        String state = ReplicationBench.gameState(new Random(1), 1_000).toString();
        try (LoadClient client = LoadClient.start(root.getPort())) {
            client.send("POST", "/v1/leaderboards", "{\"id\":\"bench\",\"rankingType\":\"SCORE\"}", 0, 1);
            client.send("POST", "/v1/leaderboards/bench/scores", "{\"playerId\":\"p%p\",\"value\":%n}", 1, 500);
            client.send(
                    "POST", "/v1/entities", "{\"id\":\"e%n\",\"type\":\"UI_STATE\",\"state\":" + state + "}", 0, 500);
            local.pump().drain(Duration.ofMinutes(2));
            local.pump().pause();
            Bench.print("%-40s %10s %10s %10s %8s", "operation", "CPU ms", "bare ms", "loop ms", "ratio");
            measure(client, "read of a test's resource", "GET", "/v1/echo/shapes", "");
            measure(client, "entity read", "GET", "/v1/entities/e%p", "");
            measure(
                    client,
                    "entity increment",
                    "PATCH",
                    "/v1/entities/e%p",
                    "{\"increment\":{\"/score\":1},\"mutationId\":\"m%n\"}");
            measure(
                    client,
                    "sync of 10 updates",
                    "POST",
                    "/v1/sync",
                    "{\"clientId\":\"bench\",\"updates\":["
                            + IntStream.range(0, 10)
                                    .mapToObj(i -> "{\"entityId\":\"e" + i * 37 + "\",\"mutationId\":\"s%n-" + i
                                            + "\",\"increment\":{\"/score\":1}}")
                                    .collect(Collectors.joining(","))
                            + "]}");
            measure(client, "page of 100 entities", "GET", "/v1/entities?limit=100", "");
            measure(client, "rank of a player", "GET", "/v1/leaderboards/bench/players/p%p", "");
            // Before the submissions, which the paused pump does not count.
            measure(client, "page of 100 entries", "GET", "/v1/leaderboards/bench/entries?limit=100&offset=200", "");
            measure(client, "11 around a player", "GET", "/v1/leaderboards/bench/entries?around=p%p&limit=11", "");
            measure(client, "page of 100 events", "GET", "/v1/events?limit=100", "");
            measure(
                    client,
                    "submit with rank",
                    "POST",
                    "/v1/leaderboards/bench/scores",
                    "{\"playerId\":\"p%p\",\"value\":%n000,\"submissionId\":\"i%n\"}");
            Bench.print("stream batches of %d records, for each record, without an empty request", BATCH);
            measure(
                    "score changes counted in a rank tree",
                    "leaderboard-stream",
                    tables.entries(),
                    () -> send(
                            client,
                            "POST",
                            "/v1/leaderboards/bench/scores?rank=false",
                            "{\"playerId\":\"p%p\",\"value\":%n000}",
                            RECORDS));
            measure(
                    "versions of entities stored",
                    "state-stream",
                    tables.entities(),
                    () -> send(client, "PATCH", "/v1/entities/e%p", "{\"increment\":{\"/score\":1}}", RECORDS));
        } finally {
            local.pump().resume();
        }
    }

    private void measure(LoadClient client, String name, String method, String path, String body) {
        if (!name.contains(ONLY)) {
            return;
        }
        send(client, method, path, body, WARM_UP - RECORDED);
        List<SdkRequest> calls =
                RepeatedCalls.repeatable(RepeatedCalls.of(() -> send(client, method, path, body, RECORDED)));
        BareCalls.set(calls, RECORDED);
        bare(client, WARM_UP / RECORDED * RECORDED);
        for (int i = 0; i < WARM_UP / RECORDED; i++) {
            RepeatedCalls.repeat(dynamo, calls);
        }
        double[] sums = new double[3];
        for (int round = 0; round < ROUNDS; round++) {
            List<SdkRequest> recorded =
                    RepeatedCalls.of(() -> sums[0] += millis(() -> send(client, method, path, body, RECORDED)));
            // Those of the round: repeated writes leave the tables as the last operation did.
            List<SdkRequest> repeated = RepeatedCalls.repeatable(recorded);
            BareCalls.set(repeated, RECORDED);
            sums[1] += millis(() -> bare(client, RECORDED));
            sums[2] += millis(() -> RepeatedCalls.repeat(dynamo, repeated));
        }
        double times = (double) ROUNDS * RECORDED;
        Bench.print(
                "%-40s %10.3f %10.3f %10.3f %8.2f  (%.1f requests to DynamoDB)",
                name,
                sums[0] / times,
                sums[1] / times,
                sums[2] / times,
                sums[0] / sums[1],
                calls.size() / (double) RECORDED);
    }

    private static void bare(LoadClient client, int times) {
        client.send("GET", BareCalls.PATH, "", 0, times);
    }

    private void measure(String name, String handler, String table, Runnable load) throws Exception {
        if (!name.contains(ONLY)) {
            return;
        }
        TableStream<Record> stream = new TableStream<>(LocalDynamoDb::streams, table, record -> record);
        stream.next();
        load.run();
        List<String> events = StreamBatches.of(stream.next(), BATCH);
        LambdaFunction function = handlers.find(handler).orElseThrow();
        int half = events.size() / 2;
        List<String> measured = events.subList(half, events.size());
        int records = measured.size() * BATCH;
        List<SdkRequest> calls = new ArrayList<>();
        events.subList(0, half).forEach(event -> invoke(function, event));
        double millis =
                millis(() -> calls.addAll(RepeatedCalls.of(() -> measured.forEach(event -> invoke(function, event)))));
        List<SdkRequest> repeated = RepeatedCalls.repeatable(calls);
        RepeatedCalls.repeat(dynamo, repeated);
        double bare = millis(() -> RepeatedCalls.repeat(dynamo, repeated));
        Bench.print(
                "%-40s %10.3f %10.3f %10s %8.2f  (%.2f requests to DynamoDB)",
                name, millis / records, bare / records, "", millis / bare, calls.size() / (double) records);
    }

    private static void invoke(LambdaFunction function, String event) {
        try {
            assertEquals("{\"batchItemFailures\":[]}", function.invoke(event));
        } catch (Exception e) {
            throw new AssertionError("a batch failed", e);
        }
    }

    private void send(LoadClient client, String method, String path, String body, int times) {
        client.send(method, path, body, number, times);
        number += times;
    }

    /** Processor time of the process without the compiler of the JVM. */
    private double millis(Runnable work) {
        long before = process.getProcessCpuTime() - CompilerThreads.nanos();
        work.run();
        return (process.getProcessCpuTime() - CompilerThreads.nanos() - before) / 1e6;
    }
}
