package dev.statecraft.replication;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.done;

import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Busy;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.bench.Bench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Throughput, latency and capacity of commits of one update of a state of 1,000 bytes, by the number of writers of a
 * space. A writer sends one request at a time, with a mutation id, and updates entities of its own in turn.
 */
@Tag("bench")
class BusySpaceBench {

    private static final Duration WARM_UP = Duration.ofSeconds(4);
    private static final Duration MEASURED = Duration.ofSeconds(Integer.getInteger("seconds", Bench.isAws() ? 20 : 5));

    /** Few updates of an entity in a minute, as in a game, so that receipts of mutations do not grow. */
    private static final int ENTITIES = Integer.getInteger("entities", 20);

    @RegisterExtension
    final Bench bench = new Bench();

    private final TableNames tables = bench.tables();
    private final AtomicInteger sequence = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 16, 64, 256})
    void instancesThatWriteOneSpace(int writers) throws Exception {
        write("an instance each", instances(writers), 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16})
    void threadsOfOneInstanceThatWriteOneSpace(int writers) throws Exception {
        Realm one = instance();
        write("one instance", new ArrayList<>(java.util.Collections.nCopies(writers, one)), 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {16})
    void instancesThatWriteASpaceEach(int writers) throws Exception {
        write("an instance each", instances(writers), writers);
    }

    private List<Realm> instances(int count) {
        List<Realm> instances = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            instances.add(instance());
        }
        return instances;
    }

    private Realm instance() {
        return new Realm(bench.machine(), bench.client(), bench::streams, tables, Map.of());
    }

    private void write(String name, List<Realm> instances, int spaces) throws Exception {
        Realm preparing = new Realm(bench.machine(), bench.preparingClient(), bench::streams, tables, Map.of());
        for (int writer = 0; writer < instances.size(); writer++) {
            for (int entity = 0; entity < ENTITIES; entity++) {
                done(preparing.entities.create(
                        GAME,
                        "s" + writer % spaces,
                        new NewEntity(
                                "e" + writer + "-" + entity,
                                "UI_STATE",
                                ReplicationBench.gameState(new Random(writer), 1_000),
                                null),
                        SERVER,
                        new IdempotencyKey(null, "")));
            }
        }
        AtomicInteger busy = new AtomicInteger();
        ExecutorService threads = bench.clients(instances.size());
        try {
            write(threads, instances, spaces, WARM_UP, busy);
            bench.start();
            busy.set(0);
            long[] nanos = write(threads, instances, spaces, MEASURED, busy);
            bench.report(
                    "%3d writers, %2d spaces, %s, %d gave up".formatted(instances.size(), spaces, name, busy.get()),
                    nanos);
        } finally {
            threads.shutdownNow();
        }
    }

    /** How long each commit took that was made. */
    private long[] write(ExecutorService threads, List<Realm> instances, int spaces, Duration time, AtomicInteger busy)
            throws Exception {
        long until = bench.nanos() + time.toNanos();
        List<Future<List<Long>>> futures = new ArrayList<>();
        for (int i = 0; i < instances.size(); i++) {
            int writer = i;
            futures.add(threads.submit(() -> {
                List<Long> nanos = new ArrayList<>();
                for (int update = 0; bench.nanos() < until; update++) {
                    long started = bench.nanos();
                    if (update(instances.get(writer), "s" + writer % spaces, "e" + writer + "-" + update % ENTITIES)
                            instanceof Busy) {
                        busy.incrementAndGet();
                    } else {
                        nanos.add(bench.nanos() - started);
                    }
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

    private CommitResult update(Realm instance, String space, String entity) {
        int number = sequence.incrementAndGet();
        String body = "{'set': {'score': " + number + "}}";
        CommitResult result = instance.commits.commit(
                GAME,
                space,
                instance.entities.mutation(
                        GAME, entity, Realm.operations(body), SERVER, new IdempotencyKey("m" + number, body)));
        if (!(result instanceof Busy)) {
            done(result);
        }
        return result;
    }
}
