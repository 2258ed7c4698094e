package dev.statecraft.replication.transaction;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.state.JsonValues.canonical;
import static dev.statecraft.replication.transaction.Market.update;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.combining.QueueKey;
import dev.statecraft.local.Meter;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.VersionExpired;
import dev.statecraft.replication.commit.TransactionCommits.Busy;
import dev.statecraft.replication.commit.TransactionCommits.Refused;
import dev.statecraft.replication.commit.TransactionCommits.Replayed;
import dev.statecraft.replication.commit.TransactionCommits.Reused;
import dev.statecraft.replication.commit.TransactionCommits.TransactionResult;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Transactions are applied completely or not at all, and exactly once. */
class TransactionServiceTest {

    private static final String TAKE = "{'increment': {'coins': -30}}";
    private static final String GIVE = "{'increment': {'coins': 30}}";

    private final Market market = new Market();

    private static Market twoPurses(Market market) {
        market.create("arena", "ada", "{'coins': 100}");
        market.create("city", "bob", "{'coins': 5}");
        return market;
    }

    private static Rejection refused(int index, TransactionResult result) {
        Refused refused = assertInstanceOf(Refused.class, result);
        assertEquals(index, refused.index());
        return refused.reason().rejection();
    }

    private void assertNothingChanged() {
        assertEquals(1, market.read("arena", "ada").version());
        assertEquals(1, market.read("city", "bob").version());
        assertEquals(1, market.realm.log("arena").size());
        assertEquals(1, market.realm.log("city").size());
    }

    @Test
    void tradeOfTwoSpaces_isOneCommitOfEachWithTheIdOfTheTransaction() {
        twoPurses(market);
        Set<String> changed = new TreeSet<>();
        market.realm.announcements.listen(change -> changed.add(change.topic()));
        List<Entity> versions = market.applied("trade-1", update("city", "bob", GIVE), update("arena", "ada", TAKE));
        assertEquals(List.of("bob", "ada"), versions.stream().map(Entity::id).toList());
        assertEquals(35, market.number("city", "bob", "coins"));
        assertEquals(70, market.number("arena", "ada", "coins"));
        for (String space : List.of("arena", "city")) {
            assertEquals(2, market.last(space).seq());
            assertEquals("trade-1", market.last(space).transactionId());
            assertEquals(1, market.last(space).changes().size());
            assertNull(market.realm.log(space).get(0).transactionId());
        }
        assertEquals(Set.of("arena", "city"), changed);
    }

    @Test
    void refusedUpdate_namesItsIndexAndChangesNothing() {
        twoPurses(market);
        assertInstanceOf(
                Rejection.NotFound.class,
                refused(1, market.apply("t", update("arena", "ada", TAKE), update("city", "nobody", GIVE))));
        assertInstanceOf(
                Rejection.NotFound.class,
                refused(
                        0,
                        market.apply(
                                "t",
                                update("city", "nobody", GIVE),
                                update("arena", "ada", "{'append': {'coins': [1]}}"))));
        assertInstanceOf(
                Rejection.Invalid.class,
                refused(
                        1,
                        market.apply(
                                "t",
                                update("city", "bob", GIVE),
                                update("arena", "ada", "{'append': {'coins': [1]}}"))));
        assertNothingChanged();
    }

    @Test
    void repeatedTransaction_isAnsweredWithItsVersions() {
        twoPurses(market);
        SyncService.Update[] trade = {update("arena", "ada", TAKE), update("city", "bob", GIVE)};
        List<Entity> first = market.applied("t", trade);
        market.applied("later", update("arena", "ada", TAKE));
        Replayed replayed = assertInstanceOf(Replayed.class, market.apply("t", trade));
        for (int i = 0; i < 2; i++) {
            Done done = assertInstanceOf(Done.class, replayed.results().get(i));
            assertTrue(done.replayed());
            assertEquals(first.get(i).version(), done.entity().version());
            assertEquals(canonical(first.get(i).json()), canonical(done.entity().json()));
        }
        assertEquals(40, market.number("arena", "ada", "coins"));
        assertEquals(35, market.number("city", "bob", "coins"));
    }

