package dev.statecraft.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "...", "................"})
    void idOfDots_isInvalidButMayBeStored(String text) {
        ProblemException refused = assertThrows(ProblemException.class, () -> Ids.check("playerId", text));
        assertEquals("playerId", refused.problem().field());
        assertEquals(400, refused.problem().status());
        assertFalse(Ids.isId(text));
        assertTrue(Ids.isStored(text));
        assertEquals(text, Ids.checkStored("playerId", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", ".a", "a.", "..a", "a..b", "-", "_", ":", "@", ".-."})
    void dotsWithOtherCharacters_areValid(String text) {
        assertEquals(text, Ids.check("id", text));
    }

    @Test
    void invalidIds_cannotBeStored() {
        for (String text : new String[] {"", "a/b", "a b", "@erased-1", "x".repeat(129)}) {
            assertThrows(ProblemException.class, () -> Ids.checkStored("playerId", text));
        }
        assertThrows(ProblemException.class, () -> Ids.checkStored("playerId", null));
    }
}
