package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.expression.Expression;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import java.math.BigDecimal;

/**
 * A sum over all records that a migration is not to change, such as of all coins.
 *
 * @param expression gives the number that a record adds; nothing counts as 0
 * @param tolerance how far the sums before and after may lie apart
 */
public record Invariant(Expression expression, BigDecimal tolerance) {

    /** What a record adds to the sum; in order of precedence. */
    public sealed interface Share {}

    /** It cannot be told; why. */
    public record Unknown(String reason) implements Share {

        /** Bounds the reason. */
        public Unknown {
            reason = ErrorText.bounded(reason);
        }
    }

    /** So much. */
    public record Amount(BigDecimal value) implements Share {}

    /** What a record adds to the sum. */
    public Share of(ObjectNode state, Subject subject, ExpressionBounds bounds) {
        Expression.Evaluation evaluation = expression.evaluate(state, subject, null, bounds);
        if (evaluation instanceof Expression.Failed failed) {
            return new Unknown(failed.reason());
        }
        JsonNode json = ((Expression.Value) evaluation).json();
        if (json == null) {
            return new Amount(BigDecimal.ZERO);
        }
        return json.isNumber()
                ? new Amount(json.decimalValue())
                : new Unknown("the expression of an invariant gives no number: " + expression);
    }

    /** Whether two sums are the same as far as it matters. */
    public boolean holds(BigDecimal before, BigDecimal after) {
        return before.subtract(after).abs().compareTo(tolerance) <= 0;
    }
}
