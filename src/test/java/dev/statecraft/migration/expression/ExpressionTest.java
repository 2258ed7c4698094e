package dev.statecraft.migration.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.replication.state.JsonValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
public class ExpressionTest {

    public static final ExpressionBounds BOUNDS = new ExpressionBounds(1_000_000, 100_000, 1 << 20, cost -> {});

    /** The entity that expressions of tests are evaluated for. */
    public static final Subject ADA = new Subject("ada", "global", "PLAYER_DATA", 3, "p1", "1.0.0");

    private static final String STATE = "{'coins': 7, 'half': 7.5, 'whole': 7.0, 'name': 'Ada', 'items': ['a', 'b'],"
            + " 'none': [], 'nothing': null, 'history': [10, 20, 30], 'vip': true, 'bag': {'x': 1, 'y': 2},"
            + " 'objects': [{'n': 1}, {'n': 2.5}], 'big': 9007199254740991}";

    @Test
    void statesAreReadAndMade() {
        assertSame(STATE, value("state"));
        assertSame("{'total': 9.5, 'list': ['a', 'b']}", value("{'total': state.coins + 2.5, 'list': state.items}"));
        assertSame("{'a': 1, 'b': 'x'}", value("merge({'a': 0}, {'a': 1, 'b': 'x'})"));
        assertSame("{'x': 1}", value("without(state.bag, ['y', 'z'])"));
        assertSame("{'b': 1}", value("{?'a': state.?missing, 'b': 1}"));
        assertNull(value("state.?missing"));
        assertSame(
                "'ada/global/PLAYER_DATA/3/p1/1.0.0'",
                value("[entity.id, entity.space, entity.type,"
                        + " string(entity.version), entity.owner, entity.schemaVersion].join('/')"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '"',
            value = {
                "state.coins * 1.5 => 10.5",
                "state.half * 2 => 15",
                "state.coins / 2 => 3",
                "state.whole / 2 => 3",
                "state.coins / 2.0 => 3.5",
                "state.half % 2 => 1.5",
                "2 + 3 => 5",
                "state.coins == 7.0 && 1 == 1.0 && state.whole in [7] => true",
                "state.coins < 7.5 && 7.5 > state.coins && 7 >= 7.0 && 7 != 7.5 => true",
                "state.vip ? 1.5 : 1 => 1.5",
                "[1, 0.5][1.0] => 0.5",
                "-state.half => -7.5",
                "string(7.0) + string(0.5) + string(true) => '70.5true'",
                "int(3.9) + int('12') => 15",
                "double('1.5') + 1 => 2.5",
                "math.greatest(1, 2.5, state.coins) => 7",
                "math.least([3, 0.5]) => 0.5",
                "math.round(2.5) + math.floor(-1.5) + math.ceil(state.coins) => 8",
                "math.round(-2.5) + math.trunc(-2.7) + math.sign(-3) + math.abs(-1.5) => -4.5",
                "math.bitAnd(6, 3) + math.bitShiftLeft(1, 4) + math.bitXor(1, 3) => 20",
                "sum(state.history) => 60",
                "sum(state.objects.map(o, o.n)) => 3.5",
                "sum([]) => 0",
                "max(state.history) - min([3, 1.5, 2]) => 28.5",
                "state.history[size(state.history) - 1] => 30",
                "state.?history[?9].orValue(0) => 0",
                "state.?bag.?x.orValue(0) + state.?bug.?x.orValue(5) => 6",
                "state.?items.optMap(i, size(i)).orValue(0) => 2",
                "optional.ofNonZeroValue(0).hasValue() => false",
                "has(state.bag.x) && !has(state.bag.z) => true",
                "state.nothing == null => true",
                "state.items.exists(i, i == 'b') && state.items.all(i, size(i) == 1) => true",
                "state.objects.exists(o, o.missing == 1 || o.n == 2.5) => true",
                "false && state.missing => false",
                "state.missing || true => true",
                "[1, 2, 3].exists_one(i, i == 2) => true",
                "state.history.filter(h, h > 10).map(h, h / 10) => [2, 3]",
                "state.bag.transformMap(k, v, k != 'x', v * 2) => {'y': 4}",
                "state.bag.transformMapEntry(k, v, {k + k: v}) => {'xx': 1, 'yy': 2}",
                "state.history.transformList(i, h, i * h) => [0, 20, 60]",
                "state.bag.map(k, k) => ['x', 'y']",
                "'coins' in state && !('coin' in state) => true",
                "type(state.coins) == int && type(state.half) == double && type(state) == map => true",
                "'a,b,,c'.split(',') => ['a', 'b', '', 'c']",
                "'a,b,c'.split(',', 2) => ['a', 'b,c']",
                "'a😀b'.split('') => ['a', '😀', 'b']",
                "'abcabc'.replace('b', 'X', 1) => 'aXcabc'",
                "'ab'.replace('', '-') => '-a-b-'",
                "'aaa'.replace('aa', 'b') => 'ba'",
                "'héllo😀x'.substring(5, 6) + 'x'.charAt(0) => '😀x'",
                "size('a😀b') => 3",
                "'a😀b'.reverse() => 'b😀a'",
                "'hello'.indexOf('l') + 'hello'.lastIndexOf('l') + 'hello'.indexOf('z') => 4",
                "'hello'.indexOf('l', 3) + 'hello'.lastIndexOf('l', 2) => 5",
                "'abc'.contains('bc') && 'abc'.startsWith('ab') && 'abc'.endsWith('c') => true",
                "'abc'.matches('^a.*c$') && !matches('abc', '^b') => true",
                "' Ab '.trim().lowerAscii() + 'é'.upperAscii() => 'abé'",
                "'a' < 'b' && '\\uffff' < '😀' => true",
                "[1] + [2.5] + ['x'] => [1, 2.5, 'x']",
                "[[1, 2], {'a': [3]}] == [[1.0, 2], {'a': [3]}] => true",
                "state.`coins` => 7",
            })
    void valuesAreThoseOfTheLanguage(String text, String expected) {
        assertSame(expected, value(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '"',
            value = {
                "state.missing => at 1:6: there is no member",
                "state.coins + 'x' => at 1:13: there is no + of an int and a string",
                "state.history[-1] => there is no element -1 in a list of 3",
                "state.history[9] => there is no element 9",
                "1 / 0 => division by zero",
                "state.half / 0 => division by zero",
                "9223372036854775807 + 1 => 64-bit",
                "state.big + 1 => 2^53-1",
                "1e300 => 2^53-1",
                "0.0 + double('1e400') - double('1e400') => 2^53-1",
                "max([]) => empty list",
                "{'a': 1, 'a': 2} => occurs twice",
                "{1: 2} => key that is an int",
                "[optional.of(1)] => optional value, which is not JSON",
                "state.map(k, type(k)) => a type, which is not JSON",
                "'x'.substring(2) => there is no character 2",
                "'x'.matches('(((') => not valid RE2",
                "'x'.matches('((a{100}){100}){100}') => repeats at most",
                "int('1x') => is not an integer",
            })
    void failedEvaluationIsReportedWithItsPosition(String text, String reason) {
        String failed = failed(text);
        assertTrue(failed.contains(reason), failed);
        assertTrue(failed.startsWith("the expression failed"), failed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '"',
            value = {
                "a + => at 1:4",
                "coins => at 1:1: undeclared reference to 'coins'",
                "state.coins + nofunc(1) => undeclared reference to 'nofunc'",
                "'a' * 2 => at 1:5: found no matching overload",
                "timestamp('2020-01-01T00:00:00Z') => undeclared reference to 'timestamp'",
                "duration('1s') => undeclared reference to 'duration'",
                "now() => undeclared",
                "b'x' => JSON has no bytes",
                "1u => JSON has no unsigned integers",
                "google.protobuf.Timestamp{seconds: 1} => JSON has no google.protobuf.Timestamp",
                "before.coins => undeclared reference to 'before'",
                "@result => at 1:1",
                "'\\ud83d' => Invalid unicode code point",
                "type(1) => gives a type where a JSON value is needed",
            })
    void invalidExpressionIsRejectedWithItsPosition(String text, String reason) {
        Expression.Compilation compilation = Expression.compile(text, ExpressionUse.COMPUTATION, 200);
        String refused = assertInstanceOf(Expression.Invalid.class, compilation).reason();
        assertTrue(refused.contains(reason), refused);
    }

    @Test
    void eachUseHasItsVariablesAndItsResult() {
        assertInstanceOf(Expression.Compiled.class, compile("before.coins <= state.coins", ExpressionUse.RULE));
        for (Map.Entry<ExpressionUse, String> wrong : Map.of(
                        ExpressionUse.TRANSFORMATION, "[state]",
                        ExpressionUse.RULE, "1 + 1",
                        ExpressionUse.INVARIANT, "'1'")
                .entrySet()) {
            assertInstanceOf(Expression.Invalid.class, compile(wrong.getValue(), wrong.getKey()));
        }
        assertInstanceOf(Expression.Invalid.class, compile("before", ExpressionUse.TRANSFORMATION));
        assertInstanceOf(Expression.Compiled.class, compile("state.vip ? state : {}", ExpressionUse.TRANSFORMATION));
        Expression rule =
                ((Expression.Compiled) compile("before.coins < state.coins", ExpressionUse.RULE)).expression();
        assertEquals(
                "Value[json=true]",
                rule.evaluate(JsonFixtures.of("{'coins': 2}"), ADA, JsonFixtures.of("{'coins': 1}"), BOUNDS)
                        .toString());
    }

    /** Of every expression: it ends within a second, allocates less than 100 MB, and names what it exceeds. */
    @Test
    void hostileExpressionsEndSoonWithLittleMemory() {
        value("state");
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        for (String text : hostile()) {
            long start = System.nanoTime();
            long allocated = threads.getCurrentThreadAllocatedBytes();
            if (compile(text, ExpressionUse.COMPUTATION) instanceof Expression.Compiled compiled) {
                compiled.expression().evaluate(JsonFixtures.of(STATE), ADA, null, BOUNDS);
            }
            String name = text.substring(0, Math.min(80, text.length()));
            long megabytes = (threads.getCurrentThreadAllocatedBytes() - allocated) >> 20;
            assertTrue(megabytes < 100, name + " allocates " + megabytes + " MB");
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertTrue(millis < 5_000, name + " takes " + millis + " ms");
        }
    }

    private static List<String> hostile() {
        List<String> texts = new ArrayList<>(List.of(
                "(".repeat(40) + "coins" + " ?: 1)".repeat(40),
                "(".repeat(40) + "state.coins" + " == 1 ? 1 : 2)".repeat(40),
                "[1]" + ".map(x, [x, x])".repeat(60),
                "['ab']" + ".map(x, x + x)".repeat(60),
                "[[1]]" + ".map(x, x + x)".repeat(60),
                "[{}]" + ".map(x, {'a': x, 'b': x})".repeat(60),
                "[[1]]" + ".map(x, [x, x])".repeat(18) + " == [[1]]" + ".map(x, [x, x])".repeat(18),
                "['a']" + ".map(x, x.replace('', '" + "b".repeat(50) + "'))".repeat(10),
                "['a']" + ".map(x, [x, x, x, x, x, x, x, x].join(x + x))".repeat(20),
                "['ab']" + ".map(x, x + x)".repeat(18) + ".map(x, x.split(''))",
                "['aa']" + ".map(x, x + x)".repeat(17)
                        + ".map(x, [x.substring(0, 99999) + 'b'].map(p, [x.contains(p), x.indexOf(p),"
                        + " x.lastIndexOf(p)]))",
                "'a'.matches('((a{100}){100}){100}')",
                "['aaaaaaaa']" + ".map(x, x + x)".repeat(14) + ".map(x, x.matches('(a*)*(a|a)*(a?){20}a{20}!'))",
                "state" + ".?a".repeat(60),
                "[" + "state, ".repeat(2_000) + "1]",
                "[" + "state.history.exists(x, state.missing == x), ".repeat(300) + "1]",
                "1" + "+1".repeat(8_000),
                "true" + "&&true".repeat(2_500),
                "state" + ".a".repeat(5_000),
                "state" + "[0]".repeat(5_000),
                "\"" + "x".repeat(16_000),
                "'x'.matches('" + "(".repeat(120) + ")".repeat(120) + "')"));
        for (String opening : List.of("(", "[", "{", "!", "-", "-(", "a?", "[[", "{'a':", "f(", "a.b(", "'")) {
            texts.add(opening.repeat(145));
            texts.add(opening.repeat(5_000));
        }
        for (String macro : List.of("map", "all", "exists", "filter")) {
            texts.add(IntStream.range(0, 12)
                            .mapToObj(i -> "[1, 2, 3, 4, 5, 6, 7, 8, 9]." + macro + "(v" + i + ", ")
                            .reduce("", String::concat)
                    + (macro.equals("exists") ? "state.missing" : "true")
                    + ")".repeat(12));
        }
        return texts;
    }

    @Test
    void boundsAreReported() {
        assertTrue(failed("['ab']" + ".map(x, x + x)".repeat(60)).contains("more than 1048576 characters"));
        String nested = "[1, 2, 3, 4, 5, 6, 7, 8].all(a, ".repeat(7) + "true" + ")".repeat(7);
        assertTrue(failed(nested).contains("was stopped at 1:"), failed(nested));
        assertTrue(failed("[" + "state, ".repeat(2_000) + "1]").contains("more than 10000 values"));
        assertTrue(failed("[".repeat(40) + "]".repeat(40)).contains("deeper than 32 levels"));
        long[] cost = {0};
        compiled("state.coins + 1")
                .evaluate(JsonFixtures.of(STATE), ADA, null, BOUNDS.reportingTo(spent -> cost[0] += spent));
        assertEquals(5, cost[0]);
    }

    @Test
    void errorsAreOneSentenceOfBoundedLength() {
        String invalid = assertInstanceOf(
                        Expression.Invalid.class, compile("a".repeat(9_000), ExpressionUse.COMPUTATION))
                .reason();
        assertEquals(500, invalid.length());
        String failed = failed("state['" + "😀".repeat(5_000) + "']");
        assertTrue(failed.length() <= 500, failed);
        assertEquals(
                failed,
                new String(
                        failed.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        java.nio.charset.StandardCharsets.UTF_8));
        assertEquals("\ufffdx", ErrorText.bounded("\ud83dx"));
        assertEquals("x".repeat(498) + "…", ErrorText.bounded("x".repeat(498) + "😀yy"));
    }

    @Test
    void anExpressionIsUsedByManyThreadsAtOnce() {
        Expression expression = compiled("{'sum': sum(state.values), 'first': state.values[0]}");
        boolean allRight = IntStream.range(0, 400).parallel().allMatch(i -> {
            Expression.Evaluation evaluation =
                    expression.evaluate(JsonFixtures.of("{'values': [" + i + ", 1, 2]}"), ADA, null, BOUNDS);
            return evaluation instanceof Expression.Value value
                    && JsonValues.same(value.json(), JsonFixtures.of("{'sum': " + (i + 3) + ", 'first': " + i + "}"));
        });
        assertTrue(allRight);
    }

    private static Expression.Compilation compile(String text, ExpressionUse use) {
        return Expression.compile(text, use, 200);
    }

    private static Expression compiled(String text) {
        Expression.Compilation compilation = compile(text, ExpressionUse.COMPUTATION);
        return assertInstanceOf(Expression.Compiled.class, compilation, text + ": " + compilation)
                .expression();
    }

    private static JsonNode value(String text) {
        Expression.Evaluation evaluation = compiled(text).evaluate(JsonFixtures.of(STATE), ADA, null, BOUNDS);
        return assertInstanceOf(Expression.Value.class, evaluation, text + ": " + evaluation)
                .json();
    }

    private static String failed(String text) {
        Expression.Evaluation evaluation = compiled(text).evaluate(JsonFixtures.of(STATE), ADA, null, BOUNDS);
        return assertInstanceOf(Expression.Failed.class, evaluation, text + ": " + evaluation)
                .reason();
    }

    private static void assertSame(String expected, JsonNode actual) {
        JsonNode json = JsonFixtures.of("{'v': " + expected + "}").get("v");
        assertTrue(JsonValues.same(json, actual), () -> expected + " but " + actual);
    }
}
