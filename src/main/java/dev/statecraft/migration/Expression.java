package dev.statecraft.migration;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An expression in JSONata, the query and transformation language for JSON (jsonata.org), that always ends and always
 * gives the same for the same input. So it does without what a bound cannot be put on or what differs from call to call:
 * no regular expressions, and none of {@link #REFUSED}. Numbers are doubles, as in JavaScript.
 */
public final class Expression {

    /** Functions that are not there. */
    static final Set<String> REFUSED = Set.of("eval", "now", "millis", "random", "shuffle");

    private static final Pattern REFUSED_NAME = Pattern.compile("\\$(" + String.join("|", REFUSED) + ")\\s*\\(");

    private final String text;
    private final Jsonata compiled;

    private Expression(String text, Jsonata compiled) {
        this.text = text;
        this.compiled = compiled;
    }

    /**
     * What an evaluation may use up.
     *
     * @param millis time; looked at between two steps
     * @param depth how deep steps are nested; every call of a function that is not in tail position adds a few
     * @param work steps, and the values that they give counted in
     * @param length of a text, or of a list
     */
    public record Bounds(long millis, int depth, long work, int length) {}

    /** What reading an expression gives; in order of precedence. */
    public sealed interface Compilation {}

    /** It is not an expression, or uses what is not there. */
    public record Invalid(String reason) implements Compilation {}

    /** The expression. */
    public record Compiled(Expression expression) implements Compilation {}

    /** What an evaluation gives; in order of precedence. */
    public sealed interface Evaluation {}

    /** It could not be evaluated, or went beyond its bounds. */
    public record Failed(String reason) implements Evaluation {}

    /** The result, null for nothing, which is not the same as JSON's null. */
    public record Value(@Nullable JsonNode json) implements Evaluation {}

    /** Reads an expression. */
    public static Compilation compile(String text) {
        var refused = REFUSED_NAME.matcher(text);
        if (refused.find()) {
            return new Invalid("There is no function $" + refused.group(1)
                    + " here: an expression has to give the same result for the same record every time.");
        }
        try {
            Jsonata compiled = Jsonata.jsonata(text);
            List<Exception> errors = compiled.getErrors();
            return errors == null || errors.isEmpty()
                    ? new Compiled(new Expression(text, compiled))
                    : new Invalid(sentence(errors.get(0)));
        } catch (JException e) {
            return new Invalid(sentence(e) + (e.getLocation() < 0 ? "" : " (at character " + e.getLocation() + ")"));
        } catch (RuntimeException | StackOverflowError e) {
            // The parser fails in ways of its own on some texts that are no expressions.
            return new Invalid("This is not a JSONata expression.");
        }
    }

    /** Evaluates the expression; the input is not changed. */
    public Evaluation evaluate(JsonNode input, Bounds bounds) {
        ExpressionWatch watch = new ExpressionWatch(bounds);
        try {
            Jsonata.Frame frame = compiled.createFrame();
            frame.setEvaluateEntryCallback((symbol, in, environment) -> watch.enter());
            frame.setEvaluateExitCallback((symbol, in, environment, result) -> watch.leave(result));
            replaceFunctions(frame, watch);
            return new Value(ExpressionJson.toJson(compiled.evaluate(ExpressionJson.toJava(input), frame), watch));
        } catch (ExpressionWatch.Exceeded e) {
            return new Failed(e.reason());
        } catch (StackOverflowError e) {
            return new Failed("the expression is nested too deep");
        } catch (RuntimeException e) {
            ExpressionWatch.Exceeded exceeded = cause(e);
            return new Failed(exceeded == null ? sentence(e) : exceeded.reason());
        }
    }

    /** Functions that make something long from something short are asked for its length first. */
    private static void replaceFunctions(Jsonata.Frame frame, ExpressionWatch watch) {
        frame.bind(
                "pad",
                new Jsonata.JFunction(
                        (input, arguments) -> {
                            Number width = (Number) arguments.get(1);
                            watch.expectLength(Math.abs(width.doubleValue()));
                            return Functions.pad((String) arguments.get(0), width, (String) argument(arguments, 2));
                        },
                        "<s-ns?:s>"));
        frame.bind(
                "replace",
                new Jsonata.JFunction(
                        (input, arguments) -> {
                            if (arguments.get(0) instanceof String text && arguments.get(2) instanceof String by) {
                                watch.expectLength((text.length() + 1.0) * Math.max(1, by.length()));
                            }
                            Number limit = (Number) argument(arguments, 3);
                            return Functions.replace(
                                    (String) arguments.get(0),
                                    arguments.get(1),
                                    arguments.get(2),
                                    limit == null ? null : limit.intValue());
                        },
                        "<s-(sf)(sf)n?:s>"));
        REFUSED.forEach(name -> frame.bind(
                name,
                new Jsonata.JFunction(
                        (input, arguments) -> {
                            throw new ExpressionWatch.Exceeded("there is no function $" + name + " here");
                        },
                        "<x?x?:x>")));
    }

    private static @Nullable Object argument(List<?> arguments, int index) {
        return index < arguments.size() ? arguments.get(index) : null;
    }

    private static ExpressionWatch.@Nullable Exceeded cause(Throwable thrown) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at instanceof ExpressionWatch.Exceeded exceeded) {
                return exceeded;
            }
        }
        return null;
    }

    private static String sentence(Throwable thrown) {
        String message = thrown instanceof JException ? thrown.getMessage() : null;
        return message == null ? "the expression cannot be evaluated on this input" : message;
    }

    /** As it was written, as JSON text. */
    JsonNode toJson() {
        return JsonNodeFactory.instance.textNode(text);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Expression expression && text.equals(expression.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
