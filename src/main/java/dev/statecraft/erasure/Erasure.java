package dev.statecraft.erasure;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The erasure of a player, and afterwards the receipt for it.
 *
 * @param id what the receipt is asked for by; tells nothing of the player
 * @param playerId the player; null once nothing is left to be erased, so that the receipt does not keep what it is about
 * @param requestedBy who asked
 * @param part what is being gone through; null once all is
 * @param cursor how far that has come; null at its beginning
 * @param secondLookAt when all parts are gone through once more, for what was on its way when they were the first time;
 *     null before they were
 * @param erased by part, how many items were removed or made anonymous
 * @param version of this record, from 1
 */
public record Erasure(
        String id,
        @Nullable String playerId,
        String requestedBy,
        Instant requestedAt,
        @Nullable Instant finishedAt,
        @Nullable Part part,
        @Nullable String cursor,
        @Nullable Instant secondLookAt,
        Map<Part, Long> erased,
        long version) {

    /** What is gone through, in this order. */
    @Schema(name = "ErasurePart")
    public enum Part {
        /** Scores, ranks over time, reviews; and the player's name in snapshots and awards of all seasons. */
        LEADERBOARDS,
        /** Subscriptions and parked conflicts. */
        SUBSCRIPTIONS,
        /** Entities of the player, and the player's name on those of others. */
        ENTITIES,
        /** Past versions of entities. */
        HISTORY,
        /** The player's name in the feed of events. */
        EVENTS,
        /** Entities of the player as they were before migrations. */
        BACKUPS;

        private @Nullable Part following() {
            return switch (this) {
                case LEADERBOARDS -> SUBSCRIPTIONS;
                case SUBSCRIPTIONS -> ENTITIES;
                case ENTITIES -> HISTORY;
                case HISTORY -> EVENTS;
                case EVENTS -> BACKUPS;
                case BACKUPS -> null;
            };
        }
    }

    private static final Part FIRST = Part.LEADERBOARDS;

    /** Copies the counts. */
    public Erasure {
        erased = new TreeMap<>(erased);
    }

    /** An erasure as it begins. */
    static Erasure begun(String id, String playerId, String requestedBy, Instant now) {
        return new Erasure(id, playerId, requestedBy, now, null, FIRST, null, null, Map.of(), 1);
    }

    /** Whether nothing is left to be done. */
    public boolean isFinished() {
        return part == null;
    }

    /** Whether there is something to be done now. */
    boolean isDue(Instant now) {
        return part != null && (secondLookAt == null || !now.isBefore(secondLookAt));
    }

    /**
     * This erasure when its part has come further, or to its end.
     *
     * @param settling how long after the first time everything is gone through once more
     */
    Erasure after(@Nullable String next, long touched, Instant now, Duration settling) {
        if (part == null) {
            return this;
        }
        Map<Part, Long> more = new TreeMap<>(erased);
        more.merge(part, touched, Long::sum);
        Part following = next == null ? part.following() : part;
        Instant look = secondLookAt;
        if (following == null && look == null) {
            following = FIRST;
            look = now.plus(settling);
        }
        boolean end = following == null;
        return new Erasure(
                id,
                end ? null : playerId,
                requestedBy,
                requestedAt,
                end ? now : null,
                following,
                next,
                look,
                more,
                version + 1);
    }
}
