package dev.statecraft.replication.session;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;

import dev.statecraft.local.Meter;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.entity.EntityService.Decided;
import dev.statecraft.replication.entity.SessionService.SessionRequest;
import dev.statecraft.replication.entity.SessionService.Start;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.session.HeartbeatService.Heartbeat;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import dev.statecraft.testing.simulation.VirtualTime;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Instances of the application in virtual time, and requests of game servers for the session of one profile. */
final class SessionRig {

    static final String TYPE = "PROFILE";
    static final EntityKey PROFILE = new EntityKey(SPACE, "ada");
    static final int TTL_SECONDS = 60;

    final Meter meter = new Meter();
    final Realm realm;
    private final VirtualTime time;
    private final ModelDatabase database;
    private final TableNames tables;
    private final Map<String, String> settings;

    private SessionRig(VirtualTime time, Map<String, String> settings) {
        this.time = time;
        this.settings = settings;
        database = new ModelDatabase(
                ModelSettings.likeLocal(time.machine().clock(), time.machine().ticker(), new Random(1)));
        tables = database.freshTables();
        realm = instance(Duration.ZERO);
        realm.types.put(
                GAME,
                new EntityType(
                        TYPE,
                        Strategy.SERVER_WINS,
                        Strategy.SERVER_WINS,
                        new TreeMap<>(),
                        false,
                        true,
                        null,
                        Guard.NONE,
                        null));
    }

    /** Runs a test in virtual time. */
    static void run(Map<String, String> settings, Consumer<SessionRig> test) {
        try (VirtualTime time = new VirtualTime(1)) {
            time.run(() -> test.accept(new SessionRig(time, settings)));
        }
    }

    static void run(Consumer<SessionRig> test) {
        run(Map.of(), test);
    }

    /** Another instance on the same tables, whose clock is ahead. */
    Realm instance(Duration ahead) {
        return instance(ahead, new ExecutionInterceptor() {});
    }

    /** Another instance whose calls of the database pass through an interceptor. */
    Realm instance(Duration ahead, ExecutionInterceptor calls) {
        Machine machine = time.machine();
        Machine skewed = new Machine(
                Clock.offset(machine.clock(), ahead), machine.ticker(), machine.random(), machine.threads());
        return new Realm(skewed, database.client(List.of(meter, calls)), database::streams, tables, settings);
    }

    void pause(Duration duration) {
        time.ticker().sleep(duration.toNanos());
    }

    Duration elapsed() {
        return Duration.ofNanos(time.ticker().nanos());
    }

    static SessionRequest request(String holder, boolean steal, long waitMillis) {
        return new SessionRequest(
                holder, TTL_SECONDS, steal, new Command.NewState(TYPE, Realm.json("{'coins': 0}")), null, waitMillis);
    }

    Start start(String holder) {
        return start(realm, request(holder, false, 0));
    }

    static Start start(Realm realm, SessionRequest request) {
        return realm.sessions.start(GAME, PROFILE, request, new Source(request.holder(), null));
    }

    HeldSession heartbeat(long fence) {
        return heartbeat(realm, fence);
    }

    static HeldSession heartbeat(Realm realm, long fence) {
        return realm.heartbeats
                .process(GAME, List.of(new Heartbeat(PROFILE, fence, null)))
                .get(0);
    }

    /** Adds a coin. */
    CommitResult update(@Nullable Long fence, boolean ends, String... acknowledged) {
        EntityUpdate update = new EntityUpdate(
                Realm.operations("{'increment': {'coins': 1}}").edit(),
                null,
                null,
                new TreeMap<>(),
                null,
                Guard.NONE,
                new SessionUse(fence, ends, List.of(acknowledged)),
                null);
        return ((Decided) realm.entities.update(
                        GAME, SPACE, PROFILE.id(), update, new Source("server", null), new IdempotencyKey(null, "")))
                .result();
    }

    long coins() {
        return realm.reader.read(GAME, SPACE, PROFILE.id()).json().get("coins").longValue();
    }
}
