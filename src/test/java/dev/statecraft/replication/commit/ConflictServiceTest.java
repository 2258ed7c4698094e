package dev.statecraft.replication.commit;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static dev.statecraft.replication.Trees.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.ConflictParking.AlreadyResolved;
import dev.statecraft.replication.commit.ConflictResolution.Choice;
import dev.statecraft.replication.commit.ConflictService.Done;
import dev.statecraft.replication.commit.ConflictService.Impossible;
import dev.statecraft.replication.commit.ConflictService.ResolveResult;
import dev.statecraft.replication.commit.ConflictService.ResolvedDifferently;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Resolution of parked conflicts on real tables. */
class ConflictServiceTest {

    private final ConflictRig rig = new ConflictRig();
    private final Realm realm = rig.realm;

    @Test
    void nextDueIsTheNearestDeadline() {
        assertEquals(Optional.empty(), realm.conflicts.nextDue(GAME));
        ParkedConflict first = rig.park("m1", "e1");
        rig.clock.move(Duration.ofSeconds(2));
        ParkedConflict second = rig.park("m2", "e2");
        assertEquals(Optional.of(Instant.ofEpochMilli(first.deadline())), realm.conflicts.nextDue(GAME));
        rig.decide(first, Choice.SERVER, null);
        assertEquals(Optional.of(Instant.ofEpochMilli(second.deadline())), realm.conflicts.nextDue(GAME));
        rig.clock.moveTo(Instant.ofEpochMilli(second.deadline()));
        assertEquals(1, realm.conflicts.resolveOverdue(GAME, () -> true));
        assertEquals(Optional.empty(), realm.conflicts.nextDue(GAME));
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
    void decisionAppliesToCurrentState(Choice choice, String state, long version) {
        ParkedConflict conflict = rig.park("m1");
        done(realm.update("e", "{'set': {'hp': 3}}", null));
        ObjectNode given = choice == Choice.STATE ? object("{'hp': 50}") : null;
        Done first = assertInstanceOf(Done.class, rig.decide(conflict, choice, given));
        assertTrue(
                JsonValues.same(object(state), realm.read("e").json()),
                realm.read("e").toString());
        assertEquals(version, realm.read("e").version());
        assertEquals(version > 3, first.changed());
        assertEquals(List.of(), realm.conflicts.list(GAME, null, 10).conflicts());

        Done again = assertInstanceOf(Done.class, rig.decide(conflict, choice, given));
        assertTrue(again.replayed());
        assertEquals(version, again.entity().orElseThrow().version());
        Choice other = choice == Choice.SERVER ? Choice.CLIENT : Choice.SERVER;
        assertInstanceOf(ResolvedDifferently.class, rig.decide(conflict, other, null));
        assertEquals(version, realm.read("e").version());
        AlreadyResolved resolved = assertInstanceOf(AlreadyResolved.class, rig.sent("m1", ConflictRig.UPDATE));
        assertEquals(version > 3, resolved.entity().isPresent());
    }

    @ParameterizedTest
    @EnumSource(
            value = Strategy.class,
            names = {"MANUAL"},
            mode = EnumSource.Mode.EXCLUDE)
    void fallbackResolvesAfterDeadline(Strategy fallback) {
        rig.type(fallback);
        rig.park("m1");
        assertEquals(0, realm.conflicts.resolveOverdue(GAME, () -> true));
        rig.clock.move(Duration.ofSeconds(5));
        assertEquals(1, realm.conflicts.resolveOverdue(GAME, () -> true));
        assertEquals(0, realm.conflicts.resolveOverdue(GAME, () -> true));
        Entity after = realm.read("e");
        boolean server = fallback == Strategy.SERVER_WINS;
        // Paths without a conflict are applied regardless of the strategy.
        assertEquals(object(server ? "{'hp': 2, 'log': ['a', 'b']}" : "{'hp': 9, 'log': ['a', 'b']}"), after.json());
        assertEquals(3, after.version());
        assertEquals(fallback, after.strategy());
    }

    @Test
    void latestWinsComparesArrivalTimes() {
        rig.type(Strategy.LATEST);
        rig.park("m1");
        done(realm.update("e", "{'set': {'hp': 3}}", null));
        rig.clock.move(Duration.ofSeconds(5));
        assertEquals(object("{'hp': 3, 'log': ['a', 'b']}"), realm.read("e").json());
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "list", "decide", "update"})
    void firstAccessResolvesOverdueConflict(String look) {
        rig.type(Strategy.CLIENT_WINS);
        ParkedConflict conflict = rig.park("m1");
        rig.clock.move(Duration.ofSeconds(5));
        switch (look) {
            case "read" ->
                assertEquals(
                        object("{'hp': 9, 'log': ['a', 'b']}"), realm.read("e").json());
            case "list" ->
                assertEquals(List.of(), realm.conflicts.list(GAME, null, 10).conflicts());
            case "decide" ->
                assertEquals(
                        Choice.TIMEOUT,
                        assertInstanceOf(ResolvedDifferently.class, rig.decide(conflict, Choice.SERVER, null))
                                .resolution()
                                .choice());
            default -> assertInstanceOf(AlreadyResolved.class, rig.sent("m1", ConflictRig.UPDATE));
        }
        assertEquals(3, realm.entityStore.read(GAME, SPACE, "e").version());
    }