    @Test
    void idWithAnotherBody_isRefused() {
        twoPurses(market);
        market.applied("t", update("arena", "ada", TAKE), update("city", "bob", GIVE));
        List<SyncService.Update[]> others = List.of(
                new SyncService.Update[] {update("arena", "ada", TAKE)},
                new SyncService.Update[] {update("city", "bob", GIVE), update("arena", "ada", TAKE)},
                new SyncService.Update[] {
                    update("arena", "ada", TAKE), update("city", "bob", GIVE), update("city", "bob", GIVE)
                });
        others.forEach(other -> assertInstanceOf(Reused.class, market.apply("t", other)));
        assertEquals(2, market.read("arena", "ada").version());
    }

    @Test
    void idOfASingleUpdateAndOfATransaction_isThatOfOneOfThem() {
        twoPurses(market);
        Realm.done(market.realm.update("ada", TAKE, "single"));
        assertInstanceOf(Reused.class, market.apply("single", update("arena", "ada", TAKE)));
        market.applied("whole", update("arena", "ada", TAKE), update("city", "bob", GIVE));
        assertInstanceOf(CommitResult.Reused.class, market.realm.update("ada", TAKE, "whole"));
        assertEquals(3, market.read("arena", "ada").version());
    }

    /** The receipt of one entity proves that the transaction was applied. */
    @Test
    void transactionIsNotRepeatedForAnEntityThatDroppedItsReceipt() {
        Market forgetful = twoPurses(new Market(Map.of("receipts.least", "0", "receipts.most", "1")));
        SyncService.Update[] trade = {update("arena", "ada", TAKE), update("city", "bob", GIVE)};
        forgetful.applied("t", trade);
        Realm.done(forgetful.realm.update("ada", GIVE, "other"));
        Replayed replayed = assertInstanceOf(Replayed.class, forgetful.apply("t", trade));
        assertEquals(new VersionExpired(0), replayed.results().get(0));
        assertEquals(2, ((Done) replayed.results().get(1)).entity().version());
        assertEquals(100, forgetful.number("arena", "ada", "coins"));
        assertEquals(35, forgetful.number("city", "bob", "coins"));
    }

    @Test
    void updatesOfOneEntity_areAppliedInOrderAndReplayed() {
        twoPurses(market);
        SyncService.Update[] updates = {
            update("arena", "ada", "{'set': {'n': 1}}"),
            update("city", "bob", GIVE),
            update("arena", "ada", "{'increment': {'n': 5}}"),
            update("arena", "ada", "{'set': {'m': 1}}")
        };
        List<Entity> versions = market.applied("t", updates);
        assertEquals(
                List.of(2L, 2L, 3L, 4L), versions.stream().map(Entity::version).toList());
        assertEquals(6, versions.get(2).json().get("n").intValue());
        assertEquals(3, market.last("arena").changes().size());
        Replayed replayed = assertInstanceOf(Replayed.class, market.apply("t", updates));
        assertEquals(
                List.of(2L, 2L, 3L, 4L),
                replayed.results().stream()
                        .map(result -> ((Done) result).entity().version())
                        .toList());
        assertEquals(4, market.read("arena", "ada").version());
    }

    @Test
    void manualConflict_isRefusedAndNotParked() {
        twoPurses(market);
        market.applied("first", update("arena", "ada", "{'set': {'coins': 1}}"));
        Map<String, String> coins = Map.of("coins", "2");
        EntityUpdate behind = new EntityUpdate(
                Realm.operations("{'set': {'coins': 2}}").edit(), 1L, null, new TreeMap<>(), Strategy.MANUAL);
        assertInstanceOf(
                Rejection.ManualConflict.class,
                refused(
                        1,
                        market.apply(
                                "t", update("city", "bob", GIVE), update("arena", "ada", behind, coins.toString()))));
        assertEquals(1, market.read("city", "bob").version());
    }

