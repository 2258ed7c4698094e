package dev.statecraft.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtagTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"tag\" | true",
                "W/\"tag\" | true",
                "* | true",
                "\"a\", \"tag\" | true",
                "\"a\",W/\"b\" ,  W/\"tag\",\"c\" | true",
                "\"a,b\",\"tag\" | true",
                "\"other\" | false",
                "\"a\", \"b\" | false",
                "tag | false",
                "\"tag | false",
                "\"a\" \"tag\" | false",
                "w/\"tag\" | false",
                "\"a\", tag, \"tag\" | false",
                "'' | false",
                ", | false"
            })
    void tags_areComparedWeaklyAtEveryPosition(String header, boolean matches) {
        assertEquals(matches, Etag.matches(List.of(header), "\"tag\""));
    }

    @Test
    void everyHeaderLine_isRead() {
        assertTrue(Etag.matches(List.of("\"a\"", "\"tag\""), "\"tag\""));
        assertEquals(false, Etag.matches(List.of(), "\"tag\""));
    }

    @Test
    void tag_dependsOnTheContentOnly() {
        assertEquals(Etag.of("content"), Etag.of("content"));
        assertNotEquals(Etag.of("content"), Etag.of("contents"));
        assertTrue(Etag.of("content").matches("\"[A-Za-z0-9_-]{20}\""));
    }
}