    @Test
    void runResolvesAllOverdueConflictsWithinTimeBudget() {
        rig.type(Strategy.CLIENT_WINS);
        for (int i = 0; i < 30; i++) {
            rig.park("m" + i, "e" + i);
        }
        rig.clock.move(Duration.ofSeconds(5));
        assertEquals(0, realm.conflicts.resolveOverdue(GAME, () -> false));
        assertEquals(30, realm.conflicts.resolveOverdue(GAME, () -> true));
        for (int i = 0; i < 30; i++) {
            assertEquals(3, realm.entityStore.read(GAME, SPACE, "e" + i).version());
        }
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void interruptedRunIsRepeatedOnce(When when) {
        rig.type(Strategy.CLIENT_WINS);
        rig.park("m1");
        rig.clock.move(Duration.ofSeconds(5));
        rig.faults.failOnce(0, when);
        assertThrows(SdkClientException.class, () -> realm.conflicts.resolveOverdue(GAME, () -> true));
        assertEquals(when == When.AFTER ? 0 : 1, realm.conflicts.resolveOverdue(GAME, () -> true));
        Entity after = realm.entityStore.read(GAME, SPACE, "e");
        assertEquals(3, after.version());
        assertEquals(object("{'hp': 9, 'log': ['a', 'b']}"), after.json());
    }

    @Test
    void concurrentDecisionsResolveOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 5; round++) {
                ParkedConflict conflict = rig.park("m" + round, "e" + round);
                Realm other = new Realm(realm.tables, Map.of("type-cache", "PT0S"), new FaultyDynamo(), rig.clock);
                List<Callable<ResolveResult>> deciders = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    ConflictService service = i % 2 == 0 ? realm.conflicts : other.conflicts;
                    ObjectNode state = object("{'hp': " + i + "}");
                    deciders.add(() -> service.resolve(GAME, conflict.id(), Choice.STATE, state, "d"));
                }
                int resolutions = 0;
                for (Future<ResolveResult> future : threads.invokeAll(deciders)) {
                    ResolveResult decided = future.get();
                    if (decided instanceof Done) {
                        resolutions++;
                    } else {
                        assertInstanceOf(ResolvedDifferently.class, decided);
                    }
                }
                assertEquals(1, resolutions);
                assertEquals(3, realm.entityStore.read(GAME, SPACE, "e" + round).version());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void impossibleDecisionLeavesConflictParked() {
        ParkedConflict conflict = rig.park("m1");
        done(realm.delete("e"));
        Impossible impossible = assertInstanceOf(Impossible.class, rig.decide(conflict, Choice.CLIENT, null));
        assertInstanceOf(Rejection.NotFound.class, impossible.rejection());
        assertEquals(1, realm.conflicts.list(GAME, null, 10).conflicts().size());
        assertInstanceOf(Done.class, rig.decide(conflict, Choice.SERVER, null));
    }

