package dev.statecraft.testing.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.replication.ReplicationBench;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Processor time of the application for each operation over HTTP, and as a ratio to an empty request and the same requests
 * to DynamoDB sent by the bare SDK. User and system time of the process; client and database are other processes.
 */
@Tag("bench")
@QuarkusTest
@TestProfile(AsDeployedAndRecorded.class)
@WithTestResource(DynamoDbLocalResource.class)
class CpuBench {

    private static final int WARM_UP = Integer.getInteger("warmUp", 2_000);
    private static final int MEASURED = Integer.getInteger("measured", 2_000);
    private static final int RECORDED = 200;

    /** Measures only the operations whose name contains this text. */
    private static final String ONLY = System.getProperty("only", "");

    @Inject
    LocalRuntime local;

    @Inject
    DynamoDbClient dynamo;

    @TestHTTPResource
    URI root;

    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private int number = 1;
    private double emptyMillis;

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
            Bench.print("%-40s %10s %10s %8s", "operation", "CPU ms", "bare ms", "ratio");
            emptyMillis = millis(
                    () -> client.send("GET", "/q/health/live", "", 0, WARM_UP),
                    WARM_UP,
                    () -> client.send("GET", "/q/health/live", "", 0, MEASURED),
                    MEASURED);
            Bench.print("%-40s %10.3f", "empty request", emptyMillis);
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
            measure(
                    client,
                    "submit with rank",
                    "POST",
                    "/v1/leaderboards/bench/scores",
                    "{\"playerId\":\"p%p\",\"value\":%n000,\"submissionId\":\"i%n\"}");
            measure(client, "page of 100 entries", "GET", "/v1/leaderboards/bench/entries?limit=100&offset=200", "");
            measure(client, "11 around a player", "GET", "/v1/leaderboards/bench/entries?around=p%p&limit=11", "");
            measure(client, "page of 100 events", "GET", "/v1/events?limit=100", "");
        } finally {
            local.pump().resume();
        }
    }

    private void measure(LoadClient client, String name, String method, String path, String body) {
        if (!name.contains(ONLY)) {
            return;
        }
        double millis = millis(
                () -> send(client, method, path, body, WARM_UP),
                WARM_UP,
                () -> send(client, method, path, body, MEASURED),
                MEASURED);
        List<SdkRequest> calls =
                RepeatedCalls.repeatable(RepeatedCalls.of(() -> send(client, method, path, body, RECORDED)));
        int warmUp = Math.max(1, WARM_UP / RECORDED);
        int rounds = Math.max(1, MEASURED / RECORDED);
        double bare = millis(
                () -> IntStream.range(0, warmUp).forEach(i -> RepeatedCalls.repeat(dynamo, calls)),
                warmUp,
                () -> IntStream.range(0, rounds).forEach(i -> RepeatedCalls.repeat(dynamo, calls)),
                rounds * RECORDED);
        Bench.print(
                "%-40s %10.3f %10.3f %8.2f  (%.1f requests to DynamoDB)",
                name, millis, bare, millis / (bare + emptyMillis), calls.size() / (double) RECORDED);
    }

    private void send(LoadClient client, String method, String path, String body, int times) {
        client.send(method, path, body, number, times);
        number += times;
    }

    private double millis(Runnable warmUp, int warmUps, Runnable work, int times) {
        if (warmUps > 0) {
            warmUp.run();
        }
        long before = process.getProcessCpuTime();
        work.run();
        return (process.getProcessCpuTime() - before) / 1e6 / times;
    }
}
