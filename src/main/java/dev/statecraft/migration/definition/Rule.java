package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.expression.Expression;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A condition that every migrated record must satisfy.
 *
 * @param expression returns {@code true} for a valid record
 * @param message the error message for an invalid record
 */
public record Rule(Expression expression, String message) {

    /**
     * The violation of the rule; empty if the rule is satisfied. A rule that cannot be evaluated is violated.
     *
     * @param before the state before the migration; null if unknown, then a rule that reads it is satisfied
     */
    public Optional<String> violation(
            ObjectNode state, Subject subject, @Nullable ObjectNode before, ExpressionBounds bounds) {
        if (before == null && expression.readsBefore()) {
            return Optional.empty();
        }
        Expression.Evaluation evaluation = expression.evaluate(state, subject, before, bounds);
        if (evaluation instanceof Expression.Failed failed) {
            return Optional.of(ErrorText.bounded(message + " (" + failed.reason() + ")"));
        }
        JsonNode json = ((Expression.Value) evaluation).json();
        return json != null && json.isBoolean() && json.booleanValue()
                ? Optional.empty()
                : Optional.of(ErrorText.bounded(message));
    }
}
