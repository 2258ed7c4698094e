package dev.statecraft.replication.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.EntityUpdate.Edit;
import dev.statecraft.replication.command.EntityUpdate.Operate;
import dev.statecraft.replication.command.EntityUpdate.Patch;
import dev.statecraft.replication.command.EntityUpdate.Replace;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of commands. Fields: {@code k} kind, {@code by}, {@code p} and {@code o} source, and those of the kind. A
 * command of a later release may have a kind or a field that this release does not know; it is not read.
 */
public final class CommandJson {

    private static final int SOURCE_FIELDS = 4;

    private CommandJson() {}

    /** Writes a command. */
    public static ObjectNode write(Command command) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        Source source = command.source();
        json.put("by", source.by()).put("p", source.playerId()).put("o", source.ownOnly());
        if (command instanceof Command.Create create) {
            json.put("k", "create")
                    .put("t", create.type())
                    .put("w", create.owner())
                    .set("s", create.state());
        } else if (command instanceof Command.Update update) {
            write(json.put("k", "update"), update.update());
        } else if (command instanceof Command.Delete delete) {
            json.put("k", "delete").put("r", delete.required());
        } else {
            json.put("k", "revert").put("v", ((Command.Revert) command).version());
        }
        return json;
    }

    private static void write(ObjectNode json, EntityUpdate update) {
        json.put("b", update.baseVersion()).put("r", update.required());
        Strategy strategy = update.strategy();
        json.put("g", strategy == null ? null : strategy.name());
        ObjectNode was = json.putObject("was");
        update.was().forEach((path, value) -> was.set(path.toString(), value));
        if (update.edit() instanceof Operate operate) {
            json.set("ops", operate.operations().toJson());
        } else if (update.edit() instanceof Replace replace) {
            json.set("state", replace.state());
        } else {
            json.set("patch", ((Patch) update.edit()).patch());
        }
    }

    /** Reads a command; empty if this release does not know its kind or one of its fields. */
    public static Optional<Command> read(JsonNode json) {
        Source source = new Source(
                json.path("by").asText(), text(json, "p"), json.path("o").asBoolean());
        Command command =
                switch (json.path("k").asText()) {
                    case "create" ->
                        json.get("s") instanceof ObjectNode state
                                ? new Command.Create(json.path("t").asText(), state, text(json, "w"), source)
                                : null;
                    case "update" -> update(json, source);
                    case "delete" -> new Command.Delete(number(json, "r"), source);
                    case "revert" -> new Command.Revert(json.path("v").asLong(), source);
                    default -> null;
                };
        return Optional.ofNullable(command).filter(known -> json.size() == fields(known));
    }

    private static int fields(Command command) {
        if (command instanceof Command.Create) {
            return SOURCE_FIELDS + 3;
        }
        return SOURCE_FIELDS + (command instanceof Command.Update ? 5 : 1);
    }

    private static Command.@Nullable Update update(JsonNode json, Source source) {
        Edit edit = edit(json);
        if (edit == null) {
            return null;
        }
        SortedMap<StatePath, JsonNode> was = new TreeMap<>();
        for (Map.Entry<String, JsonNode> seen : json.path("was").properties()) {
            was.put(StatePath.parse(seen.getKey()).orElseThrow(), seen.getValue());
        }
        String strategy = text(json, "g");
        EntityUpdate update = new EntityUpdate(
                edit, number(json, "b"), number(json, "r"), was, strategy == null ? null : Strategy.valueOf(strategy));
        return new Command.Update(update, source);
    }

    private static @Nullable Edit edit(JsonNode json) {
        if (json.get("state") instanceof ObjectNode state) {
            return new Replace(state);
        }
        if (json.get("patch") instanceof ObjectNode patch) {
            return new Patch(patch);
        }
        return json.has("ops") && OperationsReader.parse(json.get("ops")) instanceof Operations.Read read
                ? new Operate(read.operations())
                : null;
    }

    private static @Nullable String text(JsonNode json, String field) {
        JsonNode value = json.get(field);
        return value == null || value.isNull() ? null : value.textValue();
    }

    private static @Nullable Long number(JsonNode json, String field) {
        JsonNode value = json.get(field);
        return value == null || value.isNull() ? null : Long.valueOf(value.longValue());
    }
}
