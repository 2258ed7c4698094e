package dev.statecraft.replication;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static dev.statecraft.replication.Trees.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.ConflictParking.Parked;
import dev.statecraft.replication.ConflictParking.Past;
import dev.statecraft.replication.ConflictService.Decided;
import dev.statecraft.replication.ConflictService.Done;
import dev.statecraft.replication.ConflictService.Impossible;
import dev.statecraft.replication.ConflictService.Late;
import dev.statecraft.replication.EntityService.Updated;
import dev.statecraft.replication.Settlement.Choice;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/** Parked conflicts on real tables: what a decision does, and that it does it once. */
class ConflictServiceTest {

    /** A clock that goes on when it is told to. */
    private static final class Hand extends Clock {

        private volatile Instant now = Instant.ofEpochMilli(4_000_000_000_000L);

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    /** Lets one transaction fail: before it is sent, or after it took effect. */
    private static final class Cut implements ExecutionInterceptor {

        private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        private volatile boolean afterwards;

        void next(boolean afterItTookEffect) {
            afterwards = afterItTookEffect;
            left.set(1);
        }

        @Override
        public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
            if (!afterwards && isTransaction(context.request()) && left.decrementAndGet() == 0) {
                throw new IllegalStateException("cut before");
            }
        }

        @Override
        public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
            if (afterwards && isTransaction(context.request()) && left.decrementAndGet() == 0) {
                throw new IllegalStateException("cut after");
            }
        }

