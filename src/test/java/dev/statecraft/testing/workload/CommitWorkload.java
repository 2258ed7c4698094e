package dev.statecraft.testing.workload;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Replica;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.BatchRejected;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.commit.CommitResult.Reused;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.feed.Feed;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.StreamRecords;
import dev.statecraft.testing.history.LogCheck;
import dev.statecraft.testing.history.LogCheck.Commit;
import dev.statecraft.testing.history.LogCheck.Made;
import dev.statecraft.testing.history.Operation;
import dev.statecraft.testing.history.VersionCheck;
import dev.statecraft.testing.history.VersionCheck.Answer;
import dev.statecraft.testing.history.VersionCheck.Request;
import dev.statecraft.testing.history.Violation;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.SimulatedStream;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import dev.statecraft.testing.workload.Requests.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Servers create, increment and delete the entities of one space, alone and in atomic batches, each request under an id
 * and repeated until it is answered, while clients read and follow the feed.
 */
public final class CommitWorkload implements Workload {

    private static final int CLIENTS = 2;
    private static final Map<String, String> SETTINGS = Map.of("type-cache", "0s");

    /**
     * How much happens in the space.
     *
     * @param pauseMillis longest pause of a server between two requests
     * @param atOnce number of requests that an instance serves at a time
     * @param settings settings of an instance; each instance may have other ones, as during a deployment
     */
    private record Load(
            int entities,
            int servers,
            int requests,
            int pauseMillis,
            int atOnce,
            Supplier<Map<String, String>> settings) {}

    private final Load load;

    private enum Kind {
        CREATE,
        INCREMENT,
        DELETE
    }

    private final Simulation simulation;
    private final TableNames tables;
    private final Fleet<Realm> api;
    private final SimulatedStream<Realm> entityStream;
    private final SimulatedStream<Realm> logStream;
    private final List<Operation<Request<Kind>, Answer<Long>>> versions = new ArrayList<>();
    private final List<Operation<Commit, List<Made>>> commits = new ArrayList<>();
    private final List<Replica> replicas = new ArrayList<>();
    private long instant;

    /** Four servers. */
    public CommitWorkload(Simulation simulation) {
        this(simulation, new Load(3, 4, 7, 60, simulation.random().nextBoolean() ? 1 : 3, () -> SETTINGS));
    }

    /**
     * Ten servers in a space that is busy from the first lost race on, with an instance for each request, so that most
     * commits are combined. Small limits lead some requests into turns, leave requests for the next commit, and let
     * instances give up.
     */
    public static CommitWorkload busy(Simulation simulation) {
        Random random = simulation.random();
        return new CommitWorkload(
                simulation,
                new Load(
                        4,
                        12,
                        8,
                        6,
                        1,
                        () -> Map.of(
                                "type-cache",
                                "0s",
                                "combining.busy-for",
                                random.nextInt(4) == 0 ? "100ms" : "30s",
                                "combining.intent-bytes",
                                random.nextInt(5) == 0 ? "300" : "8192",
                                "combining.intents-per-write",
                                random.nextInt(4) == 0 ? "2" : "96",
                                "combining.longest-wait",
                                random.nextInt(4) == 0 ? "200ms" : "10s")));
    }

    private CommitWorkload(Simulation simulation, Load load) {
        this.simulation = simulation;
        this.load = load;
        tables = simulation.database().freshTables();
        api = simulation.fleet(
                "api",
                load.atOnce(),
                (machine, client) ->
                        new Realm(machine, client, tables, load.settings().get()));
        Fleet<Realm> consumers =
                simulation.fleet("stream", 1, (machine, client) -> new Realm(machine, client, tables, SETTINGS));
        entityStream = simulation.stream(
                tables.entities(),
                consumers,
                (realm, records) -> StreamRecords.processed(
                        records, realm.history.record(StreamRecords.changes(tables.entities(), records))));
        logStream = simulation.stream(
                tables.log(),
                consumers,
                (realm, records) -> StreamRecords.processed(
                        records, realm.statistics.count(StreamRecords.changes(tables.log(), records))));
    }

