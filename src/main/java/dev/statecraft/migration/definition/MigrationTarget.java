package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The target of a migration as one text: an entity type; or {@code leaderboard/} and a board, or {@code *} for all boards,
 * whose metadata is migrated; or the empty text for a script. The type of a migrated record has the same form. Ids contain no
 * slash.
 */
public final class MigrationTarget {

    private static final String METADATA = "leaderboard/";
    private static final String ALL = "*";

    private MigrationTarget() {}

    /** The target of the metadata of a board; {@code *} for all boards. */
    public static String ofMetadata(String board) {
        return METADATA + board;
    }

    /** The target in a valid definition. */
    public static String of(JsonNode definition) {
        JsonNode target = definition.path("target");
        return target.has("leaderboardMetadata")
                ? ofMetadata(target.get("leaderboardMetadata").asText())
                : target.path("entityType").asText();
    }

    /** Whether a target is the metadata of leaderboards. */
    public static boolean isMetadata(String target) {
        return target.startsWith(METADATA);
    }

    /** Whether a target is the metadata of all boards. */
    public static boolean isAllMetadata(String target) {
        return target.equals(METADATA + ALL);
    }

    /** The board of a metadata target; {@code *} for all boards. */
    public static String board(String target) {
        return target.substring(METADATA.length());
    }

    /** Whether a target contains the records of a type. */
    public static boolean covers(String target, String type) {
        return target.equals(type) || (isAllMetadata(target) && isMetadata(type));
    }

    /** Whether two targets have records in common. */
    public static boolean overlap(String one, String other) {
        return covers(one, other) || covers(other, one);
    }
}
