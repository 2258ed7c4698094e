package dev.statecraft.docs.price;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.Keyring;
import dev.statecraft.access.Scope;
import dev.statecraft.docs.price.CapacityProbe.Operation;
import dev.statecraft.integration.event.EventFeedService;
import dev.statecraft.local.ConsumedUnits;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalHandlers;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.replication.ReplicationBench;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.table.TableNames;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Measures the capacity of every priced operation, stream consumers included, and compares it with {@code
 * measured-capacity.json}. {@code -Ddocs.write} writes the file. The price page is computed from it.
 *
 * <p>The model of DynamoDB counts units by AWS's rules, those of rejected writes included. Time is virtual and chance has
 * a seed, so that every run measures the same numbers.
 */
@QuarkusTest
@Tag("application-profile")
@TestProfile(CapacityTest.Metered.class)
@WithTestResource(DynamoDbLocalResource.class)
class CapacityTest {

    /** Settings of a deployed stack where those of tests differ from them. */
    public static final class Metered implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.dynamodb.interceptors", CapacityMeter.class.getName(),
                    // Segments that migrate records of one space at the same time conflict as their threads happen to
                    // run.
                    "statecraft.migration.workers", "1",
                    "statecraft.integration.traffic-gathering", "5s",
                    "statecraft.leaderboard.rank-nodes.checked-after", "500ms",
                    "statecraft.integration.leaderboard-replication", "true",
                    "statecraft.replication.type-cache", "1s");
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(CapacityClock.class);
        }
    }

    private static final String GAME = "priced";
    private static final int PLAYERS = 50;

    /** Sessions of a game server with 40 players. */
    private static final int HELD = 40;

    private static final int STATE_BYTES = 1_000;
    private static final int MIGRATED = 180;
    private static final int FOLLOWERS = CapacityProbe.TOGETHER;

    @Inject
    LocalRuntime local;

    @Inject
    LocalHandlers handlers;

    @Inject
    DynamoDbClient dynamo;

    @Inject
    TableNames tables;

    @Inject
    EventFeedService feed;

    @Inject
    CommitService commits;

    @ConsumedUnits
    Supplier<double[]> consumed;

    @TestHTTPResource
    URI root;

    private final Random random = new Random(1);
    private final MeasuredCapacity file = MeasuredCapacity.read();
    private String key = "";
    private CapacityProbe probe;
    private int sequence;

    @Test
    void capacityOfEveryPricedOperation_isThatOfTheFile() throws Exception {
        local.pump().pause();
        key = Keyring.key(
                GAME,
                Scope.ALL.stream().filter(scope -> scope != Scope.SYSTEM_ADMIN).toList());
        try (CapacityProbe opened =
                new CapacityProbe(key, root, dynamo, tables.prefix(), handlers, () -> feed.count(GAME), consumed)) {
            probe = opened;
            scores();
            matches();
            seasons();
            commits();
            followers();
            migrations();
        } finally {
            local.pump().resume();
        }
        file.finish();
    }

    private void scores() throws Exception {
        board("scores", "");
        measure("submitRanked", i -> submit(i, improved(), ""));
        measure("submitUnranked", i -> submit(i, improved(), "?rank=false"));
        measure("submitNotImproving", i -> submit(i, 1, "?rank=false"));
        measure("readRank", i -> get("leaderboards/scores/players/p" + i));
        measure("readTop", i -> get("leaderboards/scores/top?count=50"));
        measure("readPage", i -> get("leaderboards/scores/entries?offset=21&limit=20"));
    }

    private void board(String id, String more) throws Exception {
        post("leaderboards", "{'id':'" + id + "','rankingType':'SCORE'" + more + "}");
        String scores = IntStream.range(0, PLAYERS)
                .mapToObj(i -> "{'playerId':'p" + i + "','value':" + (i * 19_997) % 999_983 + "}")
                .collect(Collectors.joining(","));
        post("leaderboards/" + id + "/scores/batch", "{'scores':[" + scores + "]}");
        probe.deliver();
    }

    /** Scores in the middle of the board, each better than the one before. */
    private int improved() {
        return 300_000 + 7_919 * sequence;
    }

    private int submit(int player, int value, String query) throws Exception {
        return post(
                "leaderboards/scores/scores" + query,
                "{'playerId':'p%d','value':%d,'submissionId':'s%d'}".formatted(player, value, sequence++));
    }

    private void matches() throws Exception {
        post("leaderboards", "{'id':'ladder','rankingType':'RATING'}");
        probe.deliver();
        measure("match2", i -> match(2, i));
        measure("match10", i -> match(10, i));
    }

    private int match(int players, int number) throws Exception {
        String teams = IntStream.range(0, players)
                .mapToObj(i -> "{'players':['p%d'],'place':%d}".formatted((number * players + i) % PLAYERS, i + 1))
                .collect(Collectors.joining(","));
        return post(
                "leaderboards/ladder/matches?rank=false",
                "{'matchId':'m%d','teams':[%s]}".formatted(sequence++, teams));
    }

    /** The scheduled function without due work, and the end of seasons with and without awards. */
    private void seasons() throws Exception {
        // The first ticks do what the matches left for later; two equal ones had nothing to do.
        Measured before = probe.quiet(i -> probe.tick());
        Measured idle = probe.quiet(i -> probe.tick());
        for (int tick = 0; tick < 5 && !idle.streams().equals(before.streams()); tick++) {
            before = idle;
            idle = probe.quiet(i -> probe.tick());
        }
        file.quiet("idleTick", idle);
        board("plain", "");
        board("prized", ",'rewards':[{'name':'all','percentile':100,'reward':{'coins':1}}]");
        Measured plain = end("plain");
        file.quiet("seasonEnd", plain);
        file.quiet("award", end("prized").minus(plain).per(PLAYERS));
    }

    private Measured end(String board) throws Exception {
        return probe.quiet(i -> {
            int bytes = post("leaderboards/" + board + "/reset", "{'reason':'price'}");
            // The first step marks the end of each lane; the ranks must have counted the marks before the next.
            for (int step = 0; step < 3; step++) {
                probe.deliver();
                probe.tick();
            }
            return bytes;
        });
    }

    private void commits() throws Exception {
        fill("room", "e", "UI_STATE", PLAYERS);
        for (int size : new int[] {1, 10}) {
            measure("commit" + size, i -> update("room", size, i));
        }
        file.quiet("commit50", probe.quiet(i -> update("room", 50, i)));
        String synced = probe.call("POST", "/v1/sync", "{'clientId':'c','cursors':{'room':''}}");
        String cursor =
                MeasuredCapacity.JSON.readTree(synced).at("/spaces/room/cursor").asText();
        measure("pollUnchanged", i -> post("sync", "{'clientId':'c','cursors':{'room':'" + cursor + "'}}"));
        fill("market", "e", "UI_STATE", 1);
        measure("trade", this::trade);
        fill("saved", "p", "UI_STATE", HELD);
        measure("sessionStart", this::takeOver);
        List<String> heartbeats = new ArrayList<>();
        for (int i = 0; i < HELD; i++) {
            String started = probe.call("POST", "/v1/entities/p" + i + "/session?space=saved", holder("all"));
            long fence = MeasuredCapacity.JSON.readTree(started).get("fence").asLong();
            heartbeats.add("{'space':'saved','entityId':'p%d','fence':%d}".formatted(i, fence));
        }
        measure("heartbeats", i -> post("sync", "{'sessions':[" + String.join(",", heartbeats) + "]}"));
    }

    /** Takes the session of an entity over, so that each repetition grants one. */
    private int takeOver(int number) throws Exception {
        return post("entities/p" + number % HELD + "/session?space=saved", holder("game-" + sequence++));
    }

    private static String holder(String name) {
        return "{'holder':'%s','steal':true}".formatted(name);
    }

    private void create(String space, String id) throws Exception {
        post(
                "entities",
                "{'id':'%s','space':'%s','type':'UI_STATE','state':%s}"
                        .formatted(id, space, ReplicationBench.gameState(random, STATE_BYTES)));
    }

    private int update(String space, int size, int number) throws Exception {
        List<String> updates = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            updates.add("{'space':'%s','entityId':'e%d','set':{'score':%d},'mutationId':'u%d'}"
                    .formatted(space, (number * size + i) % PLAYERS, sequence, sequence++));
        }
        return post("sync", "{'updates':[" + String.join(",", updates) + "]}");
    }

    /** A transaction of an entity in each of two spaces. */
    private int trade(int number) throws Exception {
        String updates = "{'space':'room','entityId':'e0','increment':{'score':-%1$d}},"
                + "{'space':'market','entityId':'e0','increment':{'score':%1$d}}";
        return post(
                "transactions",
                "{'mutationId':'t%d','updates':[%s]}".formatted(sequence++, updates.formatted(number + 1)));
    }

    /** The difference between a commit with followers and one without, per follower. */
    private void followers() throws Exception {
        create("alone", "e0");
        Measured alone = probe.busy(i -> update("alone", 1, 0));
        try (FollowerSockets sockets = new FollowerSockets()) {
            Operation open = i -> {
                sockets.open(root, key, "followed");
                return 0;
            };
            file.quiet("openSocket", probe.quiet(open));
            for (int i = 1; i < FOLLOWERS; i++) {
                open.run(i);
            }
            create("followed", "e0");
            probe.deliver();
            file.busy(
                    "push",
                    probe.busy(i -> update("followed", 1, 0)).minus(alone).per(FOLLOWERS));
        }
    }

    private void migrations() throws Exception {
        post("migrations/apply?waitMillis=20000", "{'reason':'migrations of the tests'}");
        for (int space = 0; space < 2; space++) {
            fill("save" + space, "n", "PLAYER_DATA", MIGRATED / 2);
        }
        post(
                "migrations",
                "{'version':'9.0.0','description':'d','target':{'entityType':'PLAYER_DATA'},"
                        + "'up':{'operations':[{'op':'rename','from':'name','path':'title'}]}}");
        probe.deliver();
        Measured run = probe.quiet(i -> post("migrations/apply?waitMillis=20000", "{'reason':'price'}"));
        assertEquals(
                "APPLIED",
                MeasuredCapacity.JSON
                        .readTree(probe.call("GET", "/v1/migrations/runs", null))
                        .at("/runs/0/status")
                        .asText());
        file.quiet("migrateRecord", run.per(MIGRATED));
    }

    /** Creates entities with one commit. */
    private void fill(String space, String prefix, String type, int entities) throws Exception {
        List<Mutation> mutations = new ArrayList<>();
        for (int i = 0; i < entities; i++) {
            ObjectNode state = ReplicationBench.gameState(random, STATE_BYTES);
            mutations.add(new Mutation(
                    prefix + i,
                    null,
                    "",
                    old -> new Mutation.Write(type, state, "0.0.0", null, Laboratory.BY, null, List.of(), 0)));
        }
        commits.commit(GAME, space, mutations);
        probe.deliver();
    }

    private void measure(String operation, Operation call) throws Exception {
        file.quiet(operation, probe.quiet(call));
        file.busy(operation, probe.busy(call));
    }

    private int get(String path) throws Exception {
        return probe.call("GET", "/v1/" + path, null).length();
    }

    private int post(String path, String body) throws Exception {
        return probe.call("POST", "/v1/" + path, body).length();
    }
}
