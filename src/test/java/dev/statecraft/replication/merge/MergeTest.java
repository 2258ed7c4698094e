package dev.statecraft.replication.merge;

import static dev.statecraft.replication.Trees.json;
import static dev.statecraft.replication.Trees.object;
import static dev.statecraft.replication.Trees.operations;
import static dev.statecraft.replication.Trees.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.merge.Merge.Accepted;
import dev.statecraft.replication.merge.Merge.Impossible;
import dev.statecraft.replication.merge.Merge.Merged;
import dev.statecraft.replication.merge.Merge.Parked;
import dev.statecraft.replication.merge.Merge.Refused;
import dev.statecraft.replication.merge.Merge.Update;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.SpaceChecksum;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.MergeRule;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergeTest {

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void updatesOfDifferentPathsAreBothApplied(Strategy strategy) {
        ObjectNode base = object("{'hp': 1, 'stats': {'x': 1, 'y': 1}}");
        ObjectNode current = object("{'hp': 2, 'stats': {'x': 2, 'y': 1}}");
        Accepted accepted = accepted(merge(strategy, current, "{'set': {'/stats/y': 5}}", base));
        assertEquals(object("{'hp': 2, 'stats': {'x': 2, 'y': 5}}"), accepted.state());
        assertEquals(List.of(), accepted.conflicts());
        assertEquals(null, accepted.strategy());
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void wholeStatesThatChangeDifferentPathsAreBothApplied(Strategy strategy) {
        ObjectNode base = object("{'hp': 1, 'mp': 1, 'old': 1}");
        ObjectNode current = object("{'hp': 2, 'mp': 1, 'old': 1, 'new': 1}");
        Update update = Update.ofState(object("{'hp': 1, 'mp': 3}"), new MergeBase(new TreeMap<>(), base), current);
        Accepted accepted = accepted(Merge.merge(type(strategy), current, update));
        assertEquals(object("{'hp': 2, 'mp': 3, 'new': 1}"), accepted.state());
    }

    @Test
    void updateWithoutBaseNeverConflicts() {
        ObjectNode current = object("{'hp': 2}");
        Update update = Update.now(operations("{'set': {'hp': 9}}"), MergeBase.current(current), current);
        assertEquals(
                object("{'hp': 9}"),
                accepted(Merge.merge(type(Strategy.SERVER_WINS), current, update))
                        .state());
    }

    @Test
    void equalChangeOfBothSidesIsNoConflict() {
        ObjectNode current = object("{'hp': 5}");
        Accepted accepted = accepted(merge(Strategy.MANUAL, current, "{'set': {'hp': 5.0}}", object("{'hp': 1}")));
        assertTrue(accepted.effective().isEmpty());
        assertEquals(List.of(), accepted.conflicts());
    }

    /**
     * A value that changed and changed back equals the base value, so the update does not conflict. Clients see the
     * intermediate change by the version, which is part of the checksum.
     */
    @Test
    void restoredBaseValueIsNoConflict() {
        ObjectNode current = object("{'door': 'open'}");
        Accepted accepted =
                accepted(merge(Strategy.SERVER_WINS, current, "{'set': {'door': 'shut'}}", object("{'door': 'open'}")));
        assertEquals(object("{'door': 'shut'}"), accepted.state());
        assertTrue(!SpaceChecksum.EMPTY.toggled("door", 1).equals(SpaceChecksum.EMPTY.toggled("door", 3)));
    }

    @Test
    void wasTakesPrecedenceOverTheBaseVersion() {
        ObjectNode current = object("{'hp': 2, 'bag': {'gold': 5}}");
        ObjectNode base = object("{'hp': 1, 'bag': {'gold': 1}}");
        Operations operations = operations("{'set': {'hp': 9, '/bag/gold': 6}}");
        MergeBase basis = new MergeBase(was(Map.of("hp", "2", "bag", "{'gold': 5}")), base);
        Merged merged = Merge.merge(type(Strategy.MANUAL), current, Update.now(operations, basis, current));
        assertEquals(object("{'hp': 9, 'bag': {'gold': 6}}"), accepted(merged).state());
    }

    @Test
    void nullInWasMeansNoValue() {
        Operations operations = operations("{'set': {'owner': 'me'}}");
        ObjectNode free = object("{}");
        MergeBase basis = new MergeBase(was(Map.of("owner", "null")), free);
        accepted(Merge.merge(type(Strategy.SERVER_WINS), free, Update.now(operations, basis, free)));
        ObjectNode taken = object("{'owner': 'you'}");
        assertInstanceOf(
                Refused.class, Merge.merge(type(Strategy.SERVER_WINS), taken, Update.now(operations, basis, taken)));
    }

    @Test
    void unknownBaseMakesEveryDifferenceAConflict() {
        ObjectNode current = object("{'hp': 2}");
        assertInstanceOf(Refused.class, merge(Strategy.SERVER_WINS, current, "{'set': {'hp': 9}}", null));
        accepted(merge(Strategy.SERVER_WINS, current, "{'set': {'hp': 2}}", null));
    }

    @Test
    void incrementsAppendsAndRemovesNeverConflict() {
        ObjectNode base = object("{'coins': 1, 'log': ['a'], 'bag': ['x', 'y']}");
        ObjectNode current = object("{'coins': 6, 'log': ['a', 'b'], 'bag': ['x', 'y', 'z']}");
        String update = "{'increment': {'coins': 2}, 'append': {'log': ['c']}, 'remove': {'bag': ['x']}}";
        Accepted accepted = accepted(merge(Strategy.MANUAL, current, update, base));
        assertTrue(
                JsonValues.same(object("{'coins': 8, 'log': ['a', 'b', 'c'], 'bag': ['y', 'z']}"), accepted.state()));
    }

    @Test
    void serverWinsKeepsTheStoredValueAndAppliesTheRest() {
        ObjectNode current = object("{'hp': 2, 'mp': 1}");
        ObjectNode base = object("{'hp': 1, 'mp': 1}");
        Accepted accepted = accepted(merge(Strategy.SERVER_WINS, current, "{'set': {'hp': 9, 'mp': 9}}", base));
        assertEquals(object("{'hp': 2, 'mp': 9}"), accepted.state());
        assertEquals(operations("{'set': {'mp': 9}}"), accepted.effective());
        assertEquals(List.of(conflict("hp", "1", "2", "9", MergeRule.SERVER, "2")), accepted.conflicts());
        assertEquals(Strategy.SERVER_WINS, accepted.strategy());
    }

    @Test
    void updateThatLosesEveryConflictIsRejected() {
        Refused refused = assertInstanceOf(
                Refused.class,
                merge(Strategy.SERVER_WINS, object("{'hp': 2}"), "{'set': {'hp': 9}}", object("{'hp': 1}")));
        assertEquals(List.of(conflict("hp", "1", "2", "9", MergeRule.SERVER, "2")), refused.conflicts());
    }

    @Test
    void clientWinsReplacesTheStoredValue() {
        Accepted accepted = accepted(merge(
                Strategy.CLIENT_WINS,
                object("{'a': 2, 'b': 2}"),
                "{'set': {'a': 9}, 'unset': ['b']}",
                object("{'a': 1, 'b': 1}")));
        assertEquals(object("{'a': 9}"), accepted.state());
        assertEquals(
                List.of(
                        conflict("a", "1", "2", "9", MergeRule.CLIENT, "9"),
                        conflict("b", "1", "2", null, MergeRule.CLIENT, null)),
                accepted.conflicts());
    }

    @Test
    void latestToReachTheServerWins() {
        ObjectNode base = object("{'a': 1, 'b': 1}");
        ObjectNode arrival = object("{'a': 2, 'b': 2}");
        ObjectNode current = object("{'a': 2, 'b': 3}");
        Operations operations = operations("{'set': {'a': 9, 'b': 9}}");
        MergeBase basis = new MergeBase(new TreeMap<>(), base);
        Accepted later = accepted(Merge.merge(type(Strategy.LATEST), arrival, Update.now(operations, basis, arrival)));
        assertEquals(object("{'a': 9, 'b': 9}"), later.state());
        Accepted parkedMeanwhile =
                accepted(Merge.merge(type(Strategy.LATEST), current, new Update(operations, basis, arrival)));
        assertEquals(object("{'a': 9, 'b': 3}"), parkedMeanwhile.state());
    }

    @Test
    void manualConflictParksTheUpdateUnapplied() {
        Parked parked = assertInstanceOf(
                Parked.class,
                merge(Strategy.MANUAL, object("{'a': 2}"), "{'set': {'a': 9, 'b': 9}}", object("{'a': 1}")));
        assertEquals(List.of(conflict("a", "1", "2", "9", null, null)), parked.conflicts());
    }

    @Test
    void operationThatDoesNotFitTheStateIsImpossible() {
        Impossible impossible = assertInstanceOf(
                Impossible.class,
                merge(
                        Strategy.CLIENT_WINS,
                        object("{'a': 5}"),
                        "{'set': {'/a/b': 1, 'c': 1}}",
                        object("{'a': {'b': 2}}")));
        assertEquals(path("/a/b"), impossible.path());
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void otherNotationOfANumberDoesNotRevertAConcurrentChange(Strategy strategy) {
        ObjectNode base = object("{'a': 0.1, 'b': 1}");
        ObjectNode current = object("{'a': 0.5, 'b': 1}");
        ObjectNode sent = object("{'a': 0.10000000000000001, 'b': 2}");
        MergeBase basis = new MergeBase(new TreeMap<>(), base);
        Merged merged = Merge.merge(type(strategy), current, Merge.Update.ofState(sent, basis, current));
        assertEquals(object("{'a': 0.5, 'b': 2}"), accepted(merged).state());
        assertEquals(List.of(), accepted(merged).conflicts());
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void keysAddedToAnEmptyListAreBothApplied(Strategy strategy) {
        ObjectNode base = object("{'bag': []}");
        ObjectNode current = object("{'bag': {'7': 1}}");
        ObjectNode sent = object("{'bag': {'1001': 2}}");
        MergeBase basis = new MergeBase(new TreeMap<>(), base);
        Merged merged = Merge.merge(type(strategy), current, Merge.Update.ofState(sent, basis, current));
        assertEquals(object("{'bag': {'7': 1, '1001': 2}}"), accepted(merged).state());
        assertEquals(List.of(), accepted(merged).conflicts());
    }

    @Test
    void unionContainsEachNumberOnce() {
        Merged merged = merge(
                Strategy.MERGE,
                object("{'l': [0.1, 1]}"),
                "{'set': {'l': [0.10000000000000001, 1.0, 2]}}",
                object("{}"));
        assertEquals(object("{'l': [0.1, 1, 2]}"), accepted(merged).state());
    }

    @Test
    void emptyListEqualsAnEmptyObject() {
        ObjectNode current = object("{'bag': {}}");
        Merged merged = merge(Strategy.MANUAL, current, "{'set': {'/bag/gold': 1}}", object("{'bag': []}"));
        assertEquals(object("{'bag': {'gold': 1}}"), accepted(merged).state());
    }

    private static Merged merge(Strategy strategy, ObjectNode current, String update, @Nullable ObjectNode base) {
        MergeBase basis = new MergeBase(new TreeMap<>(), base);
        return Merge.merge(type(strategy), current, Update.now(operations(update), basis, current));
    }

    private static Accepted accepted(Merged merged) {
        return assertInstanceOf(Accepted.class, merged);
    }

    private static EntityType type(Strategy strategy) {
        return new EntityType("t", strategy, Strategy.SERVER_WINS, new TreeMap<>(), true, null);
    }

    private static SortedMap<StatePath, JsonNode> was(Map<String, String> seen) {
        TreeMap<StatePath, JsonNode> was = new TreeMap<>();
        seen.forEach((path, value) -> was.put(path(path), json(value)));
        return was;
    }

    private static Conflict conflict(
            String path,
            @Nullable String base,
            @Nullable String ours,
            @Nullable String theirs,
            @Nullable MergeRule rule,
            @Nullable String result) {
        return new Conflict(path, value(base), value(ours), value(theirs), rule, value(result));
    }

    private static @Nullable JsonNode value(@Nullable String json) {
        return json == null ? null : json(json);
    }
}
