package dev.statecraft.erasure;

import dev.statecraft.erasure.Erasure.Part;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A receipt as callers see it.
 *
 * @param playerId null once the erasure is finished
 * @param status {@code RUNNING}; {@code SETTLING} when all is erased and will be gone through once more, for what was on
 *     its way meanwhile; {@code DONE}
 * @param part what is being gone through; null once all is
 * @param secondLookAt when all is gone through once more; null before it was the first time
 * @param erased by part, how many items were removed or made anonymous
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
