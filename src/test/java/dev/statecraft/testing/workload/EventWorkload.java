package dev.statecraft.testing.workload;

import static dev.statecraft.replication.Realm.GAME;

import dev.statecraft.integration.event.Event;
import dev.statecraft.integration.event.EventFeedService.EventPosition;
import dev.statecraft.integration.event.EventFeedService.Page;
import dev.statecraft.integration.event.EventParts;
import dev.statecraft.integration.event.EventStreamService;
import dev.statecraft.integration.event.EventType;
import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.upkeep.LeaderboardStreamService;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.StreamRecords;
import dev.statecraft.testing.dynamo.ModelStreams;
import dev.statecraft.testing.history.CursorCheck;
import dev.statecraft.testing.history.CursorCheck.Delivery;
import dev.statecraft.testing.history.CursorCheck.Read;
import dev.statecraft.testing.history.CursorCheck.Received;
import dev.statecraft.testing.history.EventFeedCheck;
import dev.statecraft.testing.history.EventFeedCheck.Appended;
import dev.statecraft.testing.history.EventFeedCheck.Happened;
import dev.statecraft.testing.history.Operation;
import dev.statecraft.testing.history.Violation;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.SimulatedStream;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Entities, scores and seasons change, and several streams append the events to one feed, which readers follow. */
public final class EventWorkload implements Workload {

    private static final String BOARD = "race";
    private static final List<String> SPACES = List.of("north", "south");
    private static final int CALLERS = 3;
    private static final int REQUESTS = 8;
    private static final int READERS = 2;
    private static final int PAGE = 7;
    private static final String FEED = "feed";

    /** The services of an instance. */
    private static final class Parts {
        private final Realm realm;
        private final Arena arena;
        private final EventParts events;
        private final EventStreamService streams;

        Parts(Machine machine, DynamoDbClient client, TableNames tables) {
            realm = new Realm(machine, client, tables, Map.of("type-cache", "0s"));
            arena = new Arena(machine, client, tables, Map.of());
            events = new EventParts(machine, client, tables, Map.of());
            streams = events.streams(arena, realm);
        }
    }

    private final Simulation simulation;
    private final TableNames tables;
    private final Fleet<Parts> api;
    private final List<SimulatedStream<Parts>> streams = new ArrayList<>();
    private final List<Operation<Read, Received>> reads = new ArrayList<>();
    private long instant;

    /** The workload of one run. */
    public EventWorkload(Simulation simulation) {
        this.simulation = simulation;
        tables = simulation.database().freshTables();
        api = simulation.fleet("api", 1, this::parts);
        Fleet<Parts> consumers = simulation.fleet("event-stream", 1, this::parts);
        streams.add(stream(consumers, tables.log(), EventStreamService::commits));
        streams.add(stream(consumers, tables.entries(), EventStreamService::scores));
        streams.add(stream(consumers, tables.boards(), EventStreamService::boards));
    }

    private Parts parts(Machine machine, DynamoDbClient client) {
        return new Parts(machine, client, tables);
    }

    private SimulatedStream<Parts> stream(
            Fleet<Parts> consumers, String table, BiConsumer<EventStreamService, List<ItemChange>> append) {
        return simulation.stream(table, consumers, (parts, records) -> {
            append.accept(parts.streams, StreamRecords.changes(table, records));
            return records.size();
        });
    }

    @Override
    public void prepare() {
        simulation.observer(this::parts).arena.create(BOARD, RankingType.SCORE, Order.DESCENDING, Operator.SUM, 2);
        streams.forEach(stream -> stream.start("stream"));
    }

    @Override
    public void start() {
        for (int i = 0; i < CALLERS; i++) {
            String name = "caller" + i;
            simulation.caller(name, () -> change(name));
        }
        for (int i = 0; i < READERS; i++) {
            String name = "reader" + i;
            simulation.caller(name, () -> read(name));
        }
    }

