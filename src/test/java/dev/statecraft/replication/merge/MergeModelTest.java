package dev.statecraft.replication.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Trees;
import dev.statecraft.replication.merge.Merge.Accepted;
import dev.statecraft.replication.merge.Merge.Merged;
import dev.statecraft.replication.merge.Merge.Update;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.StateEdit;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.MergeRule;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Algebraic laws of merges with random states and updates (invariants C1, C2, C3). */
class MergeModelTest {

    private static final List<MergeRule> RULES = List.of(MergeRule.values());

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** C1 and C3: equal arguments give equal results. No clock is passed in. */
    @ParameterizedTest
    @EnumSource(Strategy.class)
    void mergeDependsOnItsArgumentsOnly(Strategy strategy) {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            ObjectNode base = Trees.randomState(random, 4);
            ObjectNode current = Trees.randomState(random, 4);
            ObjectNode sent = Trees.randomState(random, 4);
            ObjectNode currentBefore = current.deepCopy();
            EntityType type = randomType(strategy, random);
            MergeBase basis = new MergeBase(new TreeMap<>(), random.nextInt(4) == 0 ? null : base);
            Merged first = Merge.merge(type, current, Update.ofState(sent, basis, current));
            Merged second = Merge.merge(type, current.deepCopy(), Update.ofState(sent.deepCopy(), basis, current));
            assertEquals(first, second, "seed " + seed);
            assertEquals(currentBefore, current, "seed " + seed);
            if (first instanceof Accepted accepted) {
                Operations.Applied applied = StateEdit.apply(accepted.effective(), current);
                assertTrue(JsonValues.same(accepted.state(), ((Operations.Done) applied).state()), "seed " + seed);
                if (accepted.conflicts().isEmpty()) {
                    assertEquals(null, accepted.strategy(), "seed " + seed);
                }
            }
        }
    }

    /** C1: the result does not depend on order or grouping, and merging a value with itself gives the value. */
    @ParameterizedTest
    @EnumSource(
            value = MergeRule.class,
            names = {"MAX", "MIN", "OR", "UNION"})
    void joinRulesAreCommutativeAssociativeAndIdempotent(MergeRule rule) {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            JsonNode a = randomFor(rule, random);
            JsonNode b = randomFor(rule, random);
            JsonNode c = randomFor(rule, random);
            String context = "seed " + seed + ": " + rule + " of " + a + ", " + b + ", " + c;
            assertAlike(join(rule, a, b), join(rule, b, a), context);
            assertAlike(join(rule, join(rule, a, b), c), join(rule, a, join(rule, b, c)), context);
            assertAlike(a, join(rule, a, a), context);
            assertAlike(join(rule, a, b), join(rule, join(rule, a, b), b), context);
        }
    }

    /**
     * C2: sums of changes on one base do not depend on their order. The changes are powers of two, because two updates
     * with the same value are no conflict.
     */
    @Test
    void sumsOfChangesOnOneBaseCommute() {
        EntityType type = ruled(MergeRule.SUM);
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int start = random.nextInt(100);
            ObjectNode base = number(start);
            List<ObjectNode> sent = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                sent.add(number(start + (1 << (2 * i + random.nextInt(2)))));
            }
            ObjectNode forwards = mergeAll(type, base, sent);
            Collections.shuffle(sent, random);
            assertTrue(JsonValues.same(forwards, mergeAll(type, base, sent)), "seed " + seed);
            int sum = sent.stream()
                    .mapToInt(state -> state.get("v").intValue() - start)
                    .sum();
            assertTrue(JsonValues.same(number(start + sum), forwards), "seed " + seed);
        }
    }

    /** C2: increments, appends and removals on one base commute. Lists are compared as bags. */
    @Test
    void operationsCommute() {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            ObjectNode base = NODES.objectNode().put("n", random.nextInt(10));
            base.putArray("l").add(1).add(2);
            base.putArray("r").add(1).add(2).add(3).add(2);
            List<Operations> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(Trees.operations(
                        switch (random.nextInt(4)) {
                            case 0 -> "{'increment': {'n': " + random.nextInt(-50, 50) / 10.0 + "}}";
                            case 1 -> "{'append': {'l': [" + random.nextInt(3) + "]}}";
                            case 2 -> "{'remove': {'r': [" + random.nextInt(4) + "]}}";
                            default -> "{'set': {'k" + i + "': " + random.nextInt(9) + "}}";
                        }));
            }
            ObjectNode forwards = applyAll(base, all);
            Collections.shuffle(all, random);
            assertEquals(asBags(forwards), asBags(applyAll(base, all)), "seed " + seed);
        }
    }

    /** C2: updates of different paths on one base commute with every strategy. */
    @ParameterizedTest
    @EnumSource(Strategy.class)
    void disjointEditsCommute(Strategy strategy) {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            ObjectNode base = Trees.randomState(random, 3);
            List<ObjectNode> edits = new ArrayList<>();
            List<String> keys = new ArrayList<>(List.of("a", "b", "c", "", "x.y", "sl/ash", "til~de", "0"));
            Collections.shuffle(keys, random);
            for (int i = 0; i < 4; i++) {
                ObjectNode edit = base.deepCopy();
                for (String key : keys.subList(2 * i, 2 * i + 2)) {
                    if (random.nextInt(3) == 0) {
                        edit.remove(key);
                    } else {
                        edit.set(key, Trees.randomValue(random, 2));
                    }
                }
                edits.add(edit);
            }
            EntityType type = randomType(strategy, random);
            ObjectNode forwards = mergeAll(type, base, edits);
            Collections.shuffle(edits, random);
            assertTrue(JsonValues.same(forwards, mergeAll(type, base, edits)), "seed " + seed);
        }
    }

    /** A repeated merge, for example after a reconnect, has no effect. Elements of lists are not duplicated. */
    @Test
    void repeatedMergeOfAStateChangesNothing() {
        EntityType type = new EntityType("t", Strategy.MERGE, Strategy.SERVER_WINS, new TreeMap<>(), true, null);
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            ObjectNode base = Trees.randomState(random, 4);
            ObjectNode current = Trees.randomState(random, 4);
            ObjectNode sent = Trees.randomState(random, 4);
            MergeBase basis = new MergeBase(new TreeMap<>(), base);
            ObjectNode once = state(Merge.merge(type, current, Update.ofState(sent, basis, current)), current);
            ObjectNode twice = state(Merge.merge(type, once, Update.ofState(sent, basis, once)), once);
            assertTrue(JsonValues.same(once, twice), "seed " + seed + ": " + once + " and " + twice);
        }
    }

    private static ObjectNode mergeAll(EntityType type, ObjectNode base, List<ObjectNode> sent) {
        ObjectNode current = base;
        for (ObjectNode state : sent) {
            MergeBase basis = new MergeBase(new TreeMap<>(), base);
            current = state(Merge.merge(type, current, Update.ofState(state, basis, current)), current);
        }
        return current;
    }

    private static ObjectNode state(Merged merged, ObjectNode otherwise) {
        return merged instanceof Accepted accepted ? accepted.state() : otherwise;
    }

    private static ObjectNode applyAll(ObjectNode base, List<Operations> all) {
        ObjectNode state = base;
        for (Operations operations : all) {
            state = ((Operations.Done) StateEdit.apply(operations, state)).state();
        }
        return state;
    }

    /** The state with its lists sorted. */
    private static JsonNode asBags(ObjectNode state) {
        ObjectNode bags = state.deepCopy();
        state.properties().forEach(field -> {
            if (field.getValue().isArray()) {
                TreeMap<Integer, Integer> counts = new TreeMap<>();
                field.getValue().forEach(element -> counts.merge(element.intValue(), 1, Integer::sum));
                bags.put(field.getKey(), counts.toString());
            }
        });
        return JsonValues.canonical(bags);
    }

    /** Merges two values by a rule without a base. The stored value is {@code a}. */
    private static JsonNode join(MergeRule rule, JsonNode a, JsonNode b) {
        ObjectNode current = NODES.objectNode();
        current.set("v", a);
        Operations operations = Operations.of(Map.of(StatePath.key("v"), b), new TreeSet<>());
        MergeBase basis = new MergeBase(new TreeMap<>(), null);
        Merged merged = Merge.merge(ruled(rule), current, Update.now(operations, basis, current));
        return state(merged, current).get("v");
    }

    private static void assertAlike(JsonNode expected, JsonNode actual, String context) {
        if (expected.isArray()) {
            Set<JsonNode> set = new HashSet<>();
            expected.forEach(element -> set.add(JsonValues.canonical(element)));
            List<JsonNode> found = new ArrayList<>();
            actual.forEach(element -> found.add(JsonValues.canonical(element)));
            assertEquals(set.size(), found.size(), context);
            assertEquals(set, new HashSet<>(found), context);
        } else {
            assertTrue(JsonValues.same(expected, actual), context);
        }
    }

    /** Lists without duplicates, because UNION keeps the duplicates of the stored list. */
    private static JsonNode randomFor(MergeRule rule, Random random) {
        if (rule == MergeRule.OR) {
            return NODES.booleanNode(random.nextBoolean());
        }
        if (rule == MergeRule.UNION) {
            Set<Integer> elements = new HashSet<>();
            for (int i = random.nextInt(5); i > 0; i--) {
                elements.add(random.nextInt(6));
            }
            var list = NODES.arrayNode();
            elements.forEach(list::add);
            return list;
        }
        return JsonValues.number(BigDecimal.valueOf(random.nextInt(-40, 40)).movePointLeft(1));
    }

    private static ObjectNode number(int value) {
        return NODES.objectNode().put("v", value);
    }

    private static EntityType ruled(MergeRule rule) {
        return new EntityType(
                "t", Strategy.MERGE, Strategy.SERVER_WINS, new TreeMap<>(Map.of(StatePath.key("v"), rule)), true, null);
    }

    private static EntityType randomType(Strategy strategy, Random random) {
        TreeMap<StatePath, MergeRule> rules = new TreeMap<>();
        for (String path : List.of("/a", "/b", "/a/b", "/c/a", "/")) {
            if (random.nextBoolean()) {
                rules.put(Trees.path(path), RULES.get(random.nextInt(RULES.size())));
            }
        }
        return new EntityType("t", strategy, Strategy.SERVER_WINS, rules, true, null);
    }
}
