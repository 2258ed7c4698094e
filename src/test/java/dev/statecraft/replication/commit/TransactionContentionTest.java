package dev.statecraft.replication.commit;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.commit.SharedSpace.Instance;
import dev.statecraft.replication.commit.TransactionCommits.Applied;
import dev.statecraft.replication.commit.TransactionCommits.TransactionResult;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.log.LogEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transactions of many instances and threads over the same spaces, in virtual time at the latencies of AWS. */
class TransactionContentionTest {

    private static final List<String> SPACES = List.of(SPACE, "city", "docks");
    private static final int TRADES = 6;

    private static SyncService.Update pay(String space, int coins) {
        String operations = "{'increment': {'coins': " + coins + "}}";
        return new SyncService.Update(
                space, "purse", Realm.operations(operations), SERVER, new IdempotencyKey(null, operations));
    }

    /** Each trade moves a coin between two of the spaces, in a random order of the updates. */
    private static Runnable trader(Realm realm, String name, Random random, AtomicInteger applied) {
        return () -> {
            for (int i = 0; i < TRADES; i++) {
                List<String> spaces = new ArrayList<>(SPACES);
                Collections.shuffle(spaces, random);
                TransactionResult result = realm.transactions.apply(
                        GAME, name + "-" + i, List.of(pay(spaces.get(0), -1), pay(spaces.get(1), 1)));
                assertInstanceOf(Applied.class, result);
                applied.incrementAndGet();
            }
        };
    }

    @ParameterizedTest(name = "{0} instances of {1} threads, {2} other writers")
    @CsvSource({"1, 6, 0, 3", "6, 1, 0, 6", "3, 3, 3, 8", "12, 1, 4, 20"})
    void trades_areAllAppliedInBoundedTime(int instances, int threads, int others, long mostSeconds) {
        try (SharedSpace shared = new SharedSpace(instances)) {
            shared.time.run(() -> SPACES.forEach(
                    space -> Realm.done(shared.observer.create(space, "purse", "UI_STATE", "{'coins': 100}"))));
            Random random = new Random(instances);
            AtomicInteger applied = new AtomicInteger();
            List<Runnable> bodies = new ArrayList<>();
            for (int i = 0; i < instances; i++) {
                Instance instance = shared.instance();
                for (int thread = 0; thread < threads; thread++) {
                    bodies.add(trader(instance.realm(), "t" + i + "-" + thread, random, applied));
                }
            }
            for (int i = 0; i < others; i++) {
                Instance instance = shared.instance();
                bodies.add(() -> {
                    for (int j = 0; j < 2 * TRADES; j++) {
                        Realm.done(instance.realm().update("purse", "{'increment': {'n': 1}}", null));
                    }
                });
            }
            long start = shared.time.ticker().nanos();
            shared.run(bodies);
            long millis = TimeUnit.NANOSECONDS.toMillis(shared.time.ticker().nanos() - start);
            assertEquals(instances * threads * TRADES, applied.get());
            assertTrue(millis < 1_000 * mostSeconds, millis + " ms for " + applied.get() + " trades");
            assertConserved(shared.observer);
        }
    }

    private static void assertConserved(Realm observer) {
        long coins = 0;
        int parts = 0;
        for (String space : SPACES) {
            coins += observer.reader
                    .read(GAME, space, "purse")
                    .json()
                    .get("coins")
                    .longValue();
            long seq = 0;
            for (LogEntry entry : observer.log(space)) {
                assertEquals(++seq, entry.seq());
                parts += entry.transactionId() == null ? 0 : 1;
            }
        }
        assertEquals(100L * SPACES.size(), coins);
        assertEquals(0, parts % 2);
    }
}