        private static boolean isTransaction(Object request) {
            return request instanceof TransactWriteItemsRequest;
        }
    }

    private final Hand clock = new Hand();
    private final Cut cut = new Cut();
    private final Realm realm = new Realm(Map.of("type-cache", "PT0S"), cut, clock);

    /** What waits is counted, once each, until it is settled. */
    @Test
    void updatesThatWaitArePending() {
        ParkedConflict first = park("m1");
        sent("m1", UPDATE);
        ParkedConflict second =
                assertInstanceOf(Parked.class, sent("m2", UPDATE)).conflict();
        assertEquals(2, realm.statistics.of(GAME).totalPendingUpdates());
        realm.conflicts.decide(GAME, first.id(), Choice.CLIENT, null, "operator");
        realm.conflicts.decide(GAME, first.id(), Choice.CLIENT, null, "operator");
        assertEquals(1, realm.statistics.of(GAME).totalPendingUpdates());
        realm.conflicts.decide(GAME, second.id(), Choice.SERVER, null, "operator");
        assertEquals(0, realm.statistics.of(GAME).totalPendingUpdates());
    }

    @Test
    void anUpdateThatConflictsWaitsAndChangesNothing() {
        ParkedConflict conflict = park("m1");
        assertEquals(object("{'hp': 2, 'log': ['a']}"), realm.read("e").json());
        assertEquals(List.of(conflict), realm.conflicts.list(GAME, null, 10).conflicts());
        assertEquals(1, conflict.conflicts().size());
        Conflict hp = conflict.conflicts().get(0);
        assertEquals("hp 1 2 9", hp.path() + " " + hp.base() + " " + hp.ours() + " " + hp.theirs());
        assertEquals(conflict.at() + 5_000, conflict.deadline());
    }

    @Test
    void theSameUpdateAgainIsTheSameConflictAndAnotherBodyAMistake() {
        ParkedConflict conflict = park("m1");
        assertEquals(new Parked(conflict, true), sent("m1", UPDATE));
        assertEquals(1, realm.conflicts.list(GAME, null, 10).conflicts().size());
        assertInstanceOf(ConflictParking.Reused.class, sent("m1", "{'set': {'hp': 8}}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "SERVER | {'hp': 3, 'log': ['a']}      | 3",
                "CLIENT | {'hp': 9, 'log': ['a', 'b']} | 4",
                "MERGE  | {'hp': 9, 'log': ['a', 'b']} | 4",
                "STATE  | {'hp': 50}                   | 4"
            })
    void aDecisionIsCarriedOutOnWhatIsThereThen(Choice choice, String state, long version) {
        ParkedConflict conflict = park("m1");
        done(realm.update("e", "{'set': {'hp': 3}}", null));
        ObjectNode given = choice == Choice.STATE ? object("{'hp': 50}") : null;
        Done first = assertInstanceOf(Done.class, decide(conflict, choice, given));
        assertTrue(
                JsonValues.same(object(state), realm.read("e").json()),
                realm.read("e").toString());
        assertEquals(version, realm.read("e").version());
        assertEquals(version > 3, first.changed());
        assertEquals(List.of(), realm.conflicts.list(GAME, null, 10).conflicts());

        Done again = assertInstanceOf(Done.class, decide(conflict, choice, given));
        assertTrue(again.replayed());
        assertEquals(version, again.entity().orElseThrow().version());
        Choice other = choice == Choice.SERVER ? Choice.CLIENT : Choice.SERVER;
        assertInstanceOf(Late.class, decide(conflict, other, null));
        assertEquals(version, realm.read("e").version());
        Past past = assertInstanceOf(Past.class, sent("m1", UPDATE));
        assertEquals(version > 3, past.entity().isPresent());
    }

    @ParameterizedTest
    @EnumSource(
            value = Strategy.class,
            names = {"MANUAL"},
            mode = EnumSource.Mode.EXCLUDE)
    void whenTheTimeIsUpTheFallbackDecides(Strategy fallback) {
        type(fallback);
        park("m1");
        assertEquals(0, realm.conflicts.settleDue(GAME, () -> true));
        clock.now = clock.now.plusSeconds(5);
        assertEquals(1, realm.conflicts.settleDue(GAME, () -> true));
        assertEquals(0, realm.conflicts.settleDue(GAME, () -> true));
        Entity after = realm.read("e");
        boolean server = fallback == Strategy.SERVER_WINS;
        // What did not conflict is done whoever wins the rest.
        assertEquals(object(server ? "{'hp': 2, 'log': ['a', 'b']}" : "{'hp': 9, 'log': ['a', 'b']}"), after.json());
        assertEquals(3, after.version());
        assertEquals(fallback, after.strategy());
    }

    @Test
    void theLatestIsJudgedByWhenTheUpdateCame() {
        type(Strategy.LATEST);
        park("m1");
        done(realm.update("e", "{'set': {'hp': 3}}", null));
        clock.now = clock.now.plusSeconds(5);
        assertEquals(object("{'hp': 3, 'log': ['a', 'b']}"), realm.read("e").json());
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "list", "decide", "update"})
    void whoeverLooksFirstSettlesWhatIsOver(String look) {
        type(Strategy.CLIENT_WINS);
        ParkedConflict conflict = park("m1");
        clock.now = clock.now.plusSeconds(5);
        switch (look) {
            case "read" ->
                assertEquals(
                        object("{'hp': 9, 'log': ['a', 'b']}"), realm.read("e").json());
            case "list" ->
                assertEquals(List.of(), realm.conflicts.list(GAME, null, 10).conflicts());
            case "decide" ->
                assertEquals(
                        Choice.TIMEOUT,
                        assertInstanceOf(Late.class, decide(conflict, Choice.SERVER, null))
                                .settlement()
                                .choice());
            default -> assertInstanceOf(Past.class, sent("m1", UPDATE));
        }
        assertEquals(3, realm.entityStore.read(GAME, SPACE, "e").version());
    }

    @Test
    void manyAreSettledInOneRunAndNoneWhenThereIsNoTime() {
        type(Strategy.CLIENT_WINS);
        for (int i = 0; i < 30; i++) {
            park("m" + i, "e" + i);
        }
        clock.now = clock.now.plusSeconds(5);
        assertEquals(0, realm.conflicts.settleDue(GAME, () -> false));
        assertEquals(30, realm.conflicts.settleDue(GAME, () -> true));
        for (int i = 0; i < 30; i++) {
            assertEquals(3, realm.entityStore.read(GAME, SPACE, "e" + i).version());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRunThatIsCutShortIsMadeGoodOnce(boolean afterItTookEffect) {
        type(Strategy.CLIENT_WINS);
        park("m1");
        clock.now = clock.now.plusSeconds(5);
        cut.next(afterItTookEffect);
        assertThrows(IllegalStateException.class, () -> realm.conflicts.settleDue(GAME, () -> true));
        assertEquals(afterItTookEffect ? 0 : 1, realm.conflicts.settleDue(GAME, () -> true));
        Entity after = realm.entityStore.read(GAME, SPACE, "e");
        assertEquals(3, after.version());
        assertEquals(object("{'hp': 9, 'log': ['a', 'b']}"), after.json());
    }

    @Test
    void ofManyWhoDecideAtOnceOneDoes() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 5; round++) {
                ParkedConflict conflict = park("m" + round, "e" + round);
                Realm other = new Realm(realm.tables, Map.of("type-cache", "PT0S"), new Cut(), clock);
                List<Callable<Decided>> deciders = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    ConflictService service = i % 2 == 0 ? realm.conflicts : other.conflicts;
                    ObjectNode state = object("{'hp': " + i + "}");
                    deciders.add(() -> service.decide(GAME, conflict.id(), Choice.STATE, state, "d"));
                }
                int settled = 0;
                for (Future<Decided> future : threads.invokeAll(deciders)) {
                    Decided decided = future.get();
                    if (decided instanceof Done) {
                        settled++;
                    } else {
                        assertInstanceOf(Late.class, decided);
                    }
                }
                assertEquals(1, settled);
                assertEquals(3, realm.entityStore.read(GAME, SPACE, "e" + round).version());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aDecisionThatCannotBeCarriedOutLeavesTheConflictWaiting() {
        ParkedConflict conflict = park("m1");
        done(realm.delete("e"));
        Impossible gone = assertInstanceOf(Impossible.class, decide(conflict, Choice.CLIENT, null));
        assertInstanceOf(Refusal.NotFound.class, gone.refusal());
        assertEquals(1, realm.conflicts.list(GAME, null, 10).conflicts().size());
        assertInstanceOf(Done.class, decide(conflict, Choice.SERVER, null));
    }

    @Test
    void whereTheFallbackCannotBeCarriedOutTheStoredStateStays() {
        type(Strategy.CLIENT_WINS);
        park("m1");
        done(realm.delete("e"));
        clock.now = clock.now.plusSeconds(5);
        assertEquals(1, realm.conflicts.settleDue(GAME, () -> true));
        assertTrue(realm.entityStore.read(GAME, SPACE, "e").deleted());
        assertEquals(List.of(), realm.conflicts.list(GAME, null, 10).conflicts());
    }

    @Test
    void anUnknownConflictIsUnknown() {
        assertInstanceOf(ConflictService.Unknown.class, realm.conflicts.decide(GAME, "c", Choice.SERVER, null, "d"));
        ParkedConflict conflict = park("m1");
        assertInstanceOf(
                ConflictService.Unknown.class,
                realm.conflicts.decide("other", conflict.id(), Choice.SERVER, null, "d"));
    }

    @Test
    void theListGoesOnWhereItEnded() {
        type(Strategy.SERVER_WINS);
        List<String> parked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            parked.add(park("m" + i, "e" + i).id());
            clock.now = clock.now.plus(Duration.ofMillis(10));
        }
        List<String> listed = new ArrayList<>();
        String after = null;
        do {
            ConflictStore.ConflictPage page = realm.conflicts.list(GAME, after, 2);
            page.conflicts().forEach(conflict -> listed.add(conflict.id()));
            after = page.next();
        } while (after != null);
        assertEquals(parked, listed);
    }

    /** The preview is what a commit of the same states comes to. */
    @ParameterizedTest
    @EnumSource(Strategy.class)
    void aPreviewIsWhatACommitDoes(Strategy strategy) {
        for (long seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            String context = "seed " + seed + " " + strategy;
            TreeMap<StatePath, MergeRule> rules = new TreeMap<>();
            for (String path : List.of("/a", "/b", "/c/a")) {
                rules.put(Trees.path(path), List.of(MergeRule.values()).get(random.nextInt(MergeRule.values().length)));
            }
            String type = "T" + seed;
            realm.types.put(GAME, new EntityType(type, strategy, Strategy.SERVER_WINS, rules, true, null));
            String id = "p" + seed;
            ObjectNode base = Trees.randomState(random, 3);
            ObjectNode server = Trees.randomState(random, 3);
            ObjectNode client = Trees.randomState(random, 3);
            done(realm.create(id, type, base.toString()));
            done(((EntityService.Decided) replace(id, server, null)).result());
            Merge.Merged preview = realm.conflicts.preview(GAME, type, base, server, client);
            Updated updated = replace(id, client, 1L);
            if (updated instanceof EntityService.Parked parked) {
                assertEquals(
                        assertInstanceOf(Merge.Parked.class, preview, context).conflicts(),
                        assertInstanceOf(Parked.class, parked.parking())
                                .conflict()
                                .conflicts(),
                        context);
                continue;
            }
            CommitService.Result result = ((EntityService.Decided) updated).result();
            if (result instanceof CommitService.Refused refused) {
                if (refused.refusal() instanceof Refusal.Lost lost) {
                    assertEquals(preview, new Merge.Refused(lost.conflicts(), lost.strategy()), context);
                } else {
                    assertInstanceOf(Merge.Impossible.class, preview, context);
                }
                continue;
            }
            Merge.Accepted accepted = assertInstanceOf(Merge.Accepted.class, preview, context);
            Entity entity = done(result);
            assertTrue(JsonValues.same(accepted.state(), entity.json()), context);
            assertEquals(accepted.strategy(), entity.strategy(), context);
        }
    }

    private static final String UPDATE = "{'set': {'hp': 9}, 'append': {'log': ['b']}}";

    private Updated replace(String id, ObjectNode state, @Nullable Long baseVersion) {
        return realm.entities.update(
                GAME,
                SPACE,
                id,
                new EntityUpdate(new EntityUpdate.Replace(state), baseVersion, null, new TreeMap<>(), null),
                Realm.SERVER,
                new Identity(null, ""));
    }

    private ParkedConflict park(String mutationId) {
        return park(mutationId, "e");
    }

    /** An entity at version 2, and an update made on version 1 that waits. */
    private ParkedConflict park(String mutationId, String entity) {
        if (realm.types.read(GAME, "DUEL").isEmpty()) {
            type(Strategy.SERVER_WINS);
        }
        done(realm.create(entity, "DUEL", "{'hp': 1, 'log': ['a']}"));
        done(realm.update(entity, "{'set': {'hp': 2}}", null));
        return assertInstanceOf(Parked.class, sent(mutationId, UPDATE, entity)).conflict();
    }

    private ConflictParking.Parking sent(String mutationId, String operations) {
        return sent(mutationId, operations, "e");
    }

    private ConflictParking.Parking sent(String mutationId, String operations, String entity) {
        EntityUpdate.Edit edit = new EntityUpdate.Operate(Trees.operations(operations));
        Updated updated = realm.entities.update(
                GAME,
                SPACE,
                entity,
                new EntityUpdate(edit, 1L, null, new TreeMap<>(), null),
                Realm.SERVER,
                new Identity(mutationId, operations));
        return assertInstanceOf(EntityService.Parked.class, updated).parking();
    }

    private Decided decide(ParkedConflict conflict, Choice choice, @Nullable ObjectNode state) {
        return realm.conflicts.decide(GAME, conflict.id(), choice, state, "judge");
    }

    private void type(Strategy fallback) {
        realm.types.put(GAME, new EntityType("DUEL", Strategy.MANUAL, fallback, new TreeMap<>(), true, null));
    }
}
