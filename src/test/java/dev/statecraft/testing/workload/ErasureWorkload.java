package dev.statecraft.testing.workload;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.erasure.Erasure;
import dev.statecraft.erasure.ErasureParts;
import dev.statecraft.integration.event.EventParts;
import dev.statecraft.integration.event.EventStreamService;
import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.session.Message;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.StreamRecords;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Schedule;
import dev.statecraft.testing.simulation.SimulatedStream;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Two players have scores, entities and subscriptions. One of them is erased, twice at a time, while the other plays on
 * and late requests of the first one are still under way.
 */
public final class ErasureWorkload implements Workload {

    private static final String ERASED = "player-to-erase";
    private static final String STAYING = "player-who-stays";
    private static final String SECOND = "second";
    private static final String BOARD = "race";
    private static final int REQUESTS = 7;

    /** The services of an instance. */
    private static final class Parts {
        private final Realm realm;
        private final Arena arena;
        private final EventStreamService streams;
        private final ErasureParts erasures;

        Parts(Machine machine, DynamoDbClient client, TableNames tables) {
            realm = new Realm(machine, client, tables, Map.of("type-cache", "0s"));
            arena = new Arena(machine, client, tables, Map.of());
            EventParts events = new EventParts(machine, client, tables, Map.of());
            streams = events.streams(arena, realm);
            Laboratory lab = new Laboratory(machine, client, realm, Map.of(), List.of());
            erasures = new ErasureParts(machine, client, arena, lab, events, Map.of());
        }
    }

    private final Simulation simulation;
    private final TableNames tables;
    private final Fleet<Parts> api;
    private final List<SimulatedStream<Parts>> streams = new ArrayList<>();
    private final TreeSet<String> started = new TreeSet<>();
    private final TreeMap<String, Boolean> scores = new TreeMap<>();

    /** The workload of one run. */
    public ErasureWorkload(Simulation simulation) {
        this.simulation = simulation;
        tables = simulation.database().freshTables();
        api = simulation.fleet("api", 1, this::parts);
        Fleet<Parts> consumers = simulation.fleet("stream", 1, this::parts);
        streams.add(simulation.stream(
                tables.entities(),
                consumers,
                (parts, records) -> StreamRecords.processed(
                        records, parts.realm.history.record(StreamRecords.changes(tables.entities(), records)))));
        streams.add(simulation.stream(tables.log(), consumers, (parts, records) -> {
            parts.streams.commits(StreamRecords.changes(tables.log(), records));
            return records.size();
        }));
        streams.add(simulation.stream(
                tables.entries(),
                consumers,
                (parts, records) ->
                        StreamRecords.processed(records, parts.arena.counter.count(StreamRecords.scalars(records)))));
    }

    private Parts parts(Machine machine, DynamoDbClient client) {
        return new Parts(machine, client, tables);
    }

    @Override
    public void prepare() {
        simulation.observer(this::parts).arena.create(BOARD, RankingType.SCORE, Order.DESCENDING, Operator.SUM, 2);
        streams.forEach(stream -> stream.start("stream"));
        Fleet<Parts> schedule = simulation.fleet("schedule", 1, this::parts);
        new Schedule<>(
                        simulation,
                        schedule,
                        Duration.ofMinutes(1),
                        parts -> parts.erasures.erasures.resume(GAME, () -> true))
                .start("resume");
    }

    @Override
    public void start() {
        simulation.caller("erased player", () -> {
            play(ERASED, "first");
            for (int i = 0; i < 2; i++) {
                simulation.caller("erasure " + i, this::erase);
            }
        });
        simulation.caller("staying player", () -> play(STAYING, SECOND));
    }

    private void play(String player, String name) {
        Random random = simulation.random();
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(150)));
            String id = name + "-" + i;
            String entity = name + random.nextInt(2);
            IdempotencyKey key = new IdempotencyKey(id, id);
            Source source = new Source(player, player);
            switch (random.nextInt(7)) {
                case 0, 1 -> {
                    boolean answered = send("submit", parts -> parts.arena.submit(BOARD, player, 1, 0, id))
                            .isPresent();
                    scores.put(id, answered);
                }
                case 2 -> {
                    NewEntity created = new NewEntity(entity, "PLAYER_DATA", Realm.json("{'n': 0}"), player);
                    send("create", parts -> parts.realm.entities.create(GAME, SPACE, created, source, key));
                }
                case 3 -> {
                    NewEntity created = new NewEntity("shared", "UI_STATE", Realm.json("{'n': 0}"), null);
                    send("create", parts -> parts.realm.entities.create(GAME, SPACE, created, source, key));
                }
                case 4 ->
                    send(
                            "update",
                            parts -> parts.realm.entities.update(
                                    GAME, SPACE, "shared", Realm.operations("{'increment': {'n': 1}}"), source, key));
                case 5 -> {
                    // To an entity that is never created, in one of two spaces.
                    EntityKey addressed = new EntityKey(random.nextBoolean() ? SPACE : "elsewhere", player);
                    Message gift = new Message(id, Realm.json("{'n': 1}"), 0, null);
                    send("message", parts -> parts.realm.messages.send(GAME, addressed, gift, 1));
                }
                default -> send("subscribe", parts -> parts.realm.players.subscribe(GAME, player, SPACE, "shared"));
            }
        }
    }

    private <R> Optional<R> send(String what, Function<Parts, R> request) {
        return Requests.repeated(simulation, api, what, request);
    }

    private void erase() {
        send("erase", parts -> parts.erasures.erasures.erase(GAME, ERASED, "studio"))
                .ifPresent(erasure -> started.add(erasure.id()));
    }

    @Override
    public void settle() {
        erase();
        Parts observer = simulation.observer(this::parts);
        // The schedule takes both passes to their end.
        for (int minutes = 0;
                started.stream().anyMatch(id -> !find(observer, id).isFinished());
                minutes++) {
            assertTrue(minutes < 60, "the erasures " + started + " do not end");
            simulation.pause(Duration.ofMinutes(1));
        }
        simulation.until(() -> streams.stream().allMatch(SimulatedStream::isDrained));
    }

    private static Erasure find(Parts parts, String id) {
        return parts.erasures.erasures.find(GAME, id).orElseThrow();
    }

    @Override
    public void check() {
        DynamoDbClient dynamo = simulation.database().client();
        // The log keeps what was committed until it expires.
        for (String table : List.of(
                tables.boards(),
                tables.entries(),
                tables.entities(),
                tables.history(),
                tables.replication(),
                tables.events())) {
            dynamo.scanPaginator(scan -> scan.tableName(table).consistentRead(true))
                    .items()
                    .forEach(item -> assertFalse(item.toString().contains(ERASED), () -> table + " has " + item));
        }
        Parts parts = simulation.observer(this::parts);
        long sum = Optional.ofNullable(parts.arena
                        .entries
                        .read(parts.arena.board(BOARD), parts.arena.board(BOARD).season(), STAYING)
                        .score())
                .map(score -> score.value())
                .orElse(0L);
        List<Boolean> own = scores.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(SECOND))
                .map(Map.Entry::getValue)
                .toList();
        long acknowledged = own.stream().filter(answered -> answered).count();
        assertTrue(
                sum >= acknowledged && sum <= own.size(),
                "the staying player has " + sum + " of " + acknowledged + " to " + own.size());
        started.forEach(id -> assertEquals(null, find(parts, id).playerId(), "the receipt names the player"));
    }
}
