package dev.statecraft.erasure;

import dev.statecraft.erasure.Erasure.Part;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * API representation of an erasure and its receipt.
 *
 * @param playerId the player; null once the erasure has finished
 * @param status {@code RUNNING} during the first pass; {@code SETTLING} if the first pass is done and the second, which
 *     covers writes that were in flight, is pending; {@code DONE}
 * @param part the part in process; null once all parts are done
 * @param secondLookAt when the second pass starts; null during the first pass
 * @param erased number of deleted or anonymized items, by part
 */
public record ErasureView(
        String id,
        @Nullable String playerId,
        String status,
        String requestedBy,
        Instant requestedAt,
        @Nullable Instant finishedAt,
        @Nullable Part part,
        @Nullable Instant secondLookAt,
        Map<Part, Long> erased) {

    static ErasureView of(Erasure erasure) {
        return new ErasureView(
                erasure.id(),
                erasure.playerId(),
                erasure.isFinished() ? "DONE" : erasure.secondLookAt() == null ? "RUNNING" : "SETTLING",
                erasure.requestedBy(),
                erasure.requestedAt(),
                erasure.finishedAt(),
                erasure.part(),
                erasure.secondLookAt(),
                erasure.erased());
    }
}