    @Override
    public void prepare() {
        entityStream.start("entities");
        logStream.start("log");
    }

    @Override
    public void start() {
        for (int i = 0; i < load.servers(); i++) {
            String name = "server" + i;
            simulation.caller(name, () -> serve(name));
        }
        for (int i = 0; i < CLIENTS; i++) {
            Replica replica = new Replica("client " + i);
            replicas.add(replica);
            simulation.caller("client" + i, () -> follow(replica));
        }
    }

    private void serve(String server) {
        Random random = simulation.random();
        for (int i = 0; i < load.requests(); i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(load.pauseMillis())));
            String id = server + "-" + i;
            String entity = "e" + random.nextInt(load.entities());
            switch (random.nextInt(9)) {
                case 0, 1 -> read(server, entity);
                case 2 -> write(server, id, List.of(entity), Kind.DELETE, true);
                case 3, 4 -> write(server, id, List.of(entity), Kind.CREATE, true);
                case 5 -> write(server, id, severalEntities(random), Kind.INCREMENT, true);
                case 6 -> write(server, id, severalEntities(random), Kind.INCREMENT, load.servers() < 5);
                default -> write(server, id, List.of(entity), Kind.INCREMENT, true);
            }
        }
    }

    private List<String> severalEntities(Random random) {
        TreeSet<String> several = new TreeSet<>();
        for (int i = 0; i < load.entities(); i++) {
            several.add("e" + random.nextInt(load.entities()));
        }
        return List.copyOf(several);
    }

    private void read(String server, String entity) {
        long invoked = ++instant;
        Optional<Entity> read = Requests.once(simulation, api, "read " + entity, realm -> realm.read(entity));
        read.ifPresent(found -> versions.add(
                Operation.answered(server, invoked, ++instant, Request.read(entity), answer(false, found))));
    }

    /** One request. */
    private void write(String server, String id, List<String> entities, Kind kind, boolean atomic) {
        Commit commit = new Commit(SPACE, id, atomic, entities);
        long invoked = ++instant;
        Optional<Reply<List<CommitResult>>> reply = Requests.replied(
                simulation, api, kind + " " + id + " " + entities, request(id, entities, kind, atomic));
        long returned = ++instant;
        List<Made> made = new ArrayList<>();
        boolean open = reply.isEmpty();
        for (int i = 0; i < entities.size(); i++) {
            String entity = entities.get(i);
            Request<Kind> request = new Request<>(entity, id, kind);
            @Nullable CommitResult result = reply.isEmpty() ? null : reply.get().answer().get(i);
            if (result instanceof Done done) {
                made.add(new Made(entity, done.entity().version(), id));
                versions.add(Operation.answered(server, invoked, returned, request, answer(true, done.entity())));
                continue;
            }
            if (result instanceof Refused refused) {
                versions.add(Operation.answered(
                        server, invoked, returned, Request.read(entity), answer(false, refused.current())));
            }
            // A refusal is not remembered: an earlier attempt that is still under way may be applied.
            if (reply.isEmpty() || !reply.get().alone() || isOpen(result)) {
                open = true;
                versions.add(Operation.unknown(server, invoked, request));
            }
        }
        commits.add(
                open
                        ? Operation.unknown(server, invoked, commit)
                        : Operation.answered(server, invoked, returned, commit, made));
    }

    /** Whether a result leaves open what an earlier attempt did. */
    private static boolean isOpen(@Nullable CommitResult result) {
        if (result instanceof Reused) {
            throw new AssertionError("the id of a repeated request is answered as another request's");
        }
        return !(result instanceof Done || result instanceof Refused || result instanceof BatchRejected);
    }

    private static Function<Realm, List<CommitResult>> request(
            String id, List<String> entities, Kind kind, boolean atomic) {
        Source source = new Source(id, null);
        IdempotencyKey key = new IdempotencyKey(id, kind.name());
        if (kind == Kind.CREATE) {
            NewEntity created = new NewEntity(entities.get(0), "UI_STATE", Realm.json("{'n': 0}"), null);
            return realm -> List.of(realm.entities.create(GAME, SPACE, created, source, key));
        }
        if (kind == Kind.DELETE) {
            Command.Delete delete = new Command.Delete(null, null, source);
            return realm -> List.of(realm.entities.delete(GAME, SPACE, entities.get(0), delete, key));
        }
        Function<Realm, List<Mutation>> increments = realm -> entities.stream()
                .map(entity ->
                        realm.entities.mutation(GAME, entity, Realm.operations("{'increment': {'n': 1}}"), source, key))
                .toList();
        return atomic
                ? realm -> realm.commits.commitAtomically(GAME, SPACE, increments.apply(realm))
                : realm -> realm.commits.commit(GAME, SPACE, increments.apply(realm));
    }

    private static Answer<Long> answer(boolean wrote, Entity entity) {
        return new Answer<>(
                wrote,
                entity.version(),
                entity.deleted() ? null : entity.json().get("n").longValue());
    }

    private static @Nullable Long after(@Nullable Long before, Kind kind) {
        return switch (kind) {
            case CREATE -> 0L;
            case INCREMENT -> before == null ? null : before + 1;
            case DELETE -> null;
        };
    }

    private void follow(Replica replica) {
        for (int i = 0; i < load.requests(); i++) {
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(400)));
            pull(replica);
        }
    }

    private void pull(Replica replica) {
        Optional<Feed> feed = Requests.once(
                simulation, api, "pull", realm -> realm.feeds.pull(GAME, SPACE, replica.cursor, new AnswerBudget(900)));
        feed.ifPresent(replica::take);
    }

    @Override
    public void settle() {
        simulation.until(() -> entityStream.isDrained() && logStream.isDrained());
        for (Replica replica : replicas) {
            for (boolean more = true; more; ) {
                Feed feed = Requests.repeated(
                                simulation,
                                api,
                                "last pull",
                                realm -> realm.feeds.pull(GAME, SPACE, replica.cursor, new AnswerBudget(900)))
                        .orElseThrow();
                replica.take(feed);
                more = feed.more();
            }
        }
    }

    @Override
    public void check() {
        Realm realm = simulation.observer((machine, client) -> new Realm(machine, client, tables, SETTINGS));
        QueueWrites.count(simulation, tables, "space");
        Violation.requireNone(VersionCheck.check(versions, CommitWorkload::after), "versions");
        List<LogEntry> log = realm.log(SPACE);
        log.stream()
                .filter(entry ->
                        entry.changes().stream().map(Change::by).distinct().count() > 1)
                .forEach(entry -> simulation.coverage().count("combined commit"));
        Violation.requireNone(
                LogCheck.check(
                        Map.of(SPACE, log.stream().map(CommitWorkload::entry).toList()), commits),
                "log");
        Map<String, Entity> current = new TreeMap<>();
        for (int i = 0; i < load.entities(); i++) {
            Entity entity = realm.read("e" + i);
            current.put("e" + i, entity);
        }
        Map<String, Entity> replayed = realm.replayed(SPACE);
        replayed.forEach((id, entity) -> assertEquals(text(current.get(id)), text(entity), "replayed " + id));
        Map<String, Entity> live = new TreeMap<>(current);
        live.values().removeIf(Entity::deleted);
        replicas.forEach(replica -> replica.assertHolds(live));
        assertEquals(realm.head().entities(), realm.statistics.of(GAME).totalEntities(), "entities in the statistics");
        assertEquals(realm.head().versions(), realm.statistics.of(GAME).totalStateHistory(), "versions");
    }

    static LogCheck.Entry entry(LogEntry entry) {
        return new LogCheck.Entry(
                entry.seq(),
                entry.changes().stream()
                        .map(change -> new Made(change.entityId(), change.version(), change.by()))
                        .collect(Collectors.toList()));
    }

    private static String text(@Nullable Entity entity) {
        return entity == null ? "none" : entity.version() + " " + (entity.deleted() ? "deleted" : entity.json());
    }
}
