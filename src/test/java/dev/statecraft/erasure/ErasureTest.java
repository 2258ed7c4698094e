package dev.statecraft.erasure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.erasure.Erasure.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErasureTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final Duration SETTLING = Duration.ofMinutes(5);

    @Test
    void allParts_areProcessedTwice() {
        Erasure erasure = Erasure.started("e", "ada", "key", NOON);
        List<Part> seen = new ArrayList<>();
        while (erasure.secondLookAt() == null) {
            seen.add(erasure.part());
            assertTrue(erasure.isDue(NOON));
            erasure = erasure.after(null, 1, NOON, SETTLING);
        }
        assertEquals(List.of(Part.values()), seen);
        assertEquals("SETTLING", ErasureView.of(erasure).status());
        assertFalse(erasure.isDue(NOON.plus(SETTLING).minusMillis(1)));
        assertEquals(Optional.of(NOON.plus(SETTLING)), erasure.dueAt());
        assertTrue(erasure.isDue(NOON.plus(SETTLING)));
        assertEquals("ada", erasure.playerId());
        seen.clear();
        Instant later = NOON.plus(SETTLING);
        while (!erasure.isFinished()) {
            seen.add(erasure.part());
            erasure = erasure.after(null, 1, later, SETTLING);
        }
        assertEquals(List.of(Part.values()), seen);
        assertNull(erasure.playerId());
        assertEquals(later, erasure.finishedAt());
        assertEquals(2, erasure.erased().get(Part.HISTORY));
        assertFalse(erasure.isDue(later.plus(SETTLING)));
        assertEquals(Optional.empty(), erasure.dueAt());
    }

    @Test
    void part_continuesAtItsCursor() {
        Erasure erasure = Erasure.started("e", "ada", "key", NOON).after("here", 3, NOON, SETTLING);
        assertEquals(Part.LEADERBOARDS, erasure.part());
        assertEquals("here", erasure.cursor());
        Erasure next = erasure.after(null, 4, NOON, SETTLING);
        assertEquals(Part.SUBSCRIPTIONS, next.part());
        assertNull(next.cursor());
        assertEquals(7, next.erased().get(Part.LEADERBOARDS));
    }
}
