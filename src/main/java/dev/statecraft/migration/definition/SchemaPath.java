package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.replication.state.Schemas.ConvertedState;
import dev.statecraft.replication.state.Schemas.NoDowngrade;
import dev.statecraft.replication.state.Schemas.StateConversion;
import java.util.List;
import java.util.Optional;

/**
 * Converts states between schema versions, upward and downward, while they are read.
 *
 * @param chain the migrations of the type in the order of application
 * @param bounds of each evaluation of an expression
 * @param validation whether rules are checked
 */
public record SchemaPath(SchemaChain chain, ExpressionBounds bounds, boolean validation) {

    /**
     * Upgrades a state to the latest schema version that can be reached here. Stops before the first migration that
     * fails or whose rules are violated.
     */
    public ConvertedState up(Subject entity, ObjectNode state) {
        String from = entity.schemaVersion();
        ConvertedState converted = new ConvertedState(from, state);
        for (Definition step : chain.after(from)) {
            Optional<ObjectNode> after = migrated(step, entity.at(converted.version()), converted.state());
            if (after.isEmpty()) {
                break;
            }
            converted = new ConvertedState(step.version().toString(), after.get());
        }
        return converted;
    }

    /**
     * Downgrades a state to a schema version: undoes the migrations applied after it. For a version that is no
     * migration of the type, undoes the migrations with a higher version.
     */
    public StateConversion down(Subject entity, SemanticVersion to, ObjectNode state) {
        String from = entity.schemaVersion();
        List<Definition> steps = chain.steps();
        int last = index(from);
        if (last < 0) {
            return new NoDowngrade("no registered migration has the version " + from);
        }
        int wanted = index(to.toString());
        ConvertedState converted = new ConvertedState(from, state);
        for (int i = last; i > wanted; i--) {
            Definition step = steps.get(i);
            if (wanted < 0 && step.version().compareTo(to) <= 0) {
                break;
            }
            Transformation down = step.down();
            if (down == null || down instanceof Transformation.Worked) {
                return new NoDowngrade(
                        "the migration " + step.version() + " has no down transformation that can run on reads");
            }
            Transformed back = down.apply(converted.state(), entity.at(converted.version()), bounds);
            if (back instanceof Transformed.Failed failed) {
                return new NoDowngrade(ErrorText.bounded(
                        "the down transformation of " + step.version() + " failed: " + failed.reason()));
            }
            converted = new ConvertedState(chain.before(step.version()), ((Transformed.Done) back).state());
        }
        return converted;
    }

    private int index(String version) {
        for (int i = 0; i < chain.steps().size(); i++) {
            if (chain.steps().get(i).version().toString().equals(version)) {
                return i;
            }
        }
        return -1;
    }

    private Optional<ObjectNode> migrated(Definition step, Subject entity, ObjectNode state) {
        return step.up().apply(state, entity, bounds) instanceof Transformed.Done done
                        && (!validation
                                || step.validation().stream()
                                        .allMatch(rule -> rule.violation(done.state(), entity, state, bounds)
                                                .isEmpty()))
                ? Optional.of(done.state())
                : Optional.empty();
    }
}
