package dev.statecraft.migration.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * An expression in CEL, the Common Expression Language (cel.dev). It is parsed and type-checked when it is compiled;
 * its evaluation always ends, uses bounded time and memory, and returns the same result for the same record.
 *
 * <p>Variables: {@code state}, the state that is migrated; {@code entity}, see {@link Subject}; in validation rules
 * also {@code before}, the state as it was before the migration. Functions: those of CEL without times, durations,
 * bytes and unsigned integers, its extensions for strings, mathematics, optional values and two-variable
 * comprehensions, and {@code merge}, {@code without}, {@code sum}, {@code min}, {@code max}.
 *
 * <p>JSON has one type of numbers: a number without fraction is an {@code int}, another one a {@code double}, and all
 * operators and functions take both. Arithmetic of two integers gives an integer, so {@code 7 / 2} is 3.
 */
public final class Expression {

    private final String text;
    private final ExpressionProgram program;

    private Expression(String text, ExpressionProgram program) {
        this.text = text;
        this.program = program;
    }

    /** Result of compiling an expression. Variants are listed in order of precedence. */
    public sealed interface Compilation {}

    /** The text is not a valid expression for this use; {@code reason} names the position as {@code line:column}. */
    public record Invalid(String reason) implements Compilation {}

    /** The text was compiled. */
    public record Compiled(Expression expression) implements Compilation {}

    /** Result of an evaluation. Variants are listed in order of precedence. */
    public sealed interface Evaluation {}

    /** The evaluation failed or exceeded its bounds; {@code reason} names the position as {@code line:column}. */
    public record Failed(String reason) implements Evaluation {

        /** Bounds the reason. */
        public Failed {
            reason = ErrorText.bounded(reason);
        }
    }

    /** The result; null for an absent optional, which is not the same as JSON's null. */
    public record Value(@Nullable JsonNode json) implements Evaluation {}

    /**
     * Compiles an expression.
     *
     * @param maxDepth maximum nesting depth of operators and calls
     */
    public static Compilation compile(String text, ExpressionUse use, int maxDepth) {
        try {
            return new Compiled(new Expression(text, ExpressionLanguage.compile(text, use, maxDepth)));
        } catch (ExpressionSyntax.Invalid e) {
            return new Invalid(ErrorText.bounded(e.reason()));
        } catch (StackOverflowError e) {
            return new Invalid("The expression is nested too deep.");
        }
    }

    /**
     * Evaluates the expression. The arguments are not modified.
     *
     * @param before the state before the migration; null unless the use is {@link ExpressionUse#RULE}
     */
    public Evaluation evaluate(
            ObjectNode state, Subject subject, @Nullable ObjectNode before, ExpressionBounds bounds) {
        ExpressionMeter meter = new ExpressionMeter(bounds);
        ExpressionEvaluation evaluation = new ExpressionEvaluation(
                new ExpressionFunctions(meter), meter, ExpressionJson.variables(state, subject, before));
        try {
            return new Value(ExpressionJson.toJson(evaluation.of(program.expr()), meter));
        } catch (ExpressionFailure e) {
            return new Failed("the expression failed" + program.place(e.node()) + ": " + e.reason());
        } catch (ExpressionMeter.Exceeded e) {
            return new Failed("the expression was stopped" + program.place(evaluation.node()) + ": " + e.reason());
        } catch (StackOverflowError e) {
            return new Failed(
                    "the expression was stopped" + program.place(evaluation.node()) + ": the nesting is too deep");
        } finally {
            bounds.spent().accept(meter.cost());
        }
    }

    /** Whether the expression reads the state before the migration. */
    public boolean readsBefore() {
        return program.readsBefore();
    }

    /** The source text as a JSON string. */
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
