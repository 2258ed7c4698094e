package dev.statecraft.replication.commit;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.combining.QueueKey;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.LatencyProfile;
import dev.statecraft.testing.simulation.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Instances that write one space in virtual time, at the latencies of AWS; transactions in flight conflict with other
 * writes.
 */
final class SharedSpace implements AutoCloseable {

    static final QueueKey QUEUE = new QueueKey(GAME, "space", SPACE);
    private static final Duration IN_FLIGHT = Duration.ofMillis(5);

    final VirtualTime time;
    final Realm observer;
    private final ModelDatabase database;
    private final TableNames tables;
    private final long seed;
    private int instances;

    SharedSpace(long seed) {
        this.seed = seed;
        time = new VirtualTime(seed);
        Ticker ticker = time.ticker();
        database = new ModelDatabase(ModelSettings.likeLocal(time.clock(), ticker, new Random(seed))
                .withInterleaving(step -> ticker.sleep(IN_FLIGHT.toNanos()), false));
        tables = database.freshTables();
        observer = new Realm(time.machine(), database.client(), database::streams, tables, Map.of());
    }

    /** An instance and the faults of its network. */
    record Instance(Realm realm, FaultyDynamo faults) {

        /** Lets the instance use the queue from now on, as after a lost race. */
        Instance busy() {
            realm.queue.collided(QUEUE);
            return this;
        }

        /** The mutation that appends a text to the list {@code l} of an entity. */
        Mutation append(String entity, String text, @Nullable String id) {
            String operations = "{'append': {'l': ['" + text + "']}}";
            return realm.entities.mutation(
                    GAME, entity, Realm.operations(operations), SERVER, new IdempotencyKey(id, operations));
        }

        CommitResult commit(Mutation mutation) {
            return realm.commits.commit(GAME, SPACE, mutation);
        }

        List<CommitResult> commit(List<Mutation> mutations) {
            return realm.commits.commit(GAME, SPACE, mutations);
        }
    }

    Instance instance(ExecutionInterceptor... others) {
        return instance(Map.of(), others);
    }

    Instance instance(Map<String, String> settings, ExecutionInterceptor... others) {
        instances++;
        Random random = new Random(seed * 1_000 + instances);
        FaultyDynamo faults = new FaultyDynamo(time.ticker(), random).latency(LatencyProfile.aws(random));
        List<ExecutionInterceptor> interceptors = new ArrayList<>(List.of(others));
        interceptors.add(faults);
        return new Instance(
                new Realm(time.machine(), database.client(interceptors), database::streams, tables, settings), faults);
    }

    /** Creates entities with an empty list. */
    void create(String... entities) {
        time.run(() -> {
            for (String entity : entities) {
                Realm.done(observer.create(entity, "UI_STATE", "{'l': []}"));
            }
        });
    }

    /** Runs bodies at once, each on a thread of its own. The end of an instance ends its body. */
    void run(List<Runnable> bodies) {
        time.run(() -> {
            ExecutorService pool = time.machine().threads().newPool(bodies.size(), "caller");
            List<Future<?>> futures = new ArrayList<>();
            for (Runnable body : bodies) {
                futures.add(pool.submit(body));
            }
            for (Future<?> future : futures) {
                end(future);
            }
        });
    }

    private static void end(Future<?> future) {
        try {
            future.get();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof FaultyDynamo.Stopped)) {
                throw new AssertionError(e.getCause());
            }
        }
    }

    /** The list of an entity. */
    List<String> texts(String entity) {
        return texts(observer.read(entity));
    }

    static List<String> texts(Entity entity) {
        List<String> texts = new ArrayList<>();
        entity.json().get("l").forEach(text -> texts.add(text.textValue()));
        return texts;
    }

    /** The log has no gap, versions are dense, and the changes of the log make the entities. */
    void assertConsistent() {
        long seq = 0;
        Map<String, Long> versions = new HashMap<>();
        for (LogEntry entry : observer.log(SPACE)) {
            seq++;
            assertEquals(seq, entry.seq());
            for (Change change : entry.changes()) {
                assertEquals(versions.merge(change.entityId(), 1L, Long::sum), change.version(), change::entityId);
            }
        }
        assertEquals(seq, observer.head().seq());
        Map<String, Entity> replayed = observer.replayed(SPACE);
        assertEquals(versions.keySet(), replayed.keySet());
        replayed.forEach((id, entity) -> {
            assertEquals(entity.version(), observer.read(id).version());
            assertEquals(texts(entity), texts(id));
        });
    }

    @Override
    public void close() {
        time.close();
    }
}
