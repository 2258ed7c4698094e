package dev.statecraft.migration.expression;

import java.util.function.LongConsumer;

/**
 * The resources that one evaluation of an expression may use.
 *
 * @param cost largest cost: evaluated nodes, elements and 16 characters each of the values that the evaluation handles
 * @param iterations most iterations of all comprehensions together
 * @param valueLength most characters and values of one value; a value that occurs in it twice counts twice
 * @param spent is called with the cost of each evaluation
 */
public record ExpressionBounds(long cost, long iterations, int valueLength, LongConsumer spent) {

    /** These bounds with another receiver of costs. */
    public ExpressionBounds reportingTo(LongConsumer receiver) {
        return new ExpressionBounds(cost, iterations, valueLength, receiver);
    }
}
