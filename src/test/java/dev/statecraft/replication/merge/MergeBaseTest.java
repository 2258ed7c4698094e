package dev.statecraft.replication.merge;

import static dev.statecraft.replication.Trees.json;
import static dev.statecraft.replication.Trees.operations;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.statecraft.replication.state.Operations;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The base values that an update reports in {@code was}. */
class MergeBaseTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "5                | was",
                "{'/a~': 1}       | was./a~",
                "{'/a/c': 1}      | was./a/c",
                "{'b': 1}         | was.b",
                "{'/a/b/c/d': 1}  | was./a/b/c/d"
            })
    void wasOfAPathThatIsNotWrittenIsRejected(String was, String field) {
        Operations written = operations("{'set': {'/a/b/c': 1}, 'unset': ['a.b']}");
        MergeBase.Malformed malformed =
                assertInstanceOf(MergeBase.Malformed.class, MergeBase.parse(json(was), written));
        assertEquals(field, malformed.field());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "{'/a/b/c': 1}", "{'a': {'b': {}}, 'a.b': null}"})
    void wasOfAWrittenPathOrItsParentIsAccepted(String was) {
        Operations written = operations("{'set': {'/a/b/c': 1}, 'unset': ['a.b']}");
        assertEquals(
                json(was).size(),
                assertInstanceOf(MergeBase.Read.class, MergeBase.parse(json(was), written))
                        .was()
                        .size());
    }
}
