package dev.statecraft.testing.workload.migration;

import static dev.statecraft.migration.Laboratory.GAME;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.BatchRejected;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.commit.CommitResult.Reused;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.testing.history.LogCheck.Commit;
import dev.statecraft.testing.history.LogCheck.Made;
import dev.statecraft.testing.history.MigrationCheck.Found;
import dev.statecraft.testing.history.MigrationCheck.Stored;
import dev.statecraft.testing.history.Operation;
import dev.statecraft.testing.history.VersionCheck.Answer;
import dev.statecraft.testing.history.VersionCheck.Request;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.workload.Requests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Game servers that read, increment, create, delete and repair purses while a migration converts them. They do not know
 * which form a purse has: they change only what both forms share. A repair changes the one purse that the migration rejects,
 * and only the version that was read. Some name the schema version before the migration. Records every request with its
 * answer.
 */
final class PurseWriters {

    /** What a request does to a purse. {@link #MIGRATE} is a version that a run makes. */
    enum Kind {
        CREATE,
        INCREMENT,
        DELETE,
        REPAIR,
        MIGRATE
    }

    /** Purses that exist from the beginning to the end. */
    private static final int LASTING = 6;

    /** Purses that come and go. Each has a space of its own, so that no other commit competes with a late one. */
    private static final int FLEETING = 4;

    private static final int SPACES = 3;

    /** The longest pause of a server, which writes again when a later phase of the run has begun. */
    static final int MOST_PAUSE_MILLIS = 12_000;

    private final Simulation simulation;
    private final Fleet<Laboratory> api;
    private final boolean creates;
    private final boolean invalid;
    private final List<Operation<Request<Kind>, Answer<Long>>> versions = new ArrayList<>();
    private final List<Operation<Commit, List<Made>>> commits = new ArrayList<>();
    private final List<Operation<String, Found<ObjectNode>>> reads = new ArrayList<>();
    private final Map<String, Kind> kinds = new TreeMap<>();
    private long instant;

    /**
     * The writers of a run.
     *
     * @param creates whether purses come and go
     * @param invalid whether the migration fails for a purse
     */
    PurseWriters(Simulation simulation, Fleet<Laboratory> api, boolean creates, boolean invalid) {
        this.simulation = simulation;
        this.api = api;
        this.creates = creates;
        this.invalid = invalid;
    }

    /** The purse that the migration rejects, if there is one; and all others. */
    ObjectNode first(int purse) {
        int hp = invalid && purse == 0 ? PurseForms.REJECTED : purse;
        return JsonFixtures.of("{'hp': " + hp + ", 'coins': 0, 'old': " + purse + "}");
    }

    static String space(int purse) {
        return purse < LASTING ? "space" + purse % SPACES : "quiet" + purse;
    }

    static List<String> spaces() {
        return IntStream.range(0, purses())
                .mapToObj(PurseWriters::space)
                .distinct()
                .toList();
    }

    /** Creates the lasting purses. */
    void prepare() {
        for (int i = 0; i < LASTING; i++) {
            int purse = i;
            write(
                    "setup",
                    "first-" + i,
                    List.of(i),
                    Kind.CREATE,
                    request("first-" + i, List.of(i), Kind.CREATE, first(purse)));
        }
    }

