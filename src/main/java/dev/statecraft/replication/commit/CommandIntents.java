package dev.statecraft.replication.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.CommandJson;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.PackedNumber;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of commands in the queue of a space, and of their outcome.
 *
 * <p>Commands: {@code {"f": format, "a": atomic, "m": [{"i": entity, "m": mutation id, "h": hash of the request, "c":
 * command}]}}. Outcome: the version that each command made, as numbers of variable length; 0 for a command that was not
 * applied.
 */
final class CommandIntents {

    private static final int FORMAT = 1;

    /** Number of fields of the commands of a request, and of one of them. */
    private static final int FIELDS = 3;

    private static final int COMMAND_FIELDS = 4;

    private CommandIntents() {}

    /**
     * A stored command.
     *
     * @param id mutation id; null if the request is not repeated
     * @param bodyHash hash of the whole request
     */
    record StoredCommand(String entityId, @Nullable String id, int bodyHash, Command command) {}

    /** Commands of one request. If {@code atomic}, all of them are applied or none. */
    record Submission(List<StoredCommand> commands, boolean atomic) {}

    /** Writes the commands of mutations; empty if one of them has no command. */
    static Optional<ByteBuffer> pack(List<Mutation> mutations, boolean atomic, int thresholdBytes) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("f", FORMAT).put("a", atomic);
        ArrayNode all = json.putArray("m");
        for (Mutation mutation : mutations) {
            Command command = mutation.command();
            if (command == null) {
                return Optional.empty();
            }
            all.addObject()
                    .put("i", mutation.entityId())
                    .put("m", mutation.id())
                    .put("h", mutation.bodyHash())
                    .set("c", CommandJson.write(command));
        }
        return Optional.of(ByteBuffer.wrap(PackedJson.of(json, thresholdBytes).bytes()));
    }

    /**
     * Reads commands; empty if this release does not know their format or one of their fields. Their own instance then
     * applies them.
     */
    static Optional<Submission> unpack(ByteBuffer packed) {
        byte[] bytes = new byte[packed.remaining()];
        packed.duplicate().get(bytes);
        JsonNode json = PackedJson.stored(bytes).value();
        if (json.path("f").asInt() != FORMAT
                || json.size() != FIELDS
                || !json.path("m").isArray()) {
            return Optional.empty();
        }
        List<StoredCommand> commands = new ArrayList<>();
        for (JsonNode mutation : json.get("m")) {
            Optional<StoredCommand> command = command(mutation);
            if (command.isEmpty()) {
                return Optional.empty();
            }
            commands.add(command.get());
        }
        return Optional.of(new Submission(commands, json.path("a").asBoolean()));
    }

    private static Optional<StoredCommand> command(JsonNode mutation) {
        JsonNode id = mutation.path("m");
        boolean known = mutation.size() == COMMAND_FIELDS
                && !mutation.path("i").asText().isEmpty()
                && (id.isTextual() || id.isNull())
                && mutation.path("h").isInt();
        return known
                ? CommandJson.read(mutation.path("c"))
                        .map(command -> new StoredCommand(
                                mutation.get("i").textValue(),
                                id.textValue(),
                                mutation.get("h").intValue(),
                                command))
                : Optional.empty();
    }

    /** Writes the versions that commands made; 0 for a command that was not applied. */
    static ByteBuffer packVersions(List<Long> versions) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        versions.forEach(version -> PackedNumber.write(out, version));
        return ByteBuffer.wrap(out.toByteArray());
    }

    /** Reads what {@link #packVersions} wrote. */
    static List<Long> unpackVersions(ByteBuffer packed) {
        ByteBuffer in = packed.duplicate();
        List<Long> versions = new ArrayList<>();
        while (in.hasRemaining()) {
            versions.add(PackedNumber.read(in));
        }
        return versions;
    }
}
