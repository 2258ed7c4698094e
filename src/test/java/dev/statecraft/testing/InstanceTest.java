package dev.statecraft.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.access.AccessParts;
import dev.statecraft.access.Scope;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.erasure.ErasureParts;
import dev.statecraft.integration.event.EventParts;
import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.replication.Realm;
import dev.statecraft.runtime.Threads;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Two instances of every feature on one machine and one database in memory do the same for the same seed. */
class InstanceTest {

    @Test
    void requestsFollowFromTheSeed() {
        List<String> requests = requests(7);
        assertTrue(requests.size() > 100, "only " + requests.size());
        assertEquals(requests, requests(7));
        assertNotEquals(requests, requests(8));
    }

    /** What the instances send to the database. */
    private static List<String> requests(long seed) {
        MovingClock clock = new MovingClock(Instant.parse("2030-01-01T00:00:00Z"));
        VirtualTicker ticker = new VirtualTicker(clock);
        Machine machine = new Machine(clock, ticker, new SplittableRandom(seed), new CallerThreads());
        ModelDatabase database = new ModelDatabase(ModelSettings.likeLocal(clock, ticker, new SplittableRandom(seed)));
        TableNames tables = database.freshTables();
        List<String> requests = new ArrayList<>();
        DynamoDbClient dynamo = database.client(List.of(new ExecutionInterceptor() {
            @Override
            public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
                requests.add(context.request().toString());
            }
        }));
        for (int instance = 0; instance < 2; instance++) {
            play(machine, dynamo, database, tables, "i" + instance);
        }
        return requests;
    }

    private static void play(
            Machine machine, DynamoDbClient dynamo, ModelDatabase database, TableNames tables, String name) {
        Arena arena = new Arena(machine, dynamo, database::streams, tables, Map.of());
        Realm realm = new Realm(machine, dynamo, database::streams, tables, Map.of("type-cache", "1s"));
        Laboratory lab = new Laboratory(machine, dynamo, realm, Map.of(), List.of());
        EventParts events = new EventParts(machine, dynamo, tables, Map.of());
        AccessParts access = new AccessParts(machine, dynamo, tables, Map.of());
        ErasureParts erasure = new ErasureParts(machine, dynamo, arena, lab, events, Map.of());

        arena.create(name, RankingType.SCORE, Order.DESCENDING, null, 2);
        for (int player = 0; player < 5; player++) {
            arena.submit(name, "p" + player, player, 0, null);
        }
        arena.reset(name, "done", null);
        arena.upkeep();
        lab.create(name, "chest", "{'coins': 1}");
        lab.update(Realm.GAME, name, "chest", "{'set': {'coins': 2}}");
        events.streams(arena, realm).commits(realm.logStream.next());
        assertTrue(events.feed.count(Realm.GAME) > 0);
        if (name.equals("i0")) {
            lab.register(Laboratory.definition("1.0.0"));
        }
        lab.apply(Realm.GAME);
        assertEquals("1.0.0", lab.lastRun(Realm.GAME).version().toString());
        access.keys().create(new KeyService.NewKey(Realm.GAME, name, Scope.ALL, false, null), "test");
        erasure.erasures.erase(Realm.GAME, "p1", "test");
        assertNull(arena.entries.read(arena.board(name), 1, "p1").score());
    }

    /** Elapsed time that passes only in pauses. */
    private static final class VirtualTicker implements Ticker {

        private final MovingClock clock;
        private long nanos;

        VirtualTicker(MovingClock clock) {
            this.clock = clock;
        }

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void sleep(long pause) {
            nanos += pause;
            clock.move(Duration.ofNanos(pause));
        }
    }

    /** Runs each task in the thread that submits it. */
    private static final class CallerThreads implements Threads {

        @Override
        public Lock newLock() {
            return new ReentrantLock();
        }

        @Override
        public <T> CompletableFuture<T> newFuture() {
            return new CompletableFuture<>();
        }

        @Override
        public ExecutorService newPool(int size, String name) {
            return new AbstractExecutorService() {
                @Override
                public void execute(Runnable task) {
                    task.run();
                }

                @Override
                public void shutdown() {}

                @Override
                public List<Runnable> shutdownNow() {
                    return List.of();
                }

                @Override
                public boolean isShutdown() {
                    return false;
                }

                @Override
                public boolean isTerminated() {
                    return false;
                }

                @Override
                public boolean awaitTermination(long timeout, TimeUnit unit) {
                    return true;
                }
            };
        }
    }
}
