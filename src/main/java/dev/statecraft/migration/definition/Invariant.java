package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.expression.Expression;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import java.math.BigDecimal;

/**
 * A sum over all records that a migration must not change, such as the sum of all coins.
 *
 * @param expression the amount that a record adds; an absent value is 0
 * @param tolerance maximum difference of the sums before and after
 */
public record Invariant(Expression expression, BigDecimal tolerance) {

    /** The amount of one record. Variants are listed in order of precedence. */
    public sealed interface Share {}

    /** The amount cannot be computed. */
    public record Unknown(String reason) implements Share {

        /** Bounds the reason. */
        public Unknown {
            reason = ErrorText.bounded(reason);
        }
    }

    /** The amount. */
    public record Amount(BigDecimal value) implements Share {}

    /** Computes the amount that a record adds to the sum. */
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

    /** Whether two sums differ by at most the tolerance. */
    public boolean holds(BigDecimal before, BigDecimal after) {
        return before.subtract(after).abs().compareTo(tolerance) <= 0;
    }
}
