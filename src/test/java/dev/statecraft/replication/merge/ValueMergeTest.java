package dev.statecraft.replication.merge;

import static dev.statecraft.replication.Trees.object;
import static dev.statecraft.replication.Trees.operations;
import static dev.statecraft.replication.Trees.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.merge.Merge.Accepted;
import dev.statecraft.replication.merge.Merge.Impossible;
import dev.statecraft.replication.merge.Merge.Merged;
import dev.statecraft.replication.merge.Merge.Refused;
import dev.statecraft.replication.merge.Merge.Update;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.MergeRule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Merges of two values of a path by its rule. */
class ValueMergeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // defaults by JSON type, as in the original Luau API
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
    void rulesMergeTwoValues(String rule, String base, String ours, String theirs, String decidedBy, String result) {
        EntityType type = rule.equals("-") ? ruled(Map.of()) : ruled(Map.of(path("v"), MergeRule.valueOf(rule)));
        ObjectNode current = state(ours);
        String update = theirs.equals("-") ? "{'unset': ['v']}" : "{'set': {'v': " + theirs + "}}";
        MergeBase basis = new MergeBase(new TreeMap<>(), state(base));
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
        EntityType type = ruled(Map.of(path("/s"), MergeRule.MIN, path("/s/kills"), MergeRule.SUM));
        ObjectNode base = object("{'s': {'kills': 3, 'best': 9, 'kept': 1, 'dropped': 1, 'name': 'a'}}");
        ObjectNode current = object("{'s': {'kills': 5, 'best': 7, 'kept': 2, 'dropped': 1, 'name': 'b', 'ours': 1}}");
        Operations sent =
                operations("{'set': {'s': {'kills': 4, 'best': 8, 'kept': 1, 'name': 'c', 'theirs': {'x': 1}}}}");
        Update update = Update.now(sent, new MergeBase(new TreeMap<>(), base), current);
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
    void sumWithoutBaseKeepsTheStoredValue() {
        Update update =
                Update.now(operations("{'set': {'v': 9}}"), new MergeBase(new TreeMap<>(), null), object("{'v': 5}"));
        assertInstanceOf(
                Refused.class, Merge.merge(ruled(Map.of(path("v"), MergeRule.SUM)), object("{'v': 5}"), update));
    }

    @Test
    void sumOutOfRangeIsImpossible() {
        ObjectNode current = object("{'v': 9007199254740991}");
        Update update = Update.now(
                operations("{'set': {'v': 9}}"), new MergeBase(new TreeMap<>(), object("{'v': 1}")), current);
        Impossible impossible = assertInstanceOf(
                Impossible.class, Merge.merge(ruled(Map.of(path("v"), MergeRule.SUM)), current, update));
        assertEquals(path("v"), impossible.path());
    }

    private static Accepted accepted(Merged merged) {
        return assertInstanceOf(Accepted.class, merged);
    }

    private static EntityType ruled(Map<StatePath, MergeRule> rules) {
        return new EntityType("t", Strategy.MERGE, Strategy.SERVER_WINS, new TreeMap<>(rules), true, null);
    }

    private static ObjectNode state(String value) {
        return value.equals("-") ? object("{}") : object("{'v': " + value + "}");
    }
}
