package dev.statecraft.replication.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.Trees;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardTest {

    static Guard guard(String json) {
        return assertInstanceOf(GuardReader.Read.class, GuardReader.parse("guard", Trees.json(json), 20))
                .guard();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'min': 0}       | 0            | true",
                "{'min': 0}       | -0.1         | false",
                "{'min': 0}       | '1'          | false",
                "{'min': 0}       | null         | false",
                "{'min': 0}       |              | false",
                "{'min': 0.1}     | 0.10         | true",
                "{'max': 20}      | 20.0         | true",
                "{'max': 20}      | 21           | false",
                "{'max': 20}      | [1]          | false",
                "{'max': 20}      |              | false",
                "{'minLength': 1} | ''           | false",
                "{'minLength': 1} | 'a'          | true",
                "{'minLength': 0} |              | false",
                "{'minLength': 0} | []           | true",
                "{'minLength': 2} | {'a': 1}     | false",
                "{'maxLength': 2} | [1, 2]       | true",
                "{'maxLength': 2} | [1, 2, 3]    | false",
                "{'maxLength': 2} | {'a':1,'b':2} | true",
                "{'maxLength': 1} | '\uD83D\uDE00' | true",
                "{'maxLength': 1} | 'ab'         | false",
                "{'maxLength': 9} | 1            | false",
                "{'maxLength': 9} |              | false",
            })
    void resultRules_holdForTheirValues(String rules, String value, boolean holds) {
        Guard guard = guard("{'/v': " + rules + "}");
        assertEquals(holds, guard.violatedAfter(Trees.object(state(value))).isEmpty(), rules + " on " + state(value));
        assertEquals(Optional.empty(), guard.violatedBefore(Trees.object(state(value))), "checked on the result only");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'equals': 3}       | 3.0       | true",
                "{'equals': 3}       | '3'       | false",
                "{'equals': 3}       |           | false",
                "{'equals': null}    |           | true",
                "{'equals': null}    | null      | true",
                "{'equals': {}}      | []        | true",
                "{'equals': {'a':1}} | {'a':1.0} | true",
                "{'equals': [1,2]}   | [2,1]     | false",
                "{'exists': true}    | 0         | true",
                "{'exists': true}    | null      | false",
                "{'exists': true}    |           | false",
                "{'exists': false}   |           | true",
                "{'exists': false}   | null      | true",
                "{'exists': false}   | false     | false",
            })
    void preconditions_holdForTheirValues(String rules, String value, boolean holds) {
        Guard guard = guard("{'/v': " + rules + "}");
        assertEquals(holds, guard.violatedBefore(Trees.object(state(value))).isEmpty(), rules + " on " + state(value));
        assertEquals(Optional.empty(), guard.violatedAfter(Trees.object(state(value))), "checked before only");
    }

    private static String state(String value) {
        return value == null ? "{}" : "{'v': " + value + "}";
    }

    @Test
    void violation_namesThePathAsItWasSent_theFirstRule_andTheValue() {
        Guard guard = guard("{'/b': {'max': 1}, 'a.b': {'max': 3, 'min': 2}, '/a/0': {'min': 0}}");
        JsonNode state = Trees.json("{'a': [-1], 'a.b': 1, 'b': 9}");
        assertEquals(
                Optional.of(new Guard.Violation("/a/0", "min", state.at("/a/0"))),
                guard.violatedAfter(Trees.object("{'a': [-1], 'a.b': 1, 'b': 9}")));
        assertEquals(
                Optional.of(new Guard.Violation("a.b", "min", state.get("a.b"))),
                guard.violatedAfter(Trees.object("{'a': [0], 'a.b': 1, 'b': 9}")));
        assertEquals(
                Optional.of(new Guard.Violation("/b", "max", Trees.json("null"))),
                guard.violatedAfter(Trees.object("{'a': [0], 'a.b': 2}")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "3                                | guard",
                "[1]                              | guard",
                "{'': {'min': 0}}                 | guard.",
                "{'/~2': {'min': 0}}              | guard./~2",
                "{'a': {}}                        | guard.a",
                "{'a': 3}                         | guard.a",
                "{'a': null}                      | guard.a",
                "{'a': {'least': 0}}              | guard.a.least",
                "{'/a': {'min': '0'}}             | guard./a.min",
                "{'/a': {'min': null}}            | guard./a.min",
                "{'/a': {'max': 9007199254740992}} | guard./a.max",
                "{'a': {'minLength': -1}}         | guard.a.minLength",
                "{'a': {'maxLength': 1.5}}        | guard.a.maxLength",
                "{'a': {'maxLength': 3000000000}} | guard.a.maxLength",
                "{'a': {'exists': 1}}             | guard.a.exists",
                "{'a': {'min': 0}, '/a': {'max': 1}} | guard./a",
                "{'a': {'min': 0}, 'b': {'min': 0}, 'c': {'min': 0}} | guard",
            })
    void malformedGuard_isRejectedWithItsField(String json, String field) {
        GuardReader.Reading reading = GuardReader.parse("guard", Trees.json(json), 2);
        assertEquals(
                field, assertInstanceOf(GuardReader.Malformed.class, reading).field(), json);
    }

    @Test
    void storedForm_isReadAsTheSameGuard() {
        Guard guard = guard("{'/a': {'maxLength': 5, 'exists': true}, 'b.c': {'equals': {'x': [null]}}}");
        assertEquals(guard, guard(guard.toJson().toString()));
        assertEquals(Guard.NONE, guard("[]"));
        assertEquals(Guard.NONE, guard("{}"));
        assertEquals(Guard.NONE, guard("null"));
    }
}
