package dev.statecraft.replication.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SpaceChecksumTest {

    @Test
    void documentedExampleIsCorrect() {
        assertEquals("f8c22914", SpaceChecksum.EMPTY.toggled("a", 1).toString());
        assertEquals("881a0862", SpaceChecksum.EMPTY.toggled("b", 12).toString());
        SpaceChecksum both = SpaceChecksum.EMPTY.toggled("a", 1).toggled("b", 12);
        assertEquals("70d82176", both.toString());
        assertEquals(both, SpaceChecksum.parse("70d82176"));
        assertEquals("00000000", SpaceChecksum.EMPTY.toString());
    }

    @Test
    void incrementalChecksumEqualsARecomputedOne() {
        for (long seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            Map<String, Long> versions = new HashMap<>();
            SpaceChecksum incremental = SpaceChecksum.EMPTY;
            for (int i = 0; i < 200; i++) {
                String id = "e" + random.nextInt(20);
                Long old = versions.get(id);
                if (old != null) {
                    incremental = incremental.toggled(id, old);
                }
                if (old != null && random.nextInt(4) == 0) {
                    versions.remove(id);
                } else {
                    long version = old == null ? 1 : old + 1;
                    versions.put(id, version);
                    incremental = incremental.toggled(id, version);
                }
            }
            SpaceChecksum recomputed = SpaceChecksum.EMPTY;
            for (Map.Entry<String, Long> entity : versions.entrySet()) {
                recomputed = recomputed.toggled(entity.getKey(), entity.getValue());
            }
            assertEquals(recomputed, incremental, "seed " + seed);
        }
    }

    /** Missed changes of a few entities must not cancel out, as they would with a weak hash of similar texts. */
    @Test
    void missedChangesOfSimilarEntitiesDoNotCancelOut() {
        Set<SpaceChecksum> changes = new HashSet<>();
        int count = 0;
        for (int entity = 0; entity < 200; entity++) {
            for (int version = 1; version <= 20; version++) {
                changes.add(SpaceChecksum.EMPTY
                        .toggled("player_" + entity, version)
                        .toggled("player_" + entity, version + 1));
                count++;
            }
        }
        assertTrue(changes.size() == count, changes.size() + " of " + count + " differ");
    }
}
