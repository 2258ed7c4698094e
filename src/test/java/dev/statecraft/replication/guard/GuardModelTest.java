package dev.statecraft.replication.guard;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Trees;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random guarded updates of one entity against a state of plain numbers, texts and lists. A guarded update is applied
 * exactly if the plain rules hold, and otherwise names the first one that does not.
 */
class GuardModelTest {

    private static final List<String> KEYS = List.of("a", "b", "c");
    private static final List<String> RULES = List.of("min", "max", "equals", "minLength", "maxLength", "exists");

    private final ModelDatabase database = new ModelDatabase();
    private final Realm realm =
            new Realm(Machine.real(), database.client(), database.freshTables(), Map.of("type-cache", "1h"));

    /** Values by key: a Long, a String or a list of Longs. */
    private final TreeMap<String, Object> state = new TreeMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void guardedUpdateIsAppliedExactlyIfItsRulesHold(long seed) {
        Random random = new Random(seed);
        Realm.done(realm.create("e", "UI_STATE", "{}"));
        int applied = 0;
        for (int i = 0; i < 700; i++) {
            ObjectNode operations = PackedJson.MAPPER.createObjectNode();
            Map<String, Object> after = operate(random, operations);
            Map<String, Map<Integer, Object>> guard = guard(random);
            String expected = violation(state, guard, true);
            if (expected == null) {
                expected = after == null ? "impossible" : violation(after, guard, false);
            }
            String at = "seed " + seed + ": " + operations + " on " + state + " with " + guard;
            assertEquals(expected == null ? "done" : expected, answer(operations, json(guard)), at);
            if (expected == null) {
                applied++;
                state.clear();
                state.putAll(after);
            }
            assertEquals(
                    PackedJson.MAPPER.valueToTree(state).toString(),
                    sorted(realm.read("e").json()).toString(),
                    at);
        }
        assertTrue(applied > 100 && applied < 600, "applied " + applied);
    }

    private String answer(ObjectNode operations, JsonNode guard) {
        EntityUpdate update = new EntityUpdate(
                Realm.operations(operations.toString()).edit(),
                null,
                null,
                new TreeMap<>(),
                null,
                ((GuardReader.Read) GuardReader.parse("guard", guard, 20)).guard(),
                SessionUse.NONE,
                null);
        CommitResult result = realm.commits.commit(
                GAME, SPACE, realm.entities.mutation(GAME, "e", update, SERVER, new IdempotencyKey(null, "")));
        if (result instanceof Done) {
            return "done";
        }
        Rejection rejection = ((Refused) result).rejection();
        return rejection instanceof Rejection.GuardFailed failed
                ? failed.violation().path() + " " + failed.violation().rule()
                : rejection instanceof Rejection.Invalid ? "impossible" : rejection.toString();
    }

    private static JsonNode sorted(ObjectNode json) {
        TreeMap<String, JsonNode> sorted = new TreeMap<>();
        json.properties().forEach(field -> sorted.put(field.getKey(), field.getValue()));
        return PackedJson.MAPPER.valueToTree(sorted);
    }

    /** Writes at least one operation; the state after it, null if it does not apply. */
    private @Nullable Map<String, Object> operate(Random random, ObjectNode operations) {
        Map<String, Object> after = new TreeMap<>(state);
        boolean possible = true;
        List<String> keys = new ArrayList<>(KEYS);
        for (int i = random.nextInt(2); i >= 0; i--) {
            String key = keys.remove(random.nextInt(keys.size()));
            Object old = state.get(key);
            int number = random.nextInt(9) - 4;
            switch (random.nextInt(6)) {
                case 0 -> {
                    operations.withObject("/set").put(key, number);
                    after.put(key, (long) number);
                }
                case 1 -> {
                    operations.withObject("/set").put(key, "x".repeat(number + 4));
                    after.put(key, "x".repeat(number + 4));
                }
                case 2 -> {
                    operations.withArray("/unset").add(key);
                    after.remove(key);
                }
                case 3, 4 -> {
                    operations.withObject("/increment").put(key, number);
                    possible &= old == null || old instanceof Long;
                    after.put(key, number + (old instanceof Long before ? before : 0L));
                }
                default -> {
                    operations.withObject("/append").putArray(key).add(number);
                    possible &= old == null || old instanceof List;
                    List<Object> longer = new ArrayList<>(old instanceof List<?> list ? list : List.of());
                    longer.add((long) number);
                    after.put(key, longer);
                }
            }
        }
        return possible ? after : null;
    }

    /** Rules by path: the operand by the index of the rule. */
    private static Map<String, Map<Integer, Object>> guard(Random random) {
        Map<String, Map<Integer, Object>> guard = new TreeMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            Map<Integer, Object> rules = new TreeMap<>();
            for (int j = random.nextInt(2); j >= 0; j--) {
                int rule = random.nextInt(RULES.size());
                rules.put(
                        rule,
                        switch (RULES.get(rule)) {
                            case "minLength", "maxLength" -> (long) random.nextInt(4);
                            case "exists" -> random.nextBoolean();
                            case "equals" -> random.nextBoolean() ? (Object) (long) (random.nextInt(5) - 2) : "xx";
                            default -> (long) (random.nextInt(9) - 4);
                        });
            }
            guard.put("/" + KEYS.get(random.nextInt(KEYS.size())), rules);
        }
        return guard;
    }

    private static JsonNode json(Map<String, Map<Integer, Object>> guard) {
        TreeMap<String, TreeMap<String, Object>> named = new TreeMap<>();
        guard.forEach((path, rules) -> rules.forEach((rule, operand) ->
                named.computeIfAbsent(path, none -> new TreeMap<>()).put(RULES.get(rule), operand)));
        return Trees.json(PackedJson.MAPPER.valueToTree(named).toString());
    }

    private static @Nullable String violation(
            Map<String, Object> state, Map<String, Map<Integer, Object>> guard, boolean before) {
        for (Map.Entry<String, Map<Integer, Object>> path : guard.entrySet()) {
            Object value = state.get(path.getKey().substring(1));
            for (Map.Entry<Integer, Object> rule : path.getValue().entrySet()) {
                String name = RULES.get(rule.getKey());
                if ((name.equals("equals") || name.equals("exists")) == before
                        && !holds(name, rule.getValue(), value)) {
                    return path.getKey() + " " + name;
                }
            }
        }
        return null;
    }

    private static boolean holds(String rule, Object operand, @Nullable Object value) {
        int length = value instanceof String text ? text.length() : value instanceof List<?> list ? list.size() : -1;
        return switch (rule) {
            case "min" -> value instanceof Long number && number >= (Long) operand;
            case "max" -> value instanceof Long number && number <= (Long) operand;
            case "equals" -> operand.equals(value);
            case "exists" -> operand.equals(value != null);
            case "minLength" -> length >= (Long) operand;
            default -> length >= 0 && length <= (Long) operand;
        };
    }
}
