package dev.statecraft.replication.command;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.EntityUpdate.Edit;
import dev.statecraft.replication.command.EntityUpdate.Operate;
import dev.statecraft.replication.command.EntityUpdate.Patch;
import dev.statecraft.replication.command.EntityUpdate.Replace;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of commands. Fields: {@code k} kind, {@code by}, {@code p} and {@code o} source, and those of the kind. A
 * command of a later release may have a kind or a field that this release does not know; it is not read.
 */
public final class CommandJson {

    /** The forms of an edit. An update has exactly one of them. */
    private static final Set<String> EDITS = Set.of("ops", "state", "patch");

    /** The fields that a command without their values does not have, so that earlier releases read it. */
    private static final Set<String> OPTIONAL = Set.of("guard", "fence", "ends", "ack", "schema");

    /** The types of the fields of each kind. */
    private static final Map<String, Map<String, Predicate<JsonNode>>> FIELDS = Map.of(
            "create",
                    fields(Map.of("t", JsonNode::isTextual, "w", orNull(JsonNode::isTextual), "s", JsonNode::isObject)),
            "update",
                    fields(Map.ofEntries(
                            entry("b", orNull(JsonNode::isIntegralNumber)),
                            entry("r", orNull(JsonNode::isIntegralNumber)),
                            entry("g", orNull(JsonNode::isTextual)),
                            entry("was", JsonNode::isObject),
                            entry("ops", JsonNode::isObject),
                            entry("state", JsonNode::isObject),
                            entry("patch", JsonNode::isObject),
                            entry("guard", JsonNode::isObject),
                            entry("fence", JsonNode::isIntegralNumber),
                            entry("ends", JsonNode::isBoolean),
                            entry("ack", JsonNode::isArray),
                            entry("schema", JsonNode::isTextual))),
            "delete", fields(Map.of("r", orNull(JsonNode::isIntegralNumber), "fence", JsonNode::isIntegralNumber)),
            "revert", fields(Map.of("v", JsonNode::isIntegralNumber, "fence", JsonNode::isIntegralNumber)),
            "start",
                    fields(Map.of(
                            "h",
                            JsonNode::isTextual,
                            "l",
                            JsonNode::isInt,
                            "steal",
                            JsonNode::isBoolean,
                            "xf",
                            orNull(JsonNode::isIntegralNumber),
                            "xr",
                            orNull(JsonNode::isIntegralNumber),
                            "t",
                            orNull(JsonNode::isTextual),
                            "s",
                            orNull(JsonNode::isObject),
                            "schema",
                            JsonNode::isTextual)),
            "end", fields(Map.of("f", JsonNode::isIntegralNumber)));

