package dev.statecraft.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class CursorTest {

    @Test
    void position_isReadBack() {
        assertEquals(List.of("5", "global\tx é"), Cursor.read(Cursor.of("list", 5, "global\tx é"), "list", 2));
    }

    @Test
    void cursorOfAnotherList_isRejected() {
        for (String cursor : List.of(
                "",
                "!",
                "_w",
                Cursor.of("other", 5, 6),
                Cursor.of("list", 5),
                Cursor.of("list", 5, 6, 7),
                Cursor.of("list", 5, ""),
                // A sort key of DynamoDB has at most 1,024 bytes.
                Cursor.of("list", 5, "é".repeat(501)))) {
            ProblemException refused =
                    assertThrows(ProblemException.class, () -> Cursor.read(cursor, "list", 2), cursor);
            assertEquals(400, refused.problem().status());
            assertEquals("cursor", refused.problem().field());
        }
    }
}
