package dev.statecraft.replication.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.EntityUpdate.Edit;
import dev.statecraft.replication.command.EntityUpdate.Operate;
import dev.statecraft.replication.command.EntityUpdate.Patch;
import dev.statecraft.replication.command.EntityUpdate.Replace;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stored command is the command that was written, or is not read. */
class CommandJsonTest {

    private static final List<String> KEYS =
            List.of("coins", "a.b", "x/y", "~", "/", "", "0", "ä \"quoted\"", "long key of a player's bag");
    private static final List<String> NUMBERS = List.of(
            "0", "-1", "9007199254740991", "-9007199254740991", "0.1", "-0.000001", "1.5E+3", "123456.789", "1E-7");

    /** Reads what is stored: the bytes of an intent. */
    private static Optional<Command> stored(Command command) {
        byte[] bytes = PackedJson.of(CommandJson.write(command), 64).bytes();
        return CommandJson.read(PackedJson.stored(bytes).value());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyCommandSurvivesItsStoredForm(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            Command command = command(random);
            Command read = stored(command).orElseThrow(() -> new AssertionError("seed " + seed + ": " + command));
            assertEquals(canonical(command), canonical(read), "seed " + seed);
            assertEquals(command.getClass(), read.getClass());
            assertEquals(command.source(), read.source(), "seed " + seed);
            assertSameFields(command, read);
        }
    }

    /** Numbers may be stored in another form of the same value, so trees are compared as entities compare them. */
    private static String canonical(Command command) {
        return IdempotencyKey.of(null, "", CommandJson.write(command)).body();
    }

    private static void assertSameFields(Command command, Command read) {
        if (command instanceof Command.Update update) {
            EntityUpdate expected = update.update();
            EntityUpdate actual = ((Command.Update) read).update();
            assertEquals(expected.edit().getClass(), actual.edit().getClass());
            assertEquals(expected.baseVersion(), actual.baseVersion());
            assertEquals(expected.required(), actual.required());
            assertEquals(expected.was().keySet(), actual.was().keySet());
            assertEquals(expected.strategy(), actual.strategy());
            assertEquals(expected.guard().paths().size(), actual.guard().paths().size());
            assertEquals(expected.session(), actual.session());
            assertEquals(expected.schemaVersion(), actual.schemaVersion());
        } else if (command instanceof Command.Create create) {
            assertEquals(create.type(), ((Command.Create) read).type());
            assertEquals(create.owner(), ((Command.Create) read).owner());
        } else if (command instanceof Command.StartSession start) {
            Command.StartSession actual = (Command.StartSession) read;
            assertEquals(start.holder(), actual.holder());
            assertEquals(start.ttlSeconds(), actual.ttlSeconds());
            assertEquals(start.takeOver(), actual.takeOver());
            assertEquals(start.entity() == null, actual.entity() == null);
            assertEquals(start.schemaVersion(), actual.schemaVersion());
        } else {
            assertEquals(command, read);
        }
    }

    @Test
    void incrementsKeepTheirExactAmounts() {
        SortedMap<StatePath, BigDecimal> increments = new TreeMap<>();
        NUMBERS.forEach(number -> increments.put(StatePath.key(number), new BigDecimal(number)));
        Operations operations =
                new Operations(new TreeMap<>(), new TreeSet<>(), increments, new TreeMap<>(), new TreeMap<>());
        Command.Update read =
                (Command.Update) stored(update(new Operate(operations))).orElseThrow();
        ((Operate) read.update().edit())
                .operations()
                .increment()
                .forEach((path, amount) ->
                        assertEquals(0, new BigDecimal(path.tokens().get(0)).compareTo(amount), path + ": " + amount));
        assertEquals(
                increments.keySet(),
                ((Operate) read.update().edit()).operations().increment().keySet());
    }

    @Test
    void commandOfAnUnknownKindIsNotRead() {
        everyKind().forEach(json -> assertEquals(Optional.empty(), CommandJson.read(json.put("k", "later"))));
        assertEquals(Optional.empty(), CommandJson.read(Realm.json("{}")));
        assertEquals(Optional.empty(), CommandJson.read(JsonNodeFactory.instance.arrayNode()));
    }

    @Test
    void commandWithAnAdditionalFieldIsNotRead() {
        everyKind().forEach(json -> assertEquals(Optional.empty(), CommandJson.read(json.put("later", 1))));
    }

