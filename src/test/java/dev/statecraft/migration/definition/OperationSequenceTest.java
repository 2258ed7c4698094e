package dev.statecraft.migration.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.expression.ExpressionTest;
import dev.statecraft.replication.state.JsonValues;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OperationSequenceTest {

    @Test
    void operationChangesTheStateAsDefined() {
        turns("{'op': 'default', 'path': 'coins', 'value': 0}", "{}", "{'coins': 0}");
        turns("{'op': 'default', 'path': 'coins', 'value': 0}", "{'coins': 7}", "{'coins': 7}");
        turns(
                "{'op': 'rename', 'from': 'hp', 'path': '/stats/health'}",
                "{'hp': 3, 'stats': {}}",
                "{'stats': {'health': 3}}");
        turns("{'op': 'rename', 'from': 'hp', 'path': 'health'}", "{'x': 1}", "{'x': 1}");
        turns("{'op': 'remove', 'path': '/a/b', 'lossy': true}", "{'a': {'b': 1, 'c': 2}}", "{'a': {'c': 2}}");
        turns("{'op': 'convert', 'path': 'n', 'to': 'number'}", "{'n': '-1.5'}", "{'n': -1.5}");
        turns("{'op': 'convert', 'path': 'n', 'to': 'string'}", "{'n': 1000000}", "{'n': '1000000'}");
        turns("{'op': 'convert', 'path': 'n', 'to': 'boolean'}", "{'n': 'true'}", "{'n': true}");
        turns("{'op': 'convert', 'path': 'n', 'from': 'boolean', 'to': 'number'}", "{'n': true}", "{'n': 1}");
        turns("{'op': 'convert', 'path': 'n', 'to': 'number'}", "{'n': 4}", "{'n': 4}");
        turns("{'op': 'convert', 'path': 'n', 'to': 'number', 'lossy': true}", "{'n': '1e2'}", "{'n': 100}");
        turns("{'op': 'mapValues', 'path': 'r', 'map': {'gold': 1, 'silver': 2}}", "{'r': 'gold'}", "{'r': 1}");
        turns("{'op': 'mapValues', 'path': 'r', 'map': {'gold': 1}}", "{'r': 'tin'}", "{'r': 'tin'}");
        turns(
                "{'op': 'mapValues', 'path': 'r', 'map': {'gold': 1}, 'otherwise': 0, 'lossy': true}",
                "{'r': 'tin'}",
                "{'r': 0}");
        turns("{'op': 'increment', 'path': '/l/1', 'by': 0.5}", "{'l': [1, 2]}", "{'l': [1, 2.5]}");
        turns(
                "{'op': 'compute', 'path': 'sum', 'expression': 'state.a + state.b', 'lossy': true}",
                "{'a': 1, 'b': 2}",
                "{'a': 1, 'b': 2, 'sum': 3}");
    }

    @Test
    void impossibleOperationIsReportedAndStateIsUnchanged() {
        refuses("{'op': 'default', 'path': '/stats/coins', 'value': 0}", "{'stats': 1}");
        refuses("{'op': 'default', 'path': '/stats/a/coins', 'value': 0}", "{'stats': 'x'}");
        refuses("{'op': 'rename', 'from': 'a', 'path': 'b'}", "{'a': 1, 'b': 2}");
        refuses("{'op': 'rename', 'from': 'a', 'path': '/x/3/b'}", "{'a': 1, 'x': [1]}");
        refuses("{'op': 'remove', 'path': '/l/0', 'lossy': true}", "{'l': [1, 2]}");
        refuses("{'op': 'convert', 'path': 'n', 'to': 'number'}", "{'n': '007'}");
        refuses("{'op': 'convert', 'path': 'n', 'to': 'number'}", "{'n': 'seven'}");
        refuses("{'op': 'convert', 'path': 'n', 'to': 'number', 'lossy': true}", "{'n': '1e300'}");
        refuses("{'op': 'convert', 'path': 'n', 'to': 'number'}", "{'n': [1]}");
        refuses("{'op': 'increment', 'path': 'n', 'by': 1}", "{}");
        refuses("{'op': 'increment', 'path': 'n', 'by': 1}", "{'n': 9007199254740991}");
        refuses("{'op': 'compute', 'path': 'n', 'expression': 'state.missing', 'lossy': true}", "{}");
    }

    /** Luau writes an empty object as an empty list. */
    @Test
    void anEmptyListOnTheWayIsAnEmptyObject() {
        turns("{'op': 'default', 'path': '/stats/wins', 'value': 0}", "{'stats': []}", "{'stats': {'wins': 0}}");
        turns("{'op': 'default', 'path': '/stats/0', 'value': 7}", "{'stats': []}", "{'stats': {'0': 7}}");
        turns("{'op': 'default', 'path': '/a/b/c', 'value': 0}", "{'a': {'b': []}}", "{'a': {'b': {'c': 0}}}");
        turns("{'op': 'default', 'path': '/l/0/c', 'value': 0}", "{'l': [[]]}", "{'l': [{'c': 0}]}");
        turns("{'op': 'rename', 'from': 'hp', 'path': '/stats/hp'}", "{'hp': 3, 'stats': []}", "{'stats': {'hp': 3}}");
        turns("{'op': 'rename', 'from': '/stats/hp', 'path': 'hp'}", "{'stats': []}", "{'stats': []}");
        turns("{'op': 'remove', 'path': '/stats/hp', 'lossy': true}", "{'stats': []}", "{'stats': []}");
        turns("{'op': 'convert', 'path': '/stats/hp', 'to': 'number'}", "{'stats': []}", "{'stats': []}");
        turns("{'op': 'mapValues', 'path': '/stats/hp', 'map': {'a': 1}}", "{'stats': []}", "{'stats': []}");
        turns(
                "{'op': 'compute', 'path': '/stats/1001', 'expression': '1 + 1', 'lossy': true}",
                "{'stats': []}",
                "{'stats': {'1001': 2}}");
        refuses("{'op': 'default', 'path': '/stats/wins', 'value': 0}", "{'stats': [1]}");
        refuses("{'op': 'increment', 'path': '/stats/wins', 'by': 1}", "{'stats': []}");
    }

    @Test
    void missingObjectsAroundAPathAreCreated() {
        turns("{'op': 'rename', 'from': 'coins', 'path': '/wallet/coins'}", "{'coins': 3}", "{'wallet': {'coins': 3}}");
        turns("{'op': 'rename', 'from': 'coins', 'path': '/wallet/coins'}", "{}", "{}");
        turns("{'op': 'default', 'path': '/a/b/c', 'value': 0}", "{}", "{'a': {'b': {'c': 0}}}");
        turns("{'op': 'default', 'path': '/a/0/c', 'value': 0}", "{}", "{'a': {'0': {'c': 0}}}");
        turns("{'op': 'default', 'path': '/l/0/b/c', 'value': 0}", "{'l': [{}]}", "{'l': [{'b': {'c': 0}}]}");
        turns("{'op': 'compute', 'path': '/a/b', 'expression': '1 + 1', 'lossy': true}", "{}", "{'a': {'b': 2}}");
        turns("{'op': 'mapValues', 'path': '/a/b', 'map': {'x': 'y'}}", "{}", "{}");
    }

    @Test
    void downRemovesTheObjectsThatUpCreated() {
        String wallet = "{'op': 'rename', 'from': 'coins', 'path': '/wallet/main/coins'}";
        undoes(wallet, "{'coins': 3}", "{'coins': 3}");
        undoes(wallet, "{'wallet': {'main': {}}}", "{'wallet': {'main': {}}}");
        undoes(wallet, "{'coins': 3, 'wallet': {'other': 1}}", "{'coins': 3, 'wallet': {'other': 1}}");
        // Only the state before tells an empty object from a missing one.
        undoes(wallet, "{'coins': 3, 'wallet': {}}", "{'coins': 3}");
        undoes("{'op': 'default', 'path': '/a/b/c', 'value': 0}", "{'a': {'x': 1}}", "{'a': {'x': 1}}");
        undoes(
                wallet + ", {'op': 'rename', 'from': '/wallet/main/coins', 'path': '/purse/gold'}",
                "{'coins': 3}",
                "{'coins': 3}");
        // The first operation sets the object, so it is not the second one that created it.
        undoes(
                "{'op': 'rename', 'from': 'old', 'path': 'new'}, {'op': 'default', 'path': '/new/c', 'value': 0}",
                "{'old': {}}",
                "{'old': {}}");
        undoes("{'op': 'default', 'path': '/l/0/c', 'value': 0}", "{'l': [{}]}", "{'l': [{}]}");
    }

    @Test
    void aMemberThatWasAddedSinceKeepsTheObjectThatUpCreated() {
        OperationSequence up = sequence("{'op': 'rename', 'from': 'coins', 'path': '/wallet/coins'}");
        assertDone(
                "{'coins': 3, 'wallet': {'gems': 1}}",
                new Transformation.Undone(up)
                        .apply(
                                JsonFixtures.of("{'wallet': {'coins': 3, 'gems': 1}}"),
                                ExpressionTest.ADA,
                                ExpressionTest.BOUNDS,
                                JsonFixtures.of("{'coins': 2}")));
    }

    /** Objects around the paths are missing, empty or in use; down with the state before gives back exactly that state. */
    @Test
    void downUndoesUpWhateverIsAroundThePaths() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder operations = new StringBuilder();
            boolean[] empty = new boolean[1];
            ObjectNode before = JsonFixtures.of("{}");
            for (String name : List.of("a", "b")) {
                around(before, name, 2, random, empty);
            }
            int count = 1 + random.nextInt(5);
            for (int field = 0; field < count; field++) {
                String to =
                        "/" + (random.nextBoolean() ? "a" : "b") + (random.nextBoolean() ? "/n" : "") + "/f" + field;
                boolean renames = random.nextBoolean();
                operations
                        .append(field == 0 ? "" : ", ")
                        .append(
                                renames
                                        ? "{'op': 'rename', 'from': 'old" + field + "', 'path': '" + to + "'}"
                                        : "{'op': 'default', 'path': '" + to + "', 'value': " + field + "}");
                if (renames && random.nextInt(4) > 0) {
                    before.put("old" + field, field);
                }
            }
            String where = "seed " + seed + " " + operations + " " + before;
            OperationSequence up = sequence(operations.toString());
            ObjectNode after = done(up.apply(before, ExpressionTest.ADA, ExpressionTest.BOUNDS), where);
            Transformation.Undone down = new Transformation.Undone(up);
            ObjectNode exact = done(down.apply(after, ExpressionTest.ADA, ExpressionTest.BOUNDS, before), where);
            assertTrue(JsonValues.same(before, exact), where + " became " + exact);
            ObjectNode alone = done(down.apply(after, ExpressionTest.ADA, ExpressionTest.BOUNDS), where);
            assertTrue(empty[0] || JsonValues.same(before, alone), where + " became " + alone);
        }
    }

    private static void around(ObjectNode in, String name, int depth, SplittableRandom random, boolean[] empty) {
        if (depth == 0 || random.nextInt(3) == 0) {
            return;
        }
        ObjectNode made = in.putObject(name);
        around(made, "n", depth - 1, random, empty);
        if (random.nextBoolean()) {
            made.put("other", 1);
        }
        empty[0] |= made.isEmpty();
    }

    @Test
    void aFailureLeavesTheStateAsItWas() {
        ObjectNode state = JsonFixtures.of("{'a': 1, 'n': 'x'}");
        OperationSequence sequence =
                sequence("{'op': 'rename', 'from': 'a', 'path': 'b'}, {'op': 'increment', 'path': 'n', 'by': 1}");
        Transformed.Failed failed = assertInstanceOf(
                Transformed.Failed.class, sequence.apply(state, ExpressionTest.ADA, ExpressionTest.BOUNDS));
        assertTrue(failed.reason().startsWith("operation 1 (increment n)"), failed.reason());
        assertEquals(JsonFixtures.of("{'a': 1, 'n': 'x'}"), state);
    }

    @Test
    void claimedPropertiesAreDerivedFromTheOperations() {
        OperationSequence exact = sequence("{'op': 'rename', 'from': 'a', 'path': 'b'},"
                + " {'op': 'mapValues', 'path': 'c', 'map': {'x': 'y'}}, {'op': 'default', 'path': 'd', 'value': 1}");
        assertTrue(exact.reversible());
        assertTrue(exact.idempotent());
        assertFalse(sequence("{'op': 'increment', 'path': 'n', 'by': 1}").idempotent());
        assertFalse(sequence("{'op': 'mapValues', 'path': 'c', 'map': {'x': 'y', 'y': 'x'}}")
                .idempotent());
        assertFalse(sequence("{'op': 'rename', 'from': 'a', 'path': 'b'}, {'op': 'rename', 'from': 'c', 'path': 'a'}")
                .idempotent());
        OperationSequence lossy = sequence("{'op': 'remove', 'path': '/old/field', 'lossy': true}");
        assertFalse(lossy.reversible());
        assertEquals(
                List.of("/old/field"),
                lossy.lost().stream().map(Object::toString).toList());
        assertEquals(
                0, unchecked("{'op': 'remove', 'path': 'old'}").firstThatLoses().orElseThrow());
        assertEquals(
                0,
                unchecked("{'op': 'mapValues', 'path': 'r', 'map': {'a': 1, 'b': 1}}")
                        .firstThatLoses()
                        .orElseThrow());
    }

    @Test
    void changesAfterTheMigrationSurviveDown() {
        OperationSequence sequence = sequence("{'op': 'default', 'path': 'coins', 'value': 0}");
        assertDone(
                "{}",
                sequence.down().apply(JsonFixtures.of("{'coins': 0}"), ExpressionTest.ADA, ExpressionTest.BOUNDS));
        assertDone(
                "{'coins': 5}",
                sequence.down().apply(JsonFixtures.of("{'coins': 5}"), ExpressionTest.ADA, ExpressionTest.BOUNDS));
    }

    /** Where the operations find the old shape, going down gives back exactly what there was, and up twice is up once. */
    @Test
    void downUndoesUp() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder operations = new StringBuilder();
            ObjectNode before = JsonFixtures.of("{'keep': " + random.nextInt(9) + ", 'in': {}}");
            boolean increments = false;
            int count = 1 + random.nextInt(6);
            for (int field = 0; field < count; field++) {
                boolean nested = random.nextBoolean();
                String at = nested ? "/in/f" + field : "f" + field;
                int kind = random.nextInt(5);
                increments |= kind == 4;
                operations.append(field == 0 ? "" : ", ").append(operation(kind, at, field, random));
                ObjectNode value = JsonFixtures.of(value(kind, field, random));
                (nested ? (ObjectNode) before.get("in") : before).setAll(value);
            }
            OperationSequence up = sequence(operations.toString());
            ObjectNode after = done(
                    up.apply(before, ExpressionTest.ADA, ExpressionTest.BOUNDS), "seed " + seed + " " + operations);
            ObjectNode back = done(
                    new Transformation.Undone(up).apply(after, ExpressionTest.ADA, ExpressionTest.BOUNDS, before),
                    "seed " + seed);
            assertTrue(JsonValues.same(before, back), "seed " + seed + ": " + before + " became " + back);
            if (!increments) {
                ObjectNode again = done(up.apply(after, ExpressionTest.ADA, ExpressionTest.BOUNDS), "seed " + seed);
                assertTrue(JsonValues.same(after, again), "seed " + seed + ": " + after + " became " + again);
            }
        }
    }

    private static String operation(int kind, String at, int field, SplittableRandom random) {
        return switch (kind) {
            case 0 -> "{'op': 'default', 'path': '" + at + "', 'value': {'v': [" + field + "]}}";
            case 1 -> "{'op': 'rename', 'from': '" + at + "', 'path': 'new" + field + "'}";
            case 2 -> "{'op': 'convert', 'path': '" + at + "', 'to': 'number'}";
            case 3 -> "{'op': 'mapValues', 'path': '" + at + "', 'map': {'a': 'b', 'c': {'x': 1}}}";
            default -> "{'op': 'increment', 'path': '" + at + "', 'by': " + (random.nextInt(200) - 100) / 8.0 + "}";
        };
    }

    /** The field as it is before such an operation, in an object of its own. */
    private static String value(int kind, int field, SplittableRandom random) {
        String name = "{'f" + field + "': ";
        return switch (kind) {
            case 0 -> "{}";
            case 1 -> name + "[" + random.nextInt(9) + "]}";
            case 2 -> name + "'" + (random.nextInt(2_000) - 1_000) + "'}";
            case 3 -> name + (random.nextBoolean() ? "'a'}" : "'c'}");
            default -> name + random.nextInt(2_000) / 16.0 + "}";
        };
    }

    private static void turns(String operation, String before, String after) {
        assertDone(
                after, sequence(operation).apply(JsonFixtures.of(before), ExpressionTest.ADA, ExpressionTest.BOUNDS));
    }

    /** Applies operations and undoes them, with the state before and without it. */
    private static void undoes(String operations, String before, String alone) {
        OperationSequence up = sequence(operations);
        ObjectNode after = done(up.apply(JsonFixtures.of(before), ExpressionTest.ADA, ExpressionTest.BOUNDS), before);
        Transformation.Undone down = new Transformation.Undone(up);
        assertDone(before, down.apply(after, ExpressionTest.ADA, ExpressionTest.BOUNDS, JsonFixtures.of(before)));
        assertDone(alone, down.apply(after, ExpressionTest.ADA, ExpressionTest.BOUNDS));
    }

    private static void refuses(String operation, String state) {
        Transformed transformed =
                sequence(operation).apply(JsonFixtures.of(state), ExpressionTest.ADA, ExpressionTest.BOUNDS);
        assertInstanceOf(Transformed.Failed.class, transformed, operation + " " + transformed);
    }

    private static void assertDone(String expected, Transformed actual) {
        ObjectNode state = done(actual, expected);
        assertTrue(JsonValues.same(JsonFixtures.of(expected), state), () -> expected + " but " + state);
    }

    private static ObjectNode done(Transformed transformed, String message) {
        return assertInstanceOf(Transformed.Done.class, transformed, message + ": " + transformed)
                .state();
    }

    private static OperationSequence sequence(String operations) {
        OperationSequence sequence = unchecked(operations);
        assertTrue(sequence.firstThatLoses().isEmpty(), operations);
        return sequence;
    }

    private static OperationSequence unchecked(String operations) {
        try {
            return new OperationReader(DefinitionLimits.NONE)
                    .read(
                            "operations",
                            JsonFixtures.of("{'o': [" + operations + "]}").get("o"));
        } catch (DefinitionFields.Fault e) {
            throw new AssertionError(operations + ": " + e.getMessage(), e);
        }
    }
}
