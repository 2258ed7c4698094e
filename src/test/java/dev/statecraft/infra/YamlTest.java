package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The YAML subset of {@code infra/apply}. */
class YamlTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void everyPartOfTheSubset() throws Exception {
        assertReads("""
                ---
                # A comment.
                leaderboards:   # another one
                  arena:
                    rankingType: POINTS
                    decimals: 2
                    description: 'it''s # no comment'
                    "quoted key" : "tab\\there \\u00e9 \\/ \\x41"
                    bounds: {min: -1.5e3, "max":0x1F, action: REJECT,}
                    reset:
                      cron: 0 0 * * 1
                    tiers:
                    - name: gold
                      rank: 3
                    -
                      name: silver
                    - - nested
                      - [a, [b, 'c'], {}]
                    empty:
                    tilde: ~
                    flags: [true, False, null, yes, 0o17, +3, .5, 5., 1.2.3, 12:30, 2026-01-01]
                    url: http://example.org/a#b
                    minus: -x
                  "1": |
                    first
                      second

                    third
                strip: |-
                  no break

                keep: |+
                  two breaks

                last: {
                  a: 1, # in a flow
                  b: [
                    1, 2
                  ]
                }
                """, """
                {"leaderboards": {"arena": {"rankingType": "POINTS", "decimals": 2, "description": "it's # no comment",
                 "quoted key": "tab\\there é / A", "bounds": {"min": -1500, "max": 31, "action": "REJECT"},
                 "reset": {"cron": "0 0 * * 1"}, "tiers": [{"name": "gold", "rank": 3}, {"name": "silver"},
                 ["nested", ["a", ["b", "c"], {}]]], "empty": null, "tilde": null,
                 "flags": [true, false, null, "yes", 15, 3, 0.5, 5, "1.2.3", "12:30", "2026-01-01"],
                 "url": "http://example.org/a#b", "minus": "-x"},
                 "1": "first\\n  second\\n\\nthird\\n"}, "strip": "no break", "keep": "two breaks\\n\\n",
                 "last": {"a": 1, "b": [1, 2]}}""");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# only a comment", "---\n", "null", "~"})
    void emptyDocument_isNull(String text) throws Exception {
        assertReads(text, "null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"b\":[true,null,\"x\"],\"c\":{\"d\":-0.5e-3}}",
                "{\n\t\"a\" : [\n\t\t1,\n\t\t{ }\n\t]\n}\n",
                "[]",
                "\"\\u00e9\\ud83d\\ude00\\b\\f\\n\\r\\t\\\"\\\\\\/\"",
                "\r\n{\"a\":\r\n1}\r\n"
            })
    void json_isYaml(String text) throws Exception {
        assertReads(text, text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '$',
            quoteCharacter = '`',
            value = {
                "a: 1\\nb: &x 2 $ 2 $ anchors and aliases",
                "a: 1\\nb: *x $ 2 $ anchors and aliases",
                "a: !str 2 $ 1 $ tags",
                "a: >\\n  folded $ 1 $ folded",
                "a: |2\\n  text $ 1 $ only |, |- and |+",
                "a: first\\n  second $ 2 $ unexpected indentation",
                "a: 'first\\n  second' $ 1 $ the quote is not closed",
                "? a\\n: b $ 1 $ complex keys",
                "a: 1\\nb: 2\\na: 3 $ 3 $ the key a occurs twice",
                "{a: 1,\\n a: 2} $ 2 $ the key a occurs twice",
                "a: 1\\n---\\nb: 2 $ 2 $ one document",
                "a: 1\\n... $ 2 $ one document",
                "%YAML 1.2\\n---\\na: 1 $ 1 $ directives",
                "a:\\n\\tb: 1 $ 2 $ tab",
                "a: b: c $ 1 $ ': '",
                "a: - b $ 1 $ a line of its own",
                "a:\\n- b\\nc $ 3 $ a key",
                "a: 1\\n- b $ 2 $ sequence entry",
                "- a\\nb: 1 $ 2 $ the document has ended",
                "a: @b $ 1 $ must be quoted",
                "a: \"\\q\" $ 1 $ escape",
                "a: .inf $ 1 $ .inf",
                "a: [1, 2 $ 1 $ bracket",
                "a: [1 2, 3: 4] $ 1 $ ',' or ']'",
                "a: {b} $ 1 $ ':' is missing",
                "a: [1]] $ 1 $ unexpected text",
                "`  a: 1\\n b: 2` $ 2 $ the document has ended",
                "a:\\n  b: 1\\n c: 2 $ 3 $ unexpected indentation",
                "a:b $ 1 $ ",
            })
    void otherConstructs_areErrorsWithTheirLine(String text, int line, String message) {
        Optional<String> error = CommandYaml.error(text.replace("\\n", "\n").replace("\\t", "\t"));
        if (message == null) {
            assertEquals(Optional.empty(), error, "a text without ': ' is a scalar");
            return;
        }
        assertTrue(error.orElse("no error").startsWith(line + ": "), error::toString);
        assertTrue(error.orElseThrow().contains(message), error::toString);
    }

    @Test
    void deepDocument_isAnError() {
        String error = CommandYaml.error("[".repeat(5_000)).orElseThrow();
        assertTrue(error.contains("nested too deeply"), error);
    }

    private static void assertReads(String yaml, String json) throws Exception {
        JsonNode expected = CommandYaml.normal(JSON.readTree(json));
        assertEquals(expected, CommandYaml.read(yaml), yaml);
    }
}
