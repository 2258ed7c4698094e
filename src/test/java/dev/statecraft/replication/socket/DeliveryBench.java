package dev.statecraft.replication.socket;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.access.AccessParts;
import dev.statecraft.access.Caller;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.ReplicationBench;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.bench.Bench;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Measures the time from a commit to the frame that a follower receives, without HTTP: pushed by the instance that commits,
 * and pushed by the consumer of the commit log's stream after a commit of an instance that pushes nothing.
 */
@Tag("bench")
class DeliveryBench {

    private static final int COMMITS = 100;
    private static final int WARM_UP = 20;

    /** Connections that count the frames and keep the time of the last one. */
    private final class Followers implements Sockets {

        private final AtomicInteger frames = new AtomicInteger();
        private final AtomicLong lastNanos = new AtomicLong();

        @Override
        public Delivery send(String connectionId, String frame) {
            lastNanos.set(bench.nanos());
            frames.incrementAndGet();
            return Delivery.SENT;
        }

        @Override
        public void close(String connectionId, Closing closing) {
            throw new IllegalStateException("closed " + connectionId);
        }
    }

    @RegisterExtension
    final Bench bench = new Bench();

    private final TableNames tables = bench.tables();
    private final Realm pushing = realm();
    private final Realm silent = realm();
    private final Followers followers = new Followers();
    private final SocketParts parts = new SocketParts(
            pushing,
            new AccessParts(
                    pushing.machine,
                    pushing.dynamo,
                    tables,
                    Map.of("anonymous", "true", "limits.requests-per-second", "0")),
            bench.delayed(followers));

    private Realm realm() {
        return new Realm(bench.machine(), bench.client(), bench::streams, tables, Map.of());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10})
    void fromCommitToFrame(int connections) {
        done(pushing.entities.create(
                GAME,
                SPACE,
                new NewEntity("e", "UI_STATE", ReplicationBench.gameState(new Random(1), 1_000), null),
                SERVER,
                new IdempotencyKey(null, "")));
        for (int i = 0; i < connections; i++) {
            parts.resource.opened("c" + i, new Caller(GAME, "bench"));
            parts.resource.received("c" + i, "{\"op\":\"sync\",\"cursors\":{\"" + SPACE + "\":\"\"}}");
        }
        Bench.print("from a commit to the last of %d followers", connections);
        for (int i = 0; i < WARM_UP; i++) {
            commit(pushing, i);
        }
        long[] delivered = new long[COMMITS];
        long[] answered = new long[COMMITS];
        followers.frames.set(0);
        bench.start();
        for (int i = 0; i < COMMITS; i++) {
            long started = bench.nanos();
            commit(pushing, WARM_UP + i);
            answered[i] = bench.nanos() - started;
            delivered[i] = followers.lastNanos.get() - started;
        }
        bench.report("pushed by the committing instance", delivered);
        bench.report("  its response to the commit", answered);
        // Pushes beyond the first few connections are left to the stream.
        int direct = Math.min(connections, pushing.config.directPushes());
        assertEquals(COMMITS * direct, followers.frames.get());
        deliverByStream(connections, delivered);
    }

    private void deliverByStream(int connections, long[] delivered) {
        pushing.logStream.next();
        followers.frames.set(0);
        bench.start();
        for (int i = 0; i < delivered.length; i++) {
            long started = bench.nanos();
            commit(silent, WARM_UP + COMMITS + i);
            List<ItemChange> batch = pushing.logStream.next();
            bench.streamDelivery();
            assertEquals(Optional.empty(), parts.notifier.notifySubscribers(batch));
            delivered[i] = followers.lastNanos.get() - started;
        }
        bench.report("pushed by the consumer of the stream", delivered);
        assertEquals(COMMITS * connections, followers.frames.get());
    }

    private static void commit(Realm realm, int number) {
        String body = "{'set': {'score': " + number + "}}";
        SyncService.Update update = new SyncService.Update(
                SPACE, "e", Realm.operations(body), SERVER, new IdempotencyKey("m" + number, body));
        done(((EntityService.Decided) realm.sync.push(GAME, List.of(update)).get(0)).result());
    }
}
