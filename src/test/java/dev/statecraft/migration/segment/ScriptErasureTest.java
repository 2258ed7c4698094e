package dev.statecraft.migration.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.table.ScanPage;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScriptErasureTest {

    private static void erases(String before, String after) {
        JsonNode data = JsonFixtures.of("{'d': " + before + "}").get("d");
        JsonNode erased = JsonFixtures.of("{'d': " + after + "}").get("d");
        assertEquals(
                before.equals(after) ? Optional.empty() : Optional.of(erased),
                ScriptErasure.without(data, "ada"),
                before);
    }

    @Test
    void playerIsErasedFromValues() {
        erases("{'ada': {'coins': 1}, 'bob': 2}", "{'bob': 2}");
        erases("[{'playerId': 'ada', 'coins': 1}, {'id': 'bob'}]", "[{}, {'id': 'bob'}]");
        erases("{'list': [['ada', 'bob']]}", "{'list': [['@erased', 'bob']]}".replace("@erased", erasedName()));
        erases("{'coins': 1}", "{'coins': 1}");
    }

    @Test
    void playerIsErasedFromTexts() {
        erases("'{ada=1,ada2=2,x.ada=3} ada'", "'{N=1,ada2=2,x.ada=3} N'".replace("N", erasedName()));
    }

    private static String erasedName() {
        return ScanPage.ERASED_PLAYER;
    }
}