    @Test
    void changesAboveTheLimitOfATransaction_areTooLarge() {
        byte[] noise = new byte[150_000];
        List<SyncService.Update> updates = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            new Random(i).nextBytes(noise);
            StringBuilder text = new StringBuilder();
            for (byte one : noise) {
                text.append((char) ('A' + (one & 15)));
            }
            market.create("s" + i, "e", "{}");
            updates.add(update("s" + i, "e", "{'set': {'text': '" + text + text.reverse() + "'}}"));
        }
        List<SyncService.Update> some = updates.subList(0, 8);
        market.applied("some", some.toArray(SyncService.Update[]::new));
        TransactionResult result = market.apply("all", updates.toArray(SyncService.Update[]::new));
        Refused refused = assertInstanceOf(Refused.class, result);
        assertInstanceOf(Rejection.TooLarge.class, refused.reason().rejection());
        assertTrue(refused.index() > 8, () -> "index " + refused.index());
        IntStream.range(8, 20)
                .forEach(i -> assertEquals(1, market.read("s" + i, "e").version()));
    }

    @Test
    void lostRaces_endInBusyAndChangeNothing() {
        FaultyDynamo faults = new FaultyDynamo();
        Market busy = twoPurses(new Market(Map.of("commit-attempts", "4"), faults));
        SyncService.Update[] trade = {update("arena", "ada", TAKE), update("city", "bob", GIVE)};
        faults.conflictNext(4);
        assertInstanceOf(Busy.class, busy.apply("t", trade));
        faults.heal();
        assertEquals(1, busy.read("arena", "ada").version());
        assertEquals(1, busy.read("city", "bob").version());
        busy.applied("t", trade);
        assertEquals(2, busy.read("city", "bob").version());
    }

    /** Only the space in which the race was lost is busy: the transaction takes its turn there, and not in the others. */
    @Test
    void lostRace_isRepeatedInTheTurnOfItsSpace() {
        FaultyDynamo faults = new FaultyDynamo();
        Market racing = twoPurses(new Market(Map.of(), faults));
        faults.beforeNext(
                Set.of(AwsOperation.TRANSACT_WRITE),
                () -> racing.applied("other", update("city", "bob", "{'increment': {'coins': 1000}}")));
        racing.applied("t", update("arena", "ada", TAKE), update("city", "bob", GIVE));
        assertEquals(70, racing.number("arena", "ada", "coins"));
        assertEquals(1_035, racing.number("city", "bob", "coins"));
        assertTrue(racing.realm.queue.isBusy(new QueueKey(GAME, "space", "city")));
        assertFalse(racing.realm.queue.isBusy(new QueueKey(GAME, "space", "arena")));
    }

    /** Issue 22: a trade of two entities in two spaces consumes at most 12 WCU, in two round trips. */
    @Test
    void tradeOfTwoEntitiesInTwoSpaces_consumesTwelveWriteUnitsInTwoRequests() {
        Meter meter = new Meter();
        Market metered = twoPurses(new Market(Map.of(), meter));
        metered.applied("warm", update("arena", "ada", TAKE), update("city", "bob", GIVE));
        meter.take();
        metered.applied("t", update("arena", "ada", TAKE), update("city", "bob", GIVE));
        Meter.Reading reading = meter.take();
        assertEquals(2, reading.requests(), reading.per(1));
        assertEquals(12.0, reading.writeUnits(), reading.per(1));
        assertEquals(4.0, reading.readUnits(), reading.per(1));
    }

    @Test
    void limitAboveTheItemsOfATransaction_isRejectedAtStart() {
        assertThrows(IllegalArgumentException.class, () -> new Market(Map.of("max-transaction-updates", "34")));
        new Market(Map.of("max-transaction-updates", "33"));
    }
}