    @Test
    void commandWithoutAFieldIsNotRead() {
        for (ObjectNode json : everyKind()) {
            for (String field : fields(json)) {
                assertEquals(
                        Optional.empty(), CommandJson.read(json.deepCopy().without(field)), json + " without " + field);
            }
        }
    }

    /** A later release may replace a field by another one. */
    @Test
    void commandWithAnotherFieldInsteadIsNotRead() {
        for (ObjectNode json : everyKind()) {
            for (String field : fields(json)) {
                ObjectNode changed = json.deepCopy();
                changed.set("later", changed.remove(field));
                assertEquals(Optional.empty(), CommandJson.read(changed), json + " with another " + field);
            }
        }
    }

    /** A later release may store other values in a field. */
    @Test
    void commandWithAnUnknownValueIsNotRead() {
        for (ObjectNode json : everyKind()) {
            for (String field : fields(json)) {
                ObjectNode changed = json.deepCopy();
                changed.set(field, Realm.json("{'later': [1]}").get("later"));
                assertEquals(Optional.empty(), CommandJson.read(changed), json + " with a list as " + field);
            }
        }
        ObjectNode update = CommandJson.write(update(new Patch(Realm.json("{'a': 1}"))));
        assertEquals(Optional.empty(), CommandJson.read(update.deepCopy().put("g", "LATER")));
        update.putObject("was").put("/~2", 1);
        assertEquals(Optional.empty(), CommandJson.read(update));
        ObjectNode operate = CommandJson.write(update(new Operate(Operations.NONE)));
        operate.putObject("ops").putObject("multiply").put("a", 2);
        assertEquals(Optional.empty(), CommandJson.read(operate));
        operate = CommandJson.write(update(new Operate(Operations.NONE)));
        operate.putObject("guard").putObject("coins").put("later", 0);
        assertEquals(Optional.empty(), CommandJson.read(operate));
    }

    /** Two forms of an edit at once have no meaning. */
    @Test
    void updateWithTwoEditsIsNotRead() {
        ObjectNode json = CommandJson.write(update(new Patch(Realm.json("{'a': 1}"))));
        json.remove("was");
        json.putObject("state");
        assertEquals(Optional.empty(), CommandJson.read(json));
    }

    private static List<ObjectNode> everyKind() {
        Source source = new Source("p1", "p1", true);
        List<ObjectNode> all = new ArrayList<>();
        all.add(CommandJson.write(new Command.Create("T", Realm.json("{'a': 1}"), "p1", source)));
        all.add(CommandJson.write(new Command.Delete(4L, null, source)));
        all.add(CommandJson.write(new Command.Revert(4, null, source)));
        all.add(CommandJson.write(update(new Replace(Realm.json("{'a': 1}")))));
        all.add(CommandJson.write(update(new Patch(Realm.json("{'a': 1}")))));
        all.add(CommandJson.write(new Command.Update(Realm.operations("{'set': {'a': 1}}"), source)));
        all.add(CommandJson.write(new Command.StartSession(
                "srv",
                60,
                new TakeOver.Expired(3, 9),
                new Command.NewState("T", Realm.json("{'a': 1}")),
                null,
                source)));
        all.add(CommandJson.write(new Command.EndSession(3, source)));
        all.forEach(json -> assertTrue(CommandJson.read(json).isPresent(), json.toString()));
        return all;
    }

    private static Command.Update update(Edit edit) {
        return new Command.Update(
                new EntityUpdate(edit, 3L, 4L, new TreeMap<>(), Strategy.MERGE), new Source("s", null));
    }

