package dev.statecraft.migration.segment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.table.ScanPage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Erases a player from the backup of a script, whose content is known to the game alone: members that are named as the
 * player, and objects whose {@code id}, {@code playerId} or {@code userId} is the player, lose their content. In a text,
 * the player's id is replaced.
 */
final class ScriptErasure {

    private static final List<String> NAMES = List.of("id", "playerId", "userId");

    private ScriptErasure() {}

    /** The data without a player; empty if the player does not occur. */
    static Optional<JsonNode> without(JsonNode data, String playerId) {
        JsonNode erased = erased(data, playerId);
        return erased.equals(data) ? Optional.empty() : Optional.of(erased);
    }

    private static JsonNode erased(JsonNode value, String playerId) {
        if (value.isTextual()) {
            // An id that is a part of a longer id is another player's.
            return JsonNodeFactory.instance.textNode(
                    Pattern.compile("(?<![A-Za-z0-9_.:@-])" + Pattern.quote(playerId) + "(?![A-Za-z0-9_.:@-])")
                            .matcher(value.textValue())
                            .replaceAll(Matcher.quoteReplacement(ScanPage.ERASED_PLAYER)));
        }
        if (value instanceof ArrayNode list) {
            ArrayNode kept = JsonNodeFactory.instance.arrayNode(list.size());
            list.forEach(element -> kept.add(erased(element, playerId)));
            return kept;
        }
        if (!(value instanceof ObjectNode object)) {
            return value;
        }
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        if (isOf(object, playerId)) {
            return kept;
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!member.getKey().equals(playerId)) {
                kept.set(member.getKey(), erased(member.getValue(), playerId));
            }
        }
        return kept;
    }

    private static boolean isOf(ObjectNode object, String playerId) {
        return NAMES.stream().anyMatch(name -> JsonValues.id(object.path(name))
                .filter(playerId::equals)
                .isPresent());
    }
}
