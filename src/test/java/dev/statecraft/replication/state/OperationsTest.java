package dev.statecraft.replication.state;

import static dev.statecraft.replication.Trees.json;
import static dev.statecraft.replication.Trees.object;
import static dev.statecraft.replication.Trees.operations;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Trees;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OperationsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // set: existing key, new key, missing objects along the path, list element, empty key, null
                "{'a': 1}                | {'set': {'a': 2}}                     | {'a': 2}",
                "{}                      | {'set': {'a.b': 1, '/': 2}}           | {'a.b': 1, '': 2}",
                "{}                      | {'set': {'/a/b/c': 1}}                | {'a': {'b': {'c': 1}}}",
                "{'l': [1, 2]}           | {'set': {'/l/1': 3}}                  | {'l': [1, 3]}",
                "{'l': [{'x': 1}]}       | {'set': {'/l/0/y': 2}}                | {'l': [{'x': 1, 'y': 2}]}",
                "{'a': 1}                | {'set': {'a': null}}                  | {'a': null}",
                "{}                      | {'set': {'ключ': '😀'}}               | {'ключ': '😀'}",
                "{}                      | {'set': {'n': 9007199254740991}}      | {'n': 9007199254740991}",
                // an empty list in place of an empty object, and the reverse
                "{'bag': []}             | {'set': {'/bag/sword': 1}}            | {'bag': {'sword': 1}}",
                "{'log': {}}             | {'append': {'log': [1]}}              | {'log': [1]}",
                "{'log': {}}             | {'remove': {'log': [1]}}              | {'log': {}}",
                "{'bag': []}             | {'unset': ['/bag/sword']}             | {'bag': []}",
                "{'bag': []}             | {'unset': ['/bag/0', '/bag/7/x']}     | {'bag': []}",
                "{'bag': []}             | {'set': {'/bag/1001': 1}}             | {'bag': {'1001': 1}}",
                "{'bag': []}             | {'set': {'/bag/0': 1}}                | {'bag': {'0': 1}}",
                "{'bag': []}             | {'set': {'/bag/1/n': 1, '/bag/2': 3}} | {'bag': {'1': {'n': 1}, '2': 3}}",
                "{'bag': []}             | {'increment': {'/bag/7': 2}}          | {'bag': {'7': 2}}",
                "{'bag': []}             | {'increment': {'/bag/123456789': 2}}  | {'bag': {'123456789': 2}}",
                "{'a': {'bag': []}}      | {'increment': {'/a/bag/12/n': 2}}     | {'a': {'bag': {'12': {'n': 2}}}}",
                "{'bag': [[]]}           | {'set': {'/bag/0/5': 2}}              | {'bag': [{'5': 2}]}",
                "{'bag': []}             | {'append': {'/bag/12': [2]}}          | {'bag': {'12': [2]}}",
                "{'bag': []}             | {'remove': {'/bag/12': [2]}}          | {'bag': []}",
                "{'a': 1}                | {'set': [], 'increment': []}          | {'a': 1}",
                "{'a': 1}                | {'set': {}, 'unset': {}}              | {'a': 1}",
                // unset
                "{'a': {'b': 1, 'c': 2}} | {'unset': ['/a/b']}                   | {'a': {'c': 2}}",
                "{'a': 1}                | {'unset': ['b', '/c/d']}              | {'a': 1}",
                "{'': 1, 'a': 1}         | {'unset': ['/']}                      | {'a': 1}",
                "{'l': [1]}              | {'unset': ['/l/1']}                   | {'l': [1]}",
                "{'l': [1]}              | {'unset': ['/l/1/x']}                 | {'l': [1]}",
                "{'l': [1]}              | {'unset': ['/l/1/x/y']}               | {'l': [1]}",
                "{'l': [1]}              | {'unset': ['/l/x']}                   | {'l': [1]}",
                "{'l': [1]}              | {'unset': ['/l/x/y']}                 | {'l': [1]}",
                "{'l': [{'x': {}}]}      | {'unset': ['/l/0/x/y', '/l/0/z/y']}   | {'l': [{'x': {}}]}",
                "{'l': [1]}              | {'remove': {'/l/1': [1]}}             | {'l': [1]}",
                "{'l': [1]}              | {'remove': {'/l/1/x': [1]}}           | {'l': [1]}",
                // increment
                "{'n': 5}                | {'increment': {'n': -7}}              | {'n': -2}",
                "{'n': 0.1}              | {'increment': {'n': 0.2}}             | {'n': 0.3}",
                "{'n': 0.5}              | {'increment': {'n': 0.5}}             | {'n': 1}",
                "{}                      | {'increment': {'/a/n': 2}}            | {'a': {'n': 2}}",
                "{'l': [1]}              | {'increment': {'/l/0': 1}}            | {'l': [2]}",
                // append and remove
                "{'l': [1]}              | {'append': {'l': [1, [2]]}}           | {'l': [1, 1, [2]]}",
                "{}                      | {'append': {'l': ['a']}}              | {'l': ['a']}",
                "{'l': [1, 2, 1, 1.0]}   | {'remove': {'l': [1]}}                | {'l': [2]}",
                "{'l': [{'a':1,'b':2}]}  | {'remove': {'l': [{'b':2,'a':1}]}}    | {'l': []}",
                "{}                      | {'remove': {'l': [1]}}                | {}",
                "{'l': [0.1, 0.2]}       | {'remove': {'l': [0.10000000000000001]}} | {'l': [0.2]}",
                "{'l': [10, 2]}          | {'remove': {'l': [1e1]}}              | {'l': [2]}",
                // several operations in one update
                "{'a': 1, 'l': [1]} | {'set': {'b': 1}, 'unset': ['a'], 'append': {'l': [2]}} | {'l': [1, 2], 'b': 1}"
            })
    void operationsProduceTheExpectedState(String state, String operations, String after) {
        ObjectNode before = object(state);
        Operations.Done done = assertInstanceOf(Operations.Done.class, StateEdit.apply(operations(operations), before));
        assertTrue(JsonValues.same(object(after), done.state()), done.state().toString());
        assertEquals(object(state), before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'n': 5}                 | {'set': {'/n/x': 1}}",
                "{'n': null}              | {'set': {'/n/x': 1}}",
                "{'n': 'text'}            | {'unset': ['/n/x']}",
                "{'n': 'text'}            | {'unset': ['/n/x/y']}",
                "{'l': [1]}               | {'set': {'/l/1': 1}}",
                "{'l': [1]}               | {'set': {'/l/-': 1}}",
                "{'l': [1]}               | {'set': {'/l/01': 1}}",
                "{'l': [1]}               | {'set': {'/l/x/y': 1}}",
                "{'l': [1]}               | {'unset': ['/l/0']}",
                "{'l': [1]}               | {'unset': ['/l/0/x']}",
                "{'l': [1]}               | {'unset': ['/l/0/x/y']}",
                "{'l': [1]}               | {'set': {'/l/1/x/y': 1}}",
                "{'l': [1]}               | {'increment': {'/l/1': 1}}",
                "{'l': [1]}               | {'increment': {'/l/1/x': 1}}",
                "{'l': [1]}               | {'append': {'/l/1': [1]}}",
                "{'l': [1]}               | {'append': {'/l/1/x': [1]}}",
                "{'n': '5'}               | {'increment': {'n': 1}}",
                "{'n': null}              | {'increment': {'n': 1}}",
                "{'n': true}              | {'increment': {'/n/x': 1}}",
                "{'n': 9007199254740991}  | {'increment': {'n': 1}}",
                "{'n': -9007199254740991} | {'increment': {'n': -1}}",
                "{'n': 9007199254740990.5}| {'increment': {'n': 0.6}}",
                "{'l': 'text'}            | {'append': {'l': [1]}}",
                "{'l': {'a': 1}}          | {'append': {'l': [1]}}",
                "{'l': 5}                 | {'remove': {'l': [1]}}"
            })
    void operationThatDoesNotFitTheStateRejectsAll(String state, String operations) {
        ObjectNode before = object(state);
        Operations.Refused refused =
                assertInstanceOf(Operations.Refused.class, StateEdit.apply(operations(operations), before));
        assertEquals(operations(operations).paths().first(), refused.path());
        assertEquals(object(state), before);
    }

    @Test
    void incrementToATooLongNumberIsRejected() {
        ObjectNode state = object("{'n': 9007199254740990}");
        String tiny = "0." + "0".repeat(60) + "1";
        assertInstanceOf(
                Operations.Refused.class, StateEdit.apply(operations("{'increment': {'n': " + tiny + "}}"), state));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'put': {'a': 1}}                        | put",
                "{'set': 5}                               | set",
                "{'set': ['a']}                           | set",
                "{'set': {'/a~2': 1}}                     | set./a~2",
                "{'set': {'': 1}}                         | set.",
                "{'unset': 'a'}                           | unset",
                "{'unset': ['a', 5]}                      | unset[1]",
                "{'unset': ['/~']}                        | unset[0]",
                "{'increment': {'n': '1'}}                | increment.n",
                "{'increment': {'n': 9007199254740992}}   | increment.n",
                "{'increment': {'n': null}}               | increment.n",
                "{'append': {'l': 1}}                     | append.l",
                "{'remove': {'l': {}}}                    | remove.l",
                "{'set': {'a': 1, '/a': 2}}               | a",
                "{'set': {'/a/b': 1}, 'unset': ['a']}     | /a/b",
                "{'append': {'a': [1]}, 'remove': {'a': [2]}} | a",
                "{'unset': ['a', 'a']}                    | a"
            })
    void invalidOperationsAreRejectedWithTheirField(String json, String field) {
        Operations.Malformed malformed =
                assertInstanceOf(Operations.Malformed.class, OperationsReader.parse(json(json)), json);
        assertEquals(field, malformed.field());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{'/a/b': 1, '/a/c': 2}", "{'a.b': 1, 'a': 2}", "{'/l/0': 1, '/l/1': 2}", "{'ab': 1, 'a': 2}"})
    void siblingPathsDoNotOverlap(String set) {
        assertInstanceOf(Operations.Read.class, OperationsReader.parse(json("{'set': " + set + "}")));
    }

    @Test
    void differenceAppliedToTheFirstStateGivesTheSecond() {
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            ObjectNode a = Trees.randomState(random, 4);
            ObjectNode b = random.nextInt(4) == 0 ? Trees.randomState(random, 4) : changed(a, random);
            Operations between = StateDiff.between(a, b);
            assertEquals(new Operations.Done(b), canonicalised(StateEdit.apply(between, a), b), "seed " + seed);
            assertEquals(JsonValues.same(a, b), between.isEmpty(), "seed " + seed);
            assertEquals(new Operations.Read(between), OperationsReader.parse(between.toJson()), "seed " + seed);
        }
    }

    /** Replaces the found state by the expected one if they differ only in the Java classes of numbers. */
    private static Operations.Applied canonicalised(Operations.Applied applied, ObjectNode expected) {
        return applied instanceof Operations.Done done && JsonValues.same(done.state(), expected)
                ? new Operations.Done(expected)
                : applied;
    }

    private static ObjectNode changed(ObjectNode state, Random random) {
        ObjectNode changed = state.deepCopy();
        Trees.randomState(random, 3).properties().forEach(field -> {
            if (random.nextBoolean()) {
                changed.set(field.getKey(), field.getValue());
            } else {
                changed.remove(field.getKey());
            }
        });
        return changed;
    }

    @Test
    void differenceDescendsIntoObjectsAndReplacesLists() {
        ObjectNode from = object("{'stats': {'hp': 1, 'mp': 2}, 'bag': [1, 2], 'gone': true}");
        ObjectNode to = object("{'stats': {'hp': 1, 'mp': 3}, 'bag': [1, 2, 3]}");
        assertEquals(
                operations("{'set': {'/stats/mp': 3, 'bag': [1, 2, 3]}, 'unset': ['gone']}"),
                StateDiff.between(from, to));
    }

    @Test
    void emptyListInAWholeStateEqualsAnEmptyObject() {
        ObjectNode seen = object("{'bag': {}, 'full': {'a': 1}, 'list': [1]}");
        ObjectNode sent = object("{'bag': [], 'full': [], 'list': []}");
        assertEquals(operations("{'set': {'list': []}, 'unset': ['/full/a']}"), StateDiff.replacing(seen, sent));
    }

    @Test
    void objectInAWholeStateReplacesAnEmptyList() {
        ObjectNode seen = object("{'bag': [], 'deep': {'bag': []}}");
        ObjectNode sent = object("{'bag': {'1001': 1}, 'deep': {'bag': {'7': {'n': 2}}}}");
        Operations replacing = StateDiff.replacing(seen, sent);
        assertEquals(operations("{'set': {'/bag/1001': 1, '/deep/bag/7': {'n': 2}}}"), replacing);
        assertEquals(new Operations.Done(sent), StateEdit.apply(replacing, seen));
        assertEquals(new Operations.Done(sent), StateEdit.apply(StateDiff.between(seen, sent), seen));
    }

    @Test
    void equalDoublesAreNoDifference() {
        ObjectNode stored = object("{'a': 0.1, 'b': 3, 'c': [1.5]}");
        ObjectNode sent = object("{'a': 0.10000000000000001, 'b': 3.0, 'c': [1.50000000000000001]}");
        assertTrue(StateDiff.between(stored, sent).isEmpty());
        assertTrue(StateDiff.replacing(stored, sent).isEmpty());
        assertTrue(StateDiff.ofMergePatch(stored, sent).isEmpty());
    }

    /** RFC 7396, appendix A: target, patch, result. Each is wrapped in an object, because a state is an object. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':'b'}            | {'a':'c'}            | {'a':'c'}",
                "{'a':'b'}            | {'b':'c'}            | {'a':'b','b':'c'}",
                "{'a':'b'}            | {'a':null}           | {}",
                "{'a':'b','b':'c'}    | {'a':null}           | {'b':'c'}",
                "{'a':['b']}          | {'a':'c'}            | {'a':'c'}",
                "{'a':'c'}            | {'a':['b']}          | {'a':['b']}",
                "{'a':{'b':'c'}}      | {'a':{'b':'d','c':null}} | {'a':{'b':'d'}}",
                "{'a':[{'b':'c'}]}    | {'a':[1]}            | {'a':[1]}",
                "['a','b']            | ['c','d']            | ['c','d']",
                "{'a':'b'}            | ['c']                | ['c']",
                "{'a':'foo'}          | 'bar'                | 'bar'",
                "{'e':null}           | {'a':1}              | {'e':null,'a':1}",
                "[1,2]                | {'a':'b','c':null}   | {'a':'b'}",
                "{}                   | {'a':{'bb':{'ccc':null}}} | {'a':{'bb':{}}}"
            })
    void mergePatchesOfTheRfcGiveTheExpectedResults(String target, String patch, String result) {
        ObjectNode state = object("{'it': " + target + "}");
        Operations operations = StateDiff.ofMergePatch(state, object("{'it': " + patch + "}"));
        Operations.Done done = assertInstanceOf(Operations.Done.class, StateEdit.apply(operations, state));
        assertEquals(object("{'it': " + result + "}"), done.state());
    }

    /** The line of appendix A that removes the whole value. */
    @Test
    void mergePatchOfNullRemovesTheKey() {
        ObjectNode state = object("{'it': {'a': 'foo'}}");
        Operations operations = StateDiff.ofMergePatch(state, object("{'it': null}"));
        assertEquals(new Operations.Done(object("{}")), StateEdit.apply(operations, state));
    }
}
