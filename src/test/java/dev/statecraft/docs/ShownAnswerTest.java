package dev.statecraft.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownAnswerTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a': 1} | {'a': 1, 'b': 2}",
                "{'a': 1} | {'a': 1.0}",
                "{'a': ['x', '…']} | {'a': ['x', 'y', 'z']}",
                "{'a': ['…']} | {'a': []}",
                "{'a': 'sk_…'} | {'a': 'sk_123'}",
                "{'a': '…'} | {'a': ''}",
                "{'at': '2026-01-01T00:00:00Z'} | {'at': '2027-02-03T04:05:06.789Z'}",
                "[] | []",
            })
    void answer_matches(String shown, String actual) throws JsonProcessingException {
        assertTrue(matches(shown, actual));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a': 1, 'b': 2} | {'a': 1}",
                "{'a': 1} | {'a': 2}",
                "{'a': 1} | {'a': '1'}",
                "{'a': null} | {}",
                "{'a': ['x']} | {'a': ['x', 'y']}",
                "{'a': ['x', 'y', '…']} | {'a': ['x']}",
                "{'a': 'sk_…'} | {'a': 'pk_123'}",
                "{'a': '…'} | {'a': 5}",
                "{'at': '2026-01-01T00:00:00Z'} | {'at': 'yesterday'}",
                "{} | []",
            })
    void answer_differs(String shown, String actual) throws JsonProcessingException {
        assertFalse(matches(shown, actual));
    }

    private static boolean matches(String shown, String actual) throws JsonProcessingException {
        return ShownAnswer.difference(JSON.readTree(shown.replace('\'', '"')), JSON.readTree(actual.replace('\'', '"')))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a/b, true",
        "a/…, a/b/c, true",
        "…/c, a/b/c, true",
        "a/b, a/c, false",
        "a, a/b, false",
        "a/b, a, false"
    })
    void lines(String shown, String actual, boolean same) {
        assertEquals(same, ShownAnswer.linesMatch(shown.replace('/', '\n'), actual.replace('/', '\n')));
    }
}
