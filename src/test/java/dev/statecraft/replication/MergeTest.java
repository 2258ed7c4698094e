package dev.statecraft.replication;

import static dev.statecraft.replication.Trees.json;
import static dev.statecraft.replication.Trees.object;
import static dev.statecraft.replication.Trees.operations;
import static dev.statecraft.replication.Trees.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Merge.Accepted;
import dev.statecraft.replication.Merge.Impossible;
import dev.statecraft.replication.Merge.Merged;
import dev.statecraft.replication.Merge.Parked;
import dev.statecraft.replication.Merge.Refused;
import dev.statecraft.replication.Merge.Update;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MergeTest {

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void editsOfDifferentPathsOnTheSameBaseBothSurvive(Strategy strategy) {
        ObjectNode base = object("{'hp': 1, 'stats': {'x': 1, 'y': 1}}");
        ObjectNode current = object("{'hp': 2, 'stats': {'x': 2, 'y': 1}}");
        Accepted accepted = accepted(merge(strategy, current, "{'set': {'/stats/y': 5}}", base));
        assertEquals(object("{'hp': 2, 'stats': {'x': 2, 'y': 5}}"), accepted.state());
        assertEquals(List.of(), accepted.conflicts());
        assertEquals(null, accepted.strategy());
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void wholeStatesThatChangeDifferentPathsBothSurvive(Strategy strategy) {
        ObjectNode base = object("{'hp': 1, 'mp': 1, 'old': 1}");
        ObjectNode current = object("{'hp': 2, 'mp': 1, 'old': 1, 'new': 1}");
        Update update = Update.ofState(object("{'hp': 1, 'mp': 3}"), new Basis(new TreeMap<>(), base), current);
        Accepted accepted = accepted(Merge.merge(type(strategy), current, update));
        assertEquals(object("{'hp': 2, 'mp': 3, 'new': 1}"), accepted.state());
    }

    @Test
    void anUpdateThatClaimsNothingAppliesToWhatIsThere() {
        ObjectNode current = object("{'hp': 2}");
        Update update = Update.now(operations("{'set': {'hp': 9}}"), Basis.current(current), current);
        assertEquals(
                object("{'hp': 9}"),
                accepted(Merge.merge(type(Strategy.SERVER_WINS), current, update))
                        .state());
    }

    @Test
    void aValueBothSidesCameToIsNoConflict() {
        ObjectNode current = object("{'hp': 5}");
        Accepted accepted = accepted(merge(Strategy.MANUAL, current, "{'set': {'hp': 5.0}}", object("{'hp': 1}")));
        assertTrue(accepted.effective().isEmpty());
        assertEquals(List.of(), accepted.conflicts());
    }

    /**
     * A value that went away and came back is what the update saw, so the update still means what it meant. That it was
     * away is told by the version, which every checksum holds.
     */
    @Test
    void aValueThatCameBackIsSeenByItsVersionAndNotTakenForAConflict() {
        ObjectNode current = object("{'door': 'open'}");
        Accepted accepted =
                accepted(merge(Strategy.SERVER_WINS, current, "{'set': {'door': 'shut'}}", object("{'door': 'open'}")));
        assertEquals(object("{'door': 'shut'}"), accepted.state());
        assertTrue(!SpaceChecksum.EMPTY.toggled("door", 1).equals(SpaceChecksum.EMPTY.toggled("door", 3)));
    }

    @Test
    void whatTheUpdateSaysItSawCountsBeforeTheBase() {
        ObjectNode current = object("{'hp': 2, 'bag': {'gold': 5}}");
        ObjectNode base = object("{'hp': 1, 'bag': {'gold': 1}}");
        Operations operations = operations("{'set': {'hp': 9, '/bag/gold': 6}}");
        Basis basis = new Basis(was(Map.of("hp", "2", "bag", "{'gold': 5}")), base);
        Merged merged = Merge.merge(type(Strategy.MANUAL), current, Update.now(operations, basis, current));
        assertEquals(object("{'hp': 9, 'bag': {'gold': 6}}"), accepted(merged).state());
    }

    @Test
    void aNullSeenSaysThatNothingWasThere() {
        Operations operations = operations("{'set': {'owner': 'me'}}");
        ObjectNode free = object("{}");
        Basis basis = new Basis(was(Map.of("owner", "null")), free);
        accepted(Merge.merge(type(Strategy.SERVER_WINS), free, Update.now(operations, basis, free)));
        ObjectNode taken = object("{'owner': 'you'}");
        assertInstanceOf(
                Refused.class, Merge.merge(type(Strategy.SERVER_WINS), taken, Update.now(operations, basis, taken)));
    }

    @Test
    void withoutAKnownBaseEveryDifferenceIsAConflict() {
        ObjectNode current = object("{'hp': 2}");
        assertInstanceOf(Refused.class, merge(Strategy.SERVER_WINS, current, "{'set': {'hp': 9}}", null));
        accepted(merge(Strategy.SERVER_WINS, current, "{'set': {'hp': 2}}", null));
    }

    @Test
    void incrementsAndAppendsAndRemovesNeverConflict() {
        ObjectNode base = object("{'coins': 1, 'log': ['a'], 'bag': ['x', 'y']}");
        ObjectNode current = object("{'coins': 6, 'log': ['a', 'b'], 'bag': ['x', 'y', 'z']}");
        String update = "{'increment': {'coins': 2}, 'append': {'log': ['c']}, 'remove': {'bag': ['x']}}";
        Accepted accepted = accepted(merge(Strategy.MANUAL, current, update, base));
        assertTrue(
                JsonValues.same(object("{'coins': 8, 'log': ['a', 'b', 'c'], 'bag': ['y', 'z']}"), accepted.state()));
    }

    @Test
    void theServerWinsAPathAndTheRestIsDone() {
        ObjectNode current = object("{'hp': 2, 'mp': 1}");
        ObjectNode base = object("{'hp': 1, 'mp': 1}");
        Accepted accepted = accepted(merge(Strategy.SERVER_WINS, current, "{'set': {'hp': 9, 'mp': 9}}", base));
        assertEquals(object("{'hp': 2, 'mp': 9}"), accepted.state());
        assertEquals(operations("{'set': {'mp': 9}}"), accepted.effective());
        assertEquals(List.of(conflict("hp", "1", "2", "9", MergeRule.SERVER, "2")), accepted.conflicts());
        assertEquals(Strategy.SERVER_WINS, accepted.strategy());
    }

    @Test
    void anUpdateThatLosesEverythingIsRefused() {
        Refused refused = assertInstanceOf(
                Refused.class,
                merge(Strategy.SERVER_WINS, object("{'hp': 2}"), "{'set': {'hp': 9}}", object("{'hp': 1}")));
        assertEquals(List.of(conflict("hp", "1", "2", "9", MergeRule.SERVER, "2")), refused.conflicts());
    }

    @Test
    void theClientWins() {
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
    void theLatestToReachTheServerWins() {
        ObjectNode base = object("{'a': 1, 'b': 1}");
        ObjectNode arrival = object("{'a': 2, 'b': 2}");
        ObjectNode current = object("{'a': 2, 'b': 3}");
        Operations operations = operations("{'set': {'a': 9, 'b': 9}}");
        Basis basis = new Basis(new TreeMap<>(), base);
        Accepted later = accepted(Merge.merge(type(Strategy.LATEST), arrival, Update.now(operations, basis, arrival)));
        assertEquals(object("{'a': 9, 'b': 9}"), later.state());
        Accepted parkedMeanwhile =
                accepted(Merge.merge(type(Strategy.LATEST), current, new Update(operations, basis, arrival)));
        assertEquals(object("{'a': 9, 'b': 3}"), parkedMeanwhile.state());
    }

    @Test
    void aConflictIsParkedWithNothingDone() {
        Parked parked = assertInstanceOf(
                Parked.class,
                merge(Strategy.MANUAL, object("{'a': 2}"), "{'set': {'a': 9, 'b': 9}}", object("{'a': 1}")));
        assertEquals(List.of(conflict("a", "1", "2", "9", null, null)), parked.conflicts());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // what the seed does by type
                "-      | 1       | 5        | 3        | MAX    | 5",
                "-      | 1       | 3        | 5        | MAX    | 5",
                "-      | 'a'     | 'b'      | 'c'      | SERVER | 'b'",
                "-      | -       | false    | true     | OR     | true",
                "-      | [1]     | [1,2]    | [1,3]    | UNION  | [1,2,3]",
                "-      | [1]     | [1,2]    | [2.0,1]  | UNION  | [1,2]",
                "-      | 1       | 'b'      | 3        | SERVER | 'b'",
                "-      | -       | -        | 'new'    | -      | 'new'",
                "-      | 1       | -        | 3        | CLIENT | 3",
                "-      | 1       | 2        | -        | SERVER | 2",
                // rules
                "MIN    | 1       | 5        | 3        | MIN    | 3",
                "MAX    | 1       | -        | 3        | MAX    | 3",
                "SUM    | 10      | 15       | 12       | SUM    | 17",
                "SUM    | 0.1     | 0.2      | 0.3      | SUM    | 0.4",
                "SUM    | -       | 5        | 7        | SUM    | 12",
                "SUM    | 10      | 'x'      | 12       | SERVER | 'x'",
                "OR     | -       | true     | false    | OR     | true",
                "OR     | true    | -        | false    | OR     | false",
                "UNION  | []      | ['a']    | {}       | UNION  | ['a']",
                "UNION  | 1       | 5        | 3        | MAX    | 5",
                "SERVER | 1       | 2        | 3        | SERVER | 2",
                "CLIENT | 1       | 2        | 3        | CLIENT | 3",
                "CLIENT | 1       | 2        | -        | CLIENT | -",
                "LATEST | 1       | 2        | 3        | LATEST | 3"
            })
    void aMergeMakesOneValueOfTwo(
            String rule, String base, String ours, String theirs, String decidedBy, String result) {
        EntityType type = rule.equals("-") ? type(Strategy.MERGE) : ruled("v", MergeRule.valueOf(rule));
        ObjectNode current = state(ours);
        String update = theirs.equals("-") ? "{'unset': ['v']}" : "{'set': {'v': " + theirs + "}}";
        Basis basis = new Basis(new TreeMap<>(), state(base));
        Merged merged = Merge.merge(type, current, Update.now(operations(update), basis, current));
        List<Conflict> conflicts;
        if (merged instanceof Refused refused) {
            conflicts = refused.conflicts();
            assertEquals(ours, result);
        } else {
            conflicts = accepted(merged).conflicts();
            assertTrue(JsonValues.same(state(result), accepted(merged).state()), merged.toString());
        }
        assertEquals(
                decidedBy,
                conflicts.isEmpty() ? "-" : String.valueOf(conflicts.get(0).rule()));
    }

    @Test
    void objectsAreMergedKeyByKeyWithTheRulesOfTheirPaths() {
        EntityType type = new EntityType(
                "t",
                Strategy.MERGE,
                Strategy.SERVER_WINS,
                new TreeMap<>(Map.of(path("/s"), MergeRule.MIN, path("/s/kills"), MergeRule.SUM)),
                true,
                null);
        ObjectNode base = object("{'s': {'kills': 3, 'best': 9, 'kept': 1, 'dropped': 1, 'name': 'a'}}");
        ObjectNode current = object("{'s': {'kills': 5, 'best': 7, 'kept': 2, 'dropped': 1, 'name': 'b', 'ours': 1}}");
        Operations sent =
                operations("{'set': {'s': {'kills': 4, 'best': 8, 'kept': 1, 'name': 'c', 'theirs': {'x': 1}}}}");
        Update update = Update.now(sent, new Basis(new TreeMap<>(), base), current);
        Accepted accepted = accepted(Merge.merge(type, current, update));
        assertTrue(
                JsonValues.same(
                        object("{'s': {'kills': 6, 'best': 7, 'kept': 2, 'name': 'b', 'ours': 1, 'theirs': {'x': 1}}}"),
                        accepted.state()),
                accepted.state().toString());
        assertEquals(
                List.of("/s/kills SUM", "/s/best MIN", "/s/name SERVER"),
                accepted.conflicts().stream()
                        .map(conflict -> conflict.path() + " " + conflict.rule())
                        .toList());
    }

    @Test
    void withoutABaseASumCannotBeToldAndTheServerStays() {
        Update update =
                Update.now(operations("{'set': {'v': 9}}"), new Basis(new TreeMap<>(), null), object("{'v': 5}"));
        assertInstanceOf(Refused.class, Merge.merge(ruled("v", MergeRule.SUM), object("{'v': 5}"), update));
    }

    @Test
    void aSumOutOfRangeIsImpossible() {
        ObjectNode current = object("{'v': 9007199254740991}");
        Update update =
                Update.now(operations("{'set': {'v': 9}}"), new Basis(new TreeMap<>(), object("{'v': 1}")), current);
        Impossible impossible =
                assertInstanceOf(Impossible.class, Merge.merge(ruled("v", MergeRule.SUM), current, update));
        assertEquals(path("v"), impossible.path());
    }

    @Test
    void whatTheStateDoesNotAllowIsImpossible() {
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
    void aNumberThatIsWrittenInAnotherWayDoesNotUndoAConcurrentChange(Strategy strategy) {
        ObjectNode base = object("{'a': 0.1, 'b': 1}");
        ObjectNode current = object("{'a': 0.5, 'b': 1}");
        ObjectNode sent = object("{'a': 0.10000000000000001, 'b': 2}");
        Basis basis = new Basis(new TreeMap<>(), base);
        Merged merged = Merge.merge(type(strategy), current, Merge.Update.ofState(sent, basis, current));
        assertEquals(object("{'a': 0.5, 'b': 2}"), accepted(merged).state());
        assertEquals(List.of(), accepted(merged).conflicts());
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void keysThatTwoPutIntoAnEmptyListBothSurvive(Strategy strategy) {
        ObjectNode base = object("{'bag': []}");
        ObjectNode current = object("{'bag': {'7': 1}}");
        ObjectNode sent = object("{'bag': {'1001': 2}}");
        Basis basis = new Basis(new TreeMap<>(), base);
        Merged merged = Merge.merge(type(strategy), current, Merge.Update.ofState(sent, basis, current));
        assertEquals(object("{'bag': {'7': 1, '1001': 2}}"), accepted(merged).state());
        assertEquals(List.of(), accepted(merged).conflicts());
    }

    @Test
    void aUnionHoldsEachNumberOnce() {
        Merged merged = merge(
                Strategy.MERGE,
                object("{'l': [0.1, 1]}"),
                "{'set': {'l': [0.10000000000000001, 1.0, 2]}}",
                object("{}"));
        assertEquals(object("{'l': [0.1, 1, 2]}"), accepted(merged).state());
    }

    @Test
    void anEmptyListForAnEmptyObjectIsNoConflict() {
        ObjectNode current = object("{'bag': {}}");
        Merged merged = merge(Strategy.MANUAL, current, "{'set': {'/bag/gold': 1}}", object("{'bag': []}"));
        assertEquals(object("{'bag': {'gold': 1}}"), accepted(merged).state());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "5                | was",
                "{'/a~': 1}       | was./a~",
                "{'/a/c': 1}      | was./a/c",
                "{'b': 1}         | was.b",
                "{'/a/b/c/d': 1}  | was./a/b/c/d"
            })
    void valuesSeenWhereNothingIsWrittenAreRefused(String was, String field) {
        Operations written = operations("{'set': {'/a/b/c': 1}, 'unset': ['a.b']}");
        Basis.Malformed malformed = assertInstanceOf(Basis.Malformed.class, Basis.parse(json(was), written));
        assertEquals(field, malformed.field());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "{'/a/b/c': 1}", "{'a': {'b': {}}, 'a.b': null}"})
    void valuesSeenAtOrAroundWhatIsWrittenAreTaken(String was) {
        Operations written = operations("{'set': {'/a/b/c': 1}, 'unset': ['a.b']}");
        assertEquals(
                json(was).size(),
                assertInstanceOf(Basis.Read.class, Basis.parse(json(was), written))
                        .was()
                        .size());
    }

    @Test
    void typesAreAsTheSeedHasThem() {
        assertEquals(Strategy.MERGE, EntityType.standard("PLAYER_DATA").strategy());
        assertEquals(Strategy.SERVER_WINS, EntityType.standard("GAME_STATE").strategy());
        assertEquals(Strategy.CLIENT_WINS, EntityType.standard("UI_STATE").strategy());
        assertEquals(Strategy.SERVER_WINS, EntityType.standard("ANYTHING").strategy());
        assertTrue(!EntityType.standard("GAME_STATE").playersMayWrite());
        assertTrue(EntityType.standard("PLAYER_DATA").playersMayWrite());
    }

    private static Merged merge(Strategy strategy, ObjectNode current, String update, @Nullable ObjectNode base) {
        Basis basis = new Basis(new TreeMap<>(), base);
        return Merge.merge(type(strategy), current, Update.now(operations(update), basis, current));
    }

    private static Accepted accepted(Merged merged) {
        return assertInstanceOf(Accepted.class, merged);
    }

    private static EntityType type(Strategy strategy) {
        return new EntityType("t", strategy, Strategy.SERVER_WINS, new TreeMap<>(), true, null);
    }

    private static EntityType ruled(String path, MergeRule rule) {
        return new EntityType(
                "t", Strategy.MERGE, Strategy.SERVER_WINS, new TreeMap<>(Map.of(path(path), rule)), true, null);
    }

    private static SortedMap<StatePath, JsonNode> was(Map<String, String> seen) {
        TreeMap<StatePath, JsonNode> was = new TreeMap<>();
        seen.forEach((path, value) -> was.put(path(path), json(value)));
        return was;
    }

    private static ObjectNode state(String value) {
        return value.equals("-") ? object("{}") : object("{'v': " + value + "}");
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