    private static List<String> fields(ObjectNode json) {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Command command(Random random) {
        Source source = new Source(KEYS.get(random.nextInt(KEYS.size())), text(random), random.nextBoolean());
        return switch (random.nextInt(9)) {
            case 0 -> new Command.Create("UI_STATE", state(random, 2), text(random), source);
            case 1 -> new Command.Delete(number(random), number(random), source);
            case 2 -> new Command.Revert(random.nextLong(1L << 50), number(random), source);
            case 3 ->
                new Command.StartSession(
                        KEYS.get(random.nextInt(KEYS.size())),
                        random.nextInt(600),
                        takeOver(random),
                        random.nextBoolean() ? null : new Command.NewState("UI_STATE", state(random, 2)),
                        random.nextBoolean() ? null : "1.2.0",
                        source);
            case 4 -> new Command.EndSession(random.nextLong(1L << 50), source);
            default ->
                new Command.Update(
                        new EntityUpdate(
                                edit(random),
                                number(random),
                                number(random),
                                byPath(random),
                                strategy(random),
                                guard(random),
                                new SessionUse(
                                        number(random),
                                        random.nextBoolean(),
                                        KEYS.subList(0, random.nextInt(KEYS.size()))),
                                random.nextBoolean() ? null : "2.0.0"),
                        source);
        };
    }

    private static TakeOver takeOver(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new TakeOver.Never();
            case 1 -> new TakeOver.Steal();
            default -> new TakeOver.Expired(random.nextLong(1L << 50), random.nextLong(1L << 50));
        };
    }

    private static Guard guard(Random random) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (int i = random.nextInt(3); i > 0; i--) {
            json.putObject(path(random, KEYS.get(random.nextInt(KEYS.size()))).toString())
                    .put("min", random.nextInt(10))
                    .set("equals", value(random, 2));
        }
        return ((GuardReader.Read) GuardReader.parse("guard", json, 20)).guard();
    }

    private static Edit edit(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new Operate(operations(random));
            case 1 -> new Replace(state(random, 3));
            default -> new Patch(state(random, 3));
        };
    }

    /** Operations whose paths do not overlap: each kind has keys of its own. */
    private static Operations operations(Random random) {
        SortedMap<StatePath, JsonNode> set = new TreeMap<>();
        TreeSet<StatePath> unset = new TreeSet<>();
        SortedMap<StatePath, BigDecimal> increment = new TreeMap<>();
        SortedMap<StatePath, List<JsonNode>> append = new TreeMap<>();
        SortedMap<StatePath, List<JsonNode>> remove = new TreeMap<>();
        for (String key : KEYS) {
            switch (random.nextInt(6)) {
                case 0 -> set.put(path(random, "s" + key), value(random, 2));
                case 1 -> unset.add(path(random, "u" + key));
                case 2 ->
                    increment.put(path(random, "i" + key), new BigDecimal(NUMBERS.get(random.nextInt(NUMBERS.size()))));
                case 3 -> append.put(path(random, "a" + key), values(random));
                case 4 -> remove.put(path(random, "r" + key), values(random));
                default -> {}
            }
        }
        return new Operations(set, unset, increment, append, remove);
    }

    private static StatePath path(Random random, String first) {
        StatePath path = StatePath.key(first);
        for (int i = random.nextInt(3); i > 0; i--) {
            path = path.child(KEYS.get(random.nextInt(KEYS.size())));
        }
        return path;
    }

    private static SortedMap<StatePath, JsonNode> byPath(Random random) {
        SortedMap<StatePath, JsonNode> was = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            was.put(path(random, KEYS.get(random.nextInt(KEYS.size()))), value(random, 1));
        }
        return was;
    }

    private static List<JsonNode> values(Random random) {
        List<JsonNode> values = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            values.add(value(random, 1));
        }
        return values;
    }

    private static ObjectNode state(Random random, int depth) {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        for (int i = random.nextInt(5); i > 0; i--) {
            state.set(KEYS.get(random.nextInt(KEYS.size())), value(random, depth - 1));
        }
        return state;
    }

    private static JsonNode value(Random random, int depth) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> json.nullNode();
            case 1 -> json.booleanNode(random.nextBoolean());
            case 2 -> json.textNode(KEYS.get(random.nextInt(KEYS.size())));
            case 3 -> json.numberNode(new BigDecimal(NUMBERS.get(random.nextInt(NUMBERS.size()))));
            case 4 -> json.numberNode(random.nextLong(1L << 53));
            case 5 -> state(random, depth);
            default -> {
                ArrayNode list = json.arrayNode();
                values(random).forEach(list::add);
                yield list;
            }
        };
    }

    private static @Nullable String text(Random random) {
        return random.nextBoolean() ? null : KEYS.get(random.nextInt(KEYS.size()));
    }

    private static @Nullable Long number(Random random) {
        return random.nextBoolean() ? null : Long.valueOf(random.nextLong(1L << 50));
    }

    private static @Nullable Strategy strategy(Random random) {
        Strategy[] all = Strategy.values();
        return random.nextBoolean() ? null : all[random.nextInt(all.length)];
    }
}