    /** What one server does. */
    void serve(String server, int requests) {
        Random random = simulation.random();
        for (int i = 0; i < requests; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(random.nextInt(4) == 0 ? MOST_PAUSE_MILLIS : 800)));
            String id = server + "-" + i;
            int purse = random.nextInt(LASTING);
            int fleeting = LASTING + random.nextInt(FLEETING);
            int what = random.nextInt(invalid ? 12 : 10);
            if (what < 3) {
                read(server, purse);
            } else if (what >= 10) {
                repair(server, id);
            } else if (what == 3 && creates) {
                write(server, id, List.of(fleeting), Kind.DELETE);
            } else if (what < 6 && creates) {
                write(server, id, List.of(fleeting), Kind.CREATE);
            } else if (what < 8) {
                // Both are in one space.
                write(server, id, List.of(purse, (purse + SPACES) % LASTING), Kind.INCREMENT);
            } else {
                write(server, id, List.of(creates && random.nextInt(3) == 0 ? fleeting : purse), Kind.INCREMENT);
            }
        }
    }

    /** Repairs the purse that the migration rejects, unless it was repaired. */
    private void repair(String server, String id) {
        read(server, 0)
                .filter(found -> found.json().path("hp").intValue() == PurseForms.REJECTED)
                .ifPresent(found -> write(
                        server,
                        id,
                        List.of(0),
                        Kind.REPAIR,
                        updates(
                                id,
                                List.of(0),
                                Kind.REPAIR,
                                Realm.operations("{'set': {'hp': " + PurseForms.REPAIRED + "}}"),
                                found.version())));
    }

    private Optional<Entity> read(String server, int purse) {
        String place = place(purse);
        long invoked = ++instant;
        Optional<Entity> read = Requests.once(
                simulation, api, "read " + place, lab -> lab.realm.reader.read(GAME, space(purse), "p" + purse));
        if (read.isPresent()) {
            Entity found = read.get();
            long returned = ++instant;
            versions.add(Operation.answered(server, invoked, returned, Request.read(place), answer(false, found)));
            reads.add(Operation.answered(server, invoked, returned, place, new Found<>(stored(found))));
        }
        return read;
    }

    static @Nullable Stored<ObjectNode> stored(Entity entity) {
        return entity.deleted() ? null : new Stored<>(entity.schemaVersion(), entity.version(), entity.json());
    }

    private void write(String server, String id, List<Integer> purses, Kind kind) {
        write(
                server,
                id,
                purses,
                kind,
                request(id, purses, kind, JsonFixtures.of("{'coins': 0, 'tag': '" + id + "'}")));
    }

    private void write(
            String server,
            String id,
            List<Integer> purses,
            Kind kind,
            Function<Laboratory, List<CommitResult>> request) {
        kinds.put(id, kind);
        List<String> places = purses.stream().map(PurseWriters::place).toList();
        Commit commit = new Commit(space(purses.get(0)), id, true, places);
        long invoked = ++instant;
        AtomicInteger attempts = new AtomicInteger();
        Optional<List<CommitResult>> answered = Requests.repeated(
                        simulation, api, kind + " " + id + " " + places, lab -> {
                            attempts.incrementAndGet();
                            return request.apply(lab);
                        })
                .filter(results -> results.stream().noneMatch(PurseWriters::isOpen))
                // An earlier attempt may still be applied after a later one was rejected.
                .filter(results -> attempts.get() == 1 || results.stream().allMatch(Done.class::isInstance));
        if (answered.isEmpty()) {
            commits.add(Operation.unknown(server, invoked, commit));
            places.forEach(place -> versions.add(Operation.unknown(server, invoked, new Request<>(place, id, kind))));
            return;
        }
        long returned = ++instant;
        List<Made> made = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            Request<Kind> one = new Request<>(places.get(i), id, kind);
            CommitResult result = answered.get().get(i);
            if (result instanceof Done done) {
                made.add(new Made(places.get(i), done.entity().version(), id));
                versions.add(Operation.answered(server, invoked, returned, one, answer(true, done.entity())));
            } else if (result instanceof Refused refused) {
                versions.add(Operation.answered(server, invoked, returned, one, answer(false, refused.current())));
            }
        }
        commits.add(Operation.answered(server, invoked, returned, commit, made));
    }

    /** Whether a result leaves open what an earlier attempt did. */
    private static boolean isOpen(CommitResult result) {
        if (result instanceof Reused) {
            throw new AssertionError("the id of a repeated request is answered as another request's");
        }
        return !(result instanceof Done || result instanceof Refused || result instanceof BatchRejected);
    }

    private static Function<Laboratory, List<CommitResult>> request(
            String id, List<Integer> purses, Kind kind, ObjectNode state) {
        Source source = new Source(id, null);
        IdempotencyKey key = new IdempotencyKey(id, kind.name());
        String space = space(purses.get(0));
        String first = "p" + purses.get(0);
        return switch (kind) {
            case CREATE -> {
                NewEntity created = new NewEntity(first, "PLAYER_DATA", state, null);
                yield lab -> List.of(lab.realm.entities.create(GAME, space, created, source, key));
            }
            case DELETE ->
                lab -> List.of(
                        lab.realm.entities.delete(GAME, space, first, new Command.Delete(null, null, source), key));
            case INCREMENT -> updates(id, purses, kind, Realm.operations("{'increment': {'coins': 1}}"), null);
            case REPAIR -> throw new IllegalArgumentException("a repair has a version");
            case MIGRATE -> throw new IllegalArgumentException("only runs migrate");
        };
    }

    private static Function<Laboratory, List<CommitResult>> updates(
            String id, List<Integer> purses, Kind kind, EntityUpdate update, @Nullable Long version) {
        // Some servers are those of the release before the migration: they write the old form until the end.
        boolean old = kind == Kind.INCREMENT && Math.floorMod(id.hashCode(), 3) == 0;
        EntityUpdate required = new EntityUpdate(
                update.edit(),
                update.baseVersion(),
                version,
                update.was(),
                update.strategy(),
                Guard.NONE,
                SessionUse.NONE,
                old ? PurseForms.OLD : null);
        Source source = new Source(id, null);
        IdempotencyKey key = new IdempotencyKey(id, kind.name());
        return lab -> lab.realm.commits.commitAtomically(
                GAME,
                space(purses.get(0)),
                purses.stream()
                        .map(purse -> lab.realm.entities.mutation(GAME, "p" + purse, required, source, key))
                        .toList());
    }

    static String place(int purse) {
        return space(purse) + "/p" + purse;
    }

    private static Answer<Long> answer(boolean wrote, Entity entity) {
        return new Answer<>(
                wrote,
                entity.version(),
                entity.deleted() ? null : entity.json().get("coins").longValue());
    }

    /** The coins after a write. */
    static @Nullable Long after(@Nullable Long before, Kind kind) {
        return switch (kind) {
            case CREATE -> 0L;
            case INCREMENT -> before == null ? null : before + 1;
            case DELETE -> null;
            case REPAIR -> before;
            case MIGRATE -> before;
        };
    }

    /** The requests by entity. */
    List<Operation<Request<Kind>, Answer<Long>>> versions() {
        return versions;
    }

    /** The requests by commit. */
    List<Operation<Commit, List<Made>>> commits() {
        return commits;
    }

    /** Reads of lasting purses. */
    List<Operation<String, Found<ObjectNode>>> reads() {
        return reads;
    }

    /** What the request with this id does; {@link Kind#MIGRATE} for the name of a run. */
    Kind kind(String by) {
        return kinds.getOrDefault(by, Kind.MIGRATE);
    }

    /** Number of purses that exist the whole time. */
    static int lasting() {
        return LASTING;
    }

    /** Number of requests to create a purse that comes and goes. */
    long creations() {
        return kinds.values().stream().filter(Kind.CREATE::equals).count() - LASTING;
    }

    /** The number of purses, with those that come and go. */
    static int purses() {
        return LASTING + FLEETING;
    }
}
