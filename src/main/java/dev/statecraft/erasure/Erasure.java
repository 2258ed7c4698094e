package dev.statecraft.erasure;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The erasure of a player; after it has finished, its receipt.
 *
 * @param id id of the erasure and its receipt; contains nothing about the player
 * @param playerId the player; null once the erasure has finished, so that the receipt does not retain the id
 * @param requestedBy name of the caller that requested the erasure
 * @param part the part in process; null once all parts are done
 * @param cursor position within the part; null at its start
 * @param secondLookAt when the second pass over all parts starts, which covers writes that were in flight during the
 *     first pass; null during the first pass
 * @param erased number of deleted or anonymized items, by part
 * @param version version of this record, from 1
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

    /** Parts of an erasure, in the order in which they are processed. */
    @Schema(name = "ErasurePart")
    public enum Part {
        /** Scores, rank samples and reviews; the player's id in snapshots and awards of all seasons. */
        LEADERBOARDS,
        /** Subscriptions and parked conflicts. */
        SUBSCRIPTIONS,
        /** Entities of the player; the player's id in other entities. */
        ENTITIES,
        /** Messages to entities with the player's id, which may never have existed. */
        MESSAGES,
        /** Past versions of entities. */
        HISTORY,
        /** The player's id in the event feed. */
        EVENTS,
        /** Backups of the player's entities, made before migrations. */
        BACKUPS;

        private @Nullable Part following() {
            return switch (this) {
                case LEADERBOARDS -> SUBSCRIPTIONS;
                case SUBSCRIPTIONS -> ENTITIES;
                case ENTITIES -> MESSAGES;
                case MESSAGES -> HISTORY;
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

    /** A new erasure. */
    static Erasure started(String id, String playerId, String requestedBy, Instant now) {
        return new Erasure(id, playerId, requestedBy, now, null, FIRST, null, null, Map.of(), 1);
    }

    /** Whether all parts are done. */
    public boolean isFinished() {
        return part == null;
    }

    /** Whether a step can be processed now: an unfinished erasure that does not wait for its second pass. */
    boolean isDue(Instant now) {
        return dueAt().filter(due -> !now.isBefore(due)).isPresent();
    }

    /** When the next step can be processed: the start of the erasure or of its second pass; empty once it has finished. */
    Optional<Instant> dueAt() {
        if (part == null) {
            return Optional.empty();
        }
        return Optional.of(secondLookAt == null ? requestedAt : secondLookAt);
    }

    /**
     * This erasure after a step of its part.
     *
     * @param next cursor of the next step in the part; null if the part is done
     * @param touched number of items that the step deleted or anonymized
     * @param secondPassAfter time between the end of the first pass and the start of the second
     */
    Erasure after(@Nullable String next, long touched, Instant now, Duration secondPassAfter) {
        if (part == null) {
            return this;
        }
        Map<Part, Long> more = new TreeMap<>(erased);
        more.merge(part, touched, Long::sum);
        Part following = next == null ? part.following() : part;
        Instant secondPassAt = secondLookAt;
        if (following == null && secondPassAt == null) {
            following = FIRST;
            secondPassAt = now.plus(secondPassAfter);
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
                secondPassAt,
                more,
                version + 1);
    }
}
