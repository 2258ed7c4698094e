package dev.statecraft.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.JsonValues;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExpressionTest {

    static final Expression.Bounds BOUNDS = new Expression.Bounds(2_000, 400, 1_000_000, 1 << 20);

    @Test
    void statesAreReadAndMade() {
        String state = "{'coins': 5, 'items': ['a'], 'none': [], 'null': null, 'big': 9007199254740991, 'half': 0.5}";
        assertSame(state, value("$", state));
        assertSame(
                "{'total': 7.5, 'list': ['a'], 'none': []}",
                value("{'total': coins + 2.5, 'list': items, 'none': none}", state));
        assertSame(
                "{'coins': 10, 'items': ['a'], 'none': [], 'null': null, 'big': 9007199254740991, 'half': 0.5}",
                value("$merge([$, {'coins': coins * 2}])", state));
        assertSame("{'v': 'aXc'}", value("{'v': $replace('abc', 'b', 'X')}", state));
        assertSame("{'v': '0005'}", value("{'v': $pad($string(coins), -4, '0')}", state));
        assertNull(value("missing.field", state));
    }

    @Test
    void whatIsNoExpressionIsToldApart() {
        for (String text : List.of("", "a +", "(", "{'a':}", "$now()", "$random()", "$eval('1')", "a[", "function(")) {
            assertInstanceOf(Expression.Invalid.class, Expression.compile(text), text);
        }
    }

    @Test
    void whatNeverEndsIsEnded() {
        failed("($f := function($n) { $f($n + 1) }; $f(0))");
        failed("($f := function($n) { 1 + $f($n + 1) }; $f(0))");
        failed("$map([1..1000], function($a) { $map([1..1000], function($b) { $b }) })");
        assertTrue(failed("$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a+)+$/)")
                .contains("regular expression"));
    }

    @Test
    void whatExplodesInSizeIsEnded() {
        failed("$pad('', 2000000000)");
        failed("$replace($pad('', 100000, 'a'), 'a', $pad('', 100000, 'b'))");
        failed("($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f('ab', 60))");
        failed("($f := function($l, $n) { $n = 0 ? $l : $f([$l, $l], $n - 1) }; $f([1], 60))");
        failed("($f := function($o, $n) { $n = 0 ? $o : $f({'a': $o, 'b': $o}, $n - 1) }; $string($f({}, 60)))");
        failed("[1..1000000]");
        failed("($a := 'now'; $lookup({'x': $random}, 'x')())");
    }

    @Test
    void whatIsNotJsonIsNotAResult() {
        assertTrue(failed("function($x) { $x }").contains("function"));
        assertTrue(failed("{'f': $sum}").contains("function"));
        failed("1/0");
        failed("$power(2, 60)");
        assertEquals("boom", failed("$error('boom')"));
    }

    @Test
    void anExpressionIsUsedByManyThreadsAtOnce() {
        Expression expression = compiled("{'sum': $sum(values), 'first': values[0]}");
        boolean allRight = java.util.stream.IntStream.range(0, 400).parallel().allMatch(i -> {
            Expression.Evaluation evaluation = expression.evaluate(Json.of("{'values': [" + i + ", 1, 2]}"), BOUNDS);
            return evaluation instanceof Expression.Value value
                    && JsonValues.same(value.json(), Json.of("{'sum': " + (i + 3) + ", 'first': " + i + "}"));
        });
        assertTrue(allRight);
    }

    static Expression compiled(String text) {
        return ((Expression.Compiled) Expression.compile(text)).expression();
    }

    private static JsonNode value(String text, String state) {
        Expression.Evaluation evaluation = compiled(text).evaluate(Json.of(state), BOUNDS);
        return assertInstanceOf(Expression.Value.class, evaluation, text + ": " + evaluation)
                .json();
    }

    private static String failed(String text) {
        Expression.Evaluation evaluation = compiled(text).evaluate(Json.of("{}"), BOUNDS);
        String reason =
                assertInstanceOf(Expression.Failed.class, evaluation, text).reason();
        return reason;
    }

    private static void assertSame(String expected, JsonNode actual) {
        assertTrue(JsonValues.same(Json.of(expected), actual), () -> expected + " but " + actual);
    }
}
