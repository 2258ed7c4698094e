package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardStore;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryItems;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.rank.RankTree;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.bench.AsDeployed;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;

/**
 * Compares submissions and ranks over HTTP with the same DynamoDB calls of the SDK on the same machine. The stream pump is
 * stopped, so that only the request path is compared.
 */
@Tag("bench")
@QuarkusTest
@TestProfile(AsDeployed.class)
@WithTestResource(DynamoDbLocalResource.class)
class HttpBench {

    private static final int PLAYERS = 500;
    private static final Duration WARM_UP = Duration.ofSeconds(6);

    /** The two sides alternate, so that other load and warm-up affect both. */
    private static final int TURNS = 5;

    private static final Duration TURN = Duration.ofSeconds(2);

    /** Number of receipts of an entry after some submissions, so that both sides write items of the same size. */
    private static final List<Receipt> RECEIPTS = IntStream.range(0, 16)
            .mapToObj(i -> new Receipt(
                    Receipt.idOf("s" + i), i, 1_000 + i, new Score(1_001 + i, 0), i * 100L, false, true, false))
            .toList();

    @Inject
    LocalRuntime local;

    @Inject
    DynamoDbClient dynamo;

    @Inject
    TableNames tables;

    @Inject
    BoardStore boards;

    @TestHTTPResource
    URI root;

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicLong scores = new AtomicLong(1_000);

    private record Rate(double perSecond, double medianMillis, double p99Millis) {}

    @Test
    void httpComparedWithTheSdk() throws Exception {
        send("POST", "/v1/leaderboards", "{\"id\":\"bench\",\"rankingType\":\"SCORE\"}");
        for (int player = 0; player < PLAYERS; player++) {
            submit();
        }
        local.pump().drain(Duration.ofMinutes(1));
        local.pump().pause();
        Board board = boards.read("default", "bench").orElseThrow();
        try {
            for (int clients : new int[] {1, 32}) {
                compare("submit with rank", clients, this::submit, () -> bareSubmit(board));
                compare("rank of a player", clients, this::rank, this::bareRank);
                Rate alive = rates(clients, List.of(this::alive)).get(0);
                System.out.println(String.format(
                        Locale.ROOT,
                        "%-18s %2d clients: http %6.0f/s p50 %5.1f ms",
                        "no table touched",
                        clients,
                        alive.perSecond(),
                        alive.medianMillis()));
            }
        } finally {
            local.pump().resume();
        }
    }

    private void compare(String name, int clients, Callable<?> overHttp, Callable<?> bare) throws Exception {
        List<Rate> rates = rates(clients, List.of(overHttp, bare));
        Rate httpRate = rates.get(0);
        Rate bareRate = rates.get(1);
        System.out.println(String.format(
                Locale.ROOT,
                "%-18s %2d clients: http %6.0f/s p50 %5.1f ms p99 %6.1f ms | sdk %6.0f/s p50 %5.1f ms p99 %6.1f ms"
                        + " | ratio %.2f",
                name,
                clients,
                httpRate.perSecond(),
                httpRate.medianMillis(),
                httpRate.p99Millis(),
                bareRate.perSecond(),
                bareRate.medianMillis(),
                bareRate.p99Millis(),
                httpRate.perSecond() / bareRate.perSecond()));
    }

    private static List<Rate> rates(int clients, List<Callable<?>> operations) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<LongStream.Builder> nanos = new ArrayList<>();
            for (Callable<?> operation : operations) {
                run(threads, clients, operation, WARM_UP);
                nanos.add(LongStream.builder());
            }
            for (int turn = 0; turn < TURNS; turn++) {
                for (int i = 0; i < operations.size(); i++) {
                    LongStream.of(run(threads, clients, operations.get(i), TURN))
                            .forEach(nanos.get(i));
                }
            }
            return nanos.stream().map(HttpBench::rate).toList();
        } finally {
            threads.shutdownNow();
        }
    }

    private static Rate rate(LongStream.Builder all) {
        long[] nanos = all.build().sorted().toArray();
        return new Rate(
                nanos.length / (double) TURN.multipliedBy(TURNS).toSeconds(),
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6);
    }

    private static long[] run(ExecutorService threads, int clients, Callable<?> operation, Duration time)
            throws Exception {
        long until = System.nanoTime() + time.toNanos();
        List<Future<List<Long>>> futures = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            futures.add(threads.submit(() -> {
                List<Long> nanos = new ArrayList<>();
                while (System.nanoTime() < until) {
                    long started = System.nanoTime();
                    operation.call();
                    nanos.add(System.nanoTime() - started);
                }
                return nanos;
            }));
        }
        List<Long> all = new ArrayList<>();
        for (Future<List<Long>> future : futures) {
            all.addAll(future.get());
        }
        return all.stream().mapToLong(Long::longValue).toArray();
    }

    private Void submit() throws Exception {
        String body = "{\"playerId\":\"%s\",\"value\":%d,\"submissionId\":\"s%d\"}"
                .formatted(player(), scores.incrementAndGet(), scores.get());
        assertEquals(200, send("POST", "/v1/leaderboards/bench/scores", body).statusCode());
        return null;
    }

    private Void rank() throws Exception {
        assertEquals(
                200,
                send("GET", "/v1/leaderboards/bench/players/" + player(), null).statusCode());
        return null;
    }

    private Void alive() throws Exception {
        assertEquals(200, send("GET", "/q/health/live", null).statusCode());
        return null;
    }

    private Void bareSubmit(Board board) {
        String player = player();
        readBoth(player);
        long now = System.currentTimeMillis();
        Entry entry = new Entry(player, new Score(scores.incrementAndGet(), 0), now, now, 1, 0, null, RECEIPTS);
        Map<String, AttributeValue> item = EntryItems.toItem(board, 1, entry);
        dynamo.putItem(
                put -> put.tableName(tables.entries()).item(item).conditionExpression("attribute_not_exists(nothing)"));
        readNodes();
        return null;
    }

    private Void bareRank() {
        readBoth(player());
        readNodes();
        return null;
    }

    private void readBoth(String player) {
        dynamo.batchGetItem(batch -> batch.requestItems(Map.of(
                tables.boards(),
                keys(Map.of("pk", text("default#boards"), "sk", text("bench"))),
                tables.entries(),
                keys(Map.of("pk", text("default#bench#0#1#0"), "sk", text(player))))));
    }

    private void readNodes() {
        List<Map<String, AttributeValue>> nodes = RankTree.nodesOf(new Score(scores.get(), 0), false).stream()
                .map(node -> Map.of("pk", text("default#bench#0#1#0"), "sk", text(node)))
                .toList();
        dynamo.batchGetItem(batch -> batch.requestItems(
                Map.of(tables.ranks(), KeysAndAttributes.builder().keys(nodes).build())));
    }

    private static KeysAndAttributes keys(Map<String, AttributeValue> key) {
        return KeysAndAttributes.builder()
                .keys(List.of(key))
                .consistentRead(true)
                .build();
    }

    private static AttributeValue text(String text) {
        return AttributeValue.fromS(text);
    }

    private static String player() {
        return "p" + ThreadLocalRandom.current().nextInt(PLAYERS);
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(root.resolve(path))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
