package dev.statecraft.replication.state;

import static dev.statecraft.replication.Trees.json;
import static dev.statecraft.replication.Trees.object;
import static dev.statecraft.replication.Trees.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatePathTest {

    /** RFC 6901, section 5: the document, and the value of each pointer. */
    @Test
    void pointersOfTheRfcReturnTheExpectedValues() {
        ObjectNode document = object("{'foo': ['bar', 'baz'], '': 0, 'a/b': 1, 'c%d': 2, 'e^f': 3, 'g|h': 4, ' ': 7}");
        document.put("i\\j", 5).put("k\"l", 6).put("m~n", 8);
        Map<String, String> values = Map.of(
                "/foo", "['bar', 'baz']",
                "/foo/0", "'bar'",
                "/", "0",
                "/a~1b", "1",
                "/c%d", "2",
                "/e^f", "3",
                "/g|h", "4",
                "/i\\j", "5",
                "/k\"l", "6",
                "/m~0n", "8");
        values.forEach(
                (pointer, value) -> assertEquals(json(value), path(pointer).in(document), pointer));
        assertEquals(json("7"), path("/ ").in(document));
    }

    @ParameterizedTest
    @ValueSource(strings = {"coins", "a.b.c", "x/y", "~", "~2", " ", "ключ", "0", "$", "#"})
    void textWithoutALeadingSlashIsOneTopLevelKey(String text) {
        assertEquals(List.of(text), path(text).tokens());
        assertEquals(text, path(text).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "/coins, coins",
        "/a/b, /a/b",
        "/, /",
        "//, //",
        "/~1x, /~1x",
        "/a~1b, a/b",
        "/a~0b, a~b",
        "/~01, ~1",
        "/x/~01, /x/~01"
    })
    void pathTextRoundTrips(String text, String canonical) {
        assertEquals(canonical, path(text).toString());
        assertEquals(path(text), path(canonical));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/~", "/a/~2", "/a~", "/~a"})
    void invalidPathTextReturnsEmpty(String text) {
        assertEquals(Optional.empty(), StatePath.parse(text));
    }

    @Test
    void pathDepthIsLimitedToTheStateDepth() {
        assertTrue(StatePath.parse("/a".repeat(StateLimits.MAX_DEPTH)).isPresent());
        assertFalse(StatePath.parse("/a".repeat(StateLimits.MAX_DEPTH + 1)).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/l/2", "/l/-", "/l/01", "/l/-1", "/l/+1", "/l/1e0", "/l/99999999999999999999", "/n/x", "/q"})
    void missingPathReturnsNull(String text) {
        assertNull(path(text).in(json("{'l': [1, 2], 'n': 5}")));
    }

    @Test
    void pathCoversItselfAndPathsBelow() {
        assertTrue(path("/a").covers(path("/a")));
        assertTrue(path("/a").covers(path("/a/b/c")));
        assertFalse(path("/a/b").covers(path("/a")));
        assertFalse(path("/a").covers(path("/ab")));
    }
}