    private static final Map<String, Strategy> STRATEGIES =
            Stream.of(Strategy.values()).collect(Collectors.toUnmodifiableMap(Strategy::name, strategy -> strategy));

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
            putFence(json.put("k", "delete").put("r", delete.required()), delete.fence());
        } else if (command instanceof Command.Revert revert) {
            putFence(json.put("k", "revert").put("v", revert.version()), revert.fence());
        } else if (command instanceof Command.StartSession start) {
            write(json.put("k", "start"), start);
        } else {
            json.put("k", "end").put("f", ((Command.EndSession) command).fence());
        }
        return json;
    }

    private static void putFence(ObjectNode json, @Nullable Long fence) {
        if (fence != null) {
            json.put("fence", fence);
        }
    }

    private static void write(ObjectNode json, Command.StartSession start) {
        TakeOver.Expired expired = start.takeOver() instanceof TakeOver.Expired seen ? seen : null;
        Command.NewState entity = start.entity();
        json.put("h", start.holder())
                .put("l", start.ttlSeconds())
                .put("steal", start.takeOver() instanceof TakeOver.Steal)
                .put("xf", expired == null ? null : Long.valueOf(expired.fence()))
                .put("xr", expired == null ? null : Long.valueOf(expired.renewed()))
                .put("t", entity == null ? null : entity.type())
                .set("s", entity == null ? null : entity.state());
        if (start.schemaVersion() != null) {
            json.put("schema", start.schemaVersion());
        }
    }

    private static void write(ObjectNode json, EntityUpdate update) {
        json.put("b", update.baseVersion()).put("r", update.required());
        Strategy strategy = update.strategy();
        json.put("g", strategy == null ? null : strategy.name());
        ObjectNode was = json.putObject("was");
        update.was().forEach((path, value) -> was.set(path.toString(), value));
        if (!update.guard().isEmpty()) {
            json.set("guard", update.guard().toJson());
        }
        if (update.schemaVersion() != null) {
            json.put("schema", update.schemaVersion());
        }
        SessionUse session = update.session();
        putFence(json, session.fence());
        if (session.ends()) {
            json.put("ends", true);
        }
        if (!session.acknowledged().isEmpty()) {
            ArrayNode messages = json.putArray("ack");
            session.acknowledged().forEach(messages::add);
        }
        if (update.edit() instanceof Operate operate) {
            json.set("ops", operate.operations().toJson());
        } else if (update.edit() instanceof Replace replace) {
            json.set("state", replace.state());
        } else {
            json.set("patch", ((Patch) update.edit()).patch());
        }
    }

    /** Reads a command; empty if this release does not know its kind, one of its fields or the value of one. */
    public static Optional<Command> read(JsonNode json) {
        Map<String, Predicate<JsonNode>> fields = FIELDS.get(json.path("k").asText());
        if (fields == null || !hasExactly(json, fields)) {
            return Optional.empty();
        }
        Source source = new Source(
                json.get("by").textValue(), text(json, "p"), json.get("o").booleanValue());
        return switch (json.get("k").textValue()) {
            case "create" ->
                Optional.of(new Command.Create(
                        json.get("t").textValue(), (ObjectNode) json.get("s"), text(json, "w"), source));
            case "update" -> update(json).map(update -> new Command.Update(update, source));
            case "delete" -> Optional.of(new Command.Delete(number(json, "r"), number(json, "fence"), source));
            case "start" -> Optional.of(start(json, source));
            case "end" -> Optional.of(new Command.EndSession(json.get("f").longValue(), source));
            default -> Optional.of(new Command.Revert(json.get("v").longValue(), number(json, "fence"), source));
        };
    }

    /** A field that is missing, additional or of another type may change the meaning of the others. */
    private static boolean hasExactly(JsonNode json, Map<String, Predicate<JsonNode>> fields) {
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            Predicate<JsonNode> type = fields.getOrDefault(field.getKey(), unknown -> false);
            if (!type.test(field.getValue())) {
                return false;
            }
        }
        boolean complete = fields.keySet().stream()
                .filter(name -> !EDITS.contains(name) && !OPTIONAL.contains(name))
                .allMatch(json::has);
        long edits =
                fields.containsKey("ops") ? EDITS.stream().filter(json::has).count() : 1;
        return complete && edits == 1;
    }

    private static Map<String, Predicate<JsonNode>> fields(Map<String, Predicate<JsonNode>> ofKind) {
        Map<String, Predicate<JsonNode>> all = new HashMap<>(ofKind);
        all.put("k", JsonNode::isTextual);
        all.put("by", JsonNode::isTextual);
        all.put("p", orNull(JsonNode::isTextual));
        all.put("o", JsonNode::isBoolean);
        return Map.copyOf(all);
    }

    private static Predicate<JsonNode> orNull(Predicate<JsonNode> type) {
        return type.or(JsonNode::isNull);
    }

    private static Optional<EntityUpdate> update(JsonNode json) {
        Edit edit = edit(json);
        if (edit == null) {
            return Optional.empty();
        }
        SortedMap<StatePath, JsonNode> was = new TreeMap<>();
        for (Map.Entry<String, JsonNode> seen : json.get("was").properties()) {
            Optional<StatePath> path = StatePath.parse(seen.getKey());
            if (path.isEmpty()) {
                return Optional.empty();
            }
            was.put(path.get(), seen.getValue());
        }
        String name = text(json, "g");
        Strategy strategy = name == null ? null : STRATEGIES.get(name);
        Guard guard = guard(json.get("guard"));
        return (name != null && strategy == null) || guard == null
                ? Optional.empty()
                : Optional.of(new EntityUpdate(
                        edit,
                        number(json, "b"),
                        number(json, "r"),
                        was,
                        strategy,
                        guard,
                        session(json),
                        text(json, "schema")));
    }

    private static SessionUse session(JsonNode json) {
        List<String> messages = new ArrayList<>();
        json.path("ack").forEach(id -> messages.add(id.asText()));
        return new SessionUse(number(json, "fence"), json.path("ends").asBoolean(), messages);
    }

    private static Command start(JsonNode json, Source source) {
        Long fence = number(json, "xf");
        Long renewed = number(json, "xr");
        TakeOver takeOver = json.get("steal").booleanValue()
                ? new TakeOver.Steal()
                : fence == null || renewed == null ? new TakeOver.Never() : new TakeOver.Expired(fence, renewed);
        String type = text(json, "t");
        Command.NewState entity =
                type != null && json.get("s") instanceof ObjectNode state ? new Command.NewState(type, state) : null;
        return new Command.StartSession(
                json.get("h").textValue(), json.get("l").intValue(), takeOver, entity, text(json, "schema"), source);
    }

    /** The guard of an update; null if this release does not know one of its rules. */
    private static @Nullable Guard guard(@Nullable JsonNode json) {
        return GuardReader.parse("guard", json, Integer.MAX_VALUE) instanceof GuardReader.Read read
                ? read.guard()
                : null;
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
