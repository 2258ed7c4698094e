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
 * What has to hold of every migrated record.
 *
 * @param expression gives {@code true} for a record that is as it should be
 * @param message what is said of one that is not
 */
public record Rule(Expression expression, String message) {

    /**
     * What is wrong with a state; nothing if the rule holds. A rule that cannot be evaluated does not hold.
     *
     * @param before the state before the migration; null if it is not known, then a rule that reads it holds
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