    @Test
    void impossibleFallbackKeepsStoredState() {
        rig.type(Strategy.CLIENT_WINS);
        rig.park("m1");
        done(realm.delete("e"));
        rig.clock.move(Duration.ofSeconds(5));
        assertEquals(1, realm.conflicts.resolveOverdue(GAME, () -> true));
        assertTrue(realm.entityStore.read(GAME, SPACE, "e").deleted());
        assertEquals(List.of(), realm.conflicts.list(GAME, null, 10).conflicts());
    }

    /** The guard is stored with the parked update and checked when it is applied, on the entity of that time. */
    @Test
    void parkedUpdateKeepsItsGuard() {
        ParkedConflict conflict = rig.park("m1", "e", "{'log': {'maxLength': 2}, '/boss': {'exists': false}}");
        done(realm.update("e", "{'append': {'log': ['c']}}", null));
        for (Choice choice : List.of(Choice.CLIENT, Choice.MERGE)) {
            assertEquals("maxLength", guardFailure(rig.decide(conflict, choice, null)));
        }
        done(realm.update("e", "{'set': {'log': []}}", null));
        done(realm.update("e", "{'set': {'boss': true}}", null));
        assertEquals("exists", guardFailure(rig.decide(conflict, Choice.CLIENT, null)));
        assertEquals(1, realm.conflicts.list(GAME, null, 10).conflicts().size());
        done(realm.update("e", "{'unset': ['boss']}", null));
        assertInstanceOf(Done.class, rig.decide(conflict, Choice.CLIENT, null));
        assertEquals(object("{'hp': 9, 'log': ['b']}"), realm.read("e").json());
    }

    private static String guardFailure(ConflictService.ResolveResult result) {
        return assertInstanceOf(
                        Rejection.GuardFailed.class,
                        assertInstanceOf(Impossible.class, result).rejection())
                .violation()
                .rule();
    }

    @Test
    void givenStateReplacesTheUpdateAndItsGuard() {
        ParkedConflict conflict = rig.park("m1", "e", "{'log': {'maxLength': 2}}");
        ObjectNode given = object("{'hp': 1, 'log': [1, 2, 3]}");
        assertInstanceOf(Done.class, rig.decide(conflict, Choice.STATE, given));
        assertEquals(given, realm.read("e").json());
    }

    @Test
    void fallbackThatViolatesTheGuardKeepsStoredState() {
        rig.type(Strategy.CLIENT_WINS);
        rig.park("m1", "e", "{'hp': {'max': 9}, 'log': {'maxLength': 2}}");
        done(realm.update("e", "{'append': {'log': ['c']}}", null));
        rig.clock.move(Duration.ofSeconds(5));
        assertEquals(1, realm.conflicts.resolveOverdue(GAME, () -> true));
        assertEquals(object("{'hp': 2, 'log': ['a', 'c']}"), realm.read("e").json());
        assertEquals(List.of(), realm.conflicts.list(GAME, null, 10).conflicts());
    }

    @Test
    void unknownConflictReturnsUnknown() {
        assertInstanceOf(ConflictService.Unknown.class, realm.conflicts.resolve(GAME, "c", Choice.SERVER, null, "d"));
        ParkedConflict conflict = rig.park("m1");
        assertInstanceOf(
                ConflictService.Unknown.class,
                realm.conflicts.resolve("other", conflict.id(), Choice.SERVER, null, "d"));
    }
}