    private void change(String caller) {
        Random random = simulation.random();
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(200)));
            String id = caller + "-" + i;
            String space = SPACES.get(random.nextInt(SPACES.size()));
            String entity = "e" + random.nextInt(2);
            IdempotencyKey key = new IdempotencyKey(id, id);
            Source source = new Source(id, null);
            switch (random.nextInt(8)) {
                case 0 -> send("reset", parts -> parts.arena.seasons.reset(GAME, BOARD, "test", id));
                case 1 ->
                    send(
                            "delete",
                            parts -> parts.realm.entities.delete(
                                    GAME, space, entity, new Command.Delete(null, null, source), key));
                case 2, 3 -> {
                    NewEntity created = new NewEntity(entity, "UI_STATE", Realm.json("{'n': 0}"), null);
                    send("create", parts -> parts.realm.entities.create(GAME, space, created, source, key));
                }
                case 4 ->
                    send(
                            "update",
                            parts -> parts.realm.entities.update(
                                    GAME, space, entity, Realm.operations("{'increment': {'n': 1}}"), source, key));
                default -> {
                    String player = "p" + random.nextInt(4);
                    send("submit", parts -> parts.arena.submit(BOARD, player, 1, 0, id));
                }
            }
        }
    }

    private <R> void send(String what, Function<Parts, R> request) {
        Optional<R> unused = Requests.repeated(simulation, api, what, request);
    }

    private void read(String reader) {
        @Nullable EventPosition position = null;
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(600)));
            @Nullable EventPosition from = position;
            long invoked = ++instant;
            Optional<Page> page = Requests.once(
                    simulation, api, "read events", parts -> parts.events.feed.oldest(GAME, from, null, PAGE));
            if (page.isPresent()) {
                Page found = page.get();
                reads.add(Operation.answered(
                        reader,
                        invoked,
                        ++instant,
                        new Read(reader, FEED, from == null ? null : from.seq()),
                        new Received(
                                found.events().stream().map(Event::seq).toList(),
                                found.next().seq(),
                                false,
                                found.more())));
                position = found.next();
            }
        }
    }

    @Override
    public void settle() {
        simulation.until(() -> streams.stream().allMatch(SimulatedStream::isDrained));
    }

    @Override
    public void check() {
        Parts parts = simulation.observer(this::parts);
        List<Event> feed = feed(parts);
        List<Happened> happened = new ArrayList<>();
        for (String space : SPACES) {
            for (LogEntry entry : parts.realm.log(space)) {
                for (Change change : entry.changes()) {
                    String id = space + "/" + change.entityId() + "/" + change.version();
                    happened.add(new Happened("space " + space, "entity/" + id));
                }
            }
        }
        Board board = parts.arena.board(BOARD);
        for (int season = 1; season < board.season(); season++) {
            String id = "season/" + BOARD + "/" + board.epoch() + "/" + season;
            happened.add(new Happened(id, id));
        }
        Set<String> closings = happened.stream().map(Happened::id).collect(Collectors.toSet());
        Map<String, Long> merged = Map.of("scores", scoreChanges());
        List<Appended> appended = new ArrayList<>();
        for (Event event : feed) {
            if (event.type() == EventType.LEADERBOARD_UPDATED) {
                long count = event.data().path("changes").asLong();
                appended.add(new Appended(event.seq(), "scores", event.id(), count));
            } else if (event.id().startsWith("entity/")) {
                appended.add(new Appended(
                        event.seq(), "space " + event.data().path("space").asText(), event.id(), 1));
            } else {
                if (!closings.contains(event.id())) {
                    happened.add(new Happened(event.id(), event.id()));
                }
                appended.add(new Appended(event.seq(), event.id(), event.id(), 1));
            }
        }
        Violation.requireNone(EventFeedCheck.check(happened, merged, appended), "feed");
        List<Long> numbers = feed.stream().map(Event::seq).toList();
        Violation.requireNone(
                CursorCheck.check(Map.of(FEED, numbers), reads, List.of(), Delivery.ONCE), "readers of the feed");
    }

    /** The score changes in the stream, each once. */
    private long scoreChanges() {
        ModelStreams records = simulation.database().streams();
        LeaderboardStreamService scores = new LeaderboardStreamService();
        return records.shards(tables.entries()).stream()
                .flatMap(shard ->
                        StreamRecords.changes(tables.entries(), records.records(tables.entries(), shard.id())).stream())
                .filter(change -> scores.score(change).isPresent())
                .count();
    }

    private static List<Event> feed(Parts parts) {
        List<Event> all = new ArrayList<>();
        @Nullable EventPosition from = null;
        while (true) {
            Page page = parts.events.feed.oldest(GAME, from, null, 100);
            all.addAll(page.events());
            if (!page.more()) {
                return all;
            }
            from = page.next();
        }
    }
}
