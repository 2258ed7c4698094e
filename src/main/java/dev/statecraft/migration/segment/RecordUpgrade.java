package dev.statecraft.migration.segment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.Invariant;
import dev.statecraft.migration.definition.SchemaChain;
import dev.statecraft.migration.definition.Transformed;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.migration.run.InvariantSums;
import dev.statecraft.replication.state.Entity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run makes of one state: it is passed through all migrations that it has yet to go through, up to the run's own,
 * and has to satisfy the rules of each.
 *
 * @param chain the migrations of the type, the run's own at the end
 * @param bounds of each evaluation of an expression
 * @param validation whether rules and invariants are looked at
 */
public record RecordUpgrade(SchemaChain chain, ExpressionBounds bounds, boolean validation) {

    /** Fraction digits of a sum, and the largest amount: sums of many stay within the 38 digits that are stored. */
    private static final int SCALE = 12;

    private static final BigDecimal LARGEST = BigDecimal.TEN.pow(18);

    /** What a state becomes; in order of precedence. */
    public sealed interface Outcome {}

    /** It went through all of them before. */
    public record Current() implements Outcome {}

    /** Somebody has written it since it was handed to who migrates it. */
    public record Overtaken() implements Outcome {}

    /** It cannot be migrated; why. */
    public record Failed(String reason) implements Outcome {

        /** Bounds the reason. */
        public Failed {
            reason = ErrorText.bounded(reason);
        }
    }

    /**
     * The state as it is to be.
     *
     * @param sums what the state adds to the sums
     */
    public record Raised(ObjectNode state, InvariantSums sums) implements Outcome {}

    /** What becomes of an entity's state, which is not changed. */
    public Outcome of(Entity entity) {
        List<Definition> path = chain.after(entity.schemaVersion());
        if (path.isEmpty()) {
            return new Current();
        }
        ObjectNode state = entity.json();
        ObjectNode last = state;
        Subject subject = Subject.of(entity);
        Subject lastSubject = subject;
        for (Definition step : path) {
            last = state;
            lastSubject = subject;
            Transformed transformed = step.up().apply(state, subject, bounds);
            if (transformed instanceof Transformed.Failed failed) {
                return new Failed(failed.reason());
            }
            state = ((Transformed.Done) transformed).state();
            Optional<String> violation = violation(step, state, subject, last);
            if (violation.isPresent()) {
                return new Failed(violation.get());
            }
            subject = subject.at(step.version().toString());
        }
        return summed(path.get(path.size() - 1), lastSubject, last, state);
    }

    /**
     * What is wrong with an entity that went through a migration; nothing if all its rules hold. Rules that read the state
     * before the migration were checked when it was migrated.
     */
    public Optional<String> violation(Definition step, Entity migrated) {
        return violation(step, migrated.json(), Subject.of(migrated), null);
    }

    private Optional<String> violation(
            Definition step, ObjectNode state, Subject subject, @Nullable ObjectNode before) {
        return validation
                ? step.validation().stream()
                        .flatMap(rule -> rule.violation(state, subject, before, bounds).stream())
                        .findFirst()
                : Optional.empty();
    }

    private Outcome summed(Definition step, Subject subject, ObjectNode before, ObjectNode after) {
        List<BigDecimal> sumsBefore = new ArrayList<>();
        List<BigDecimal> sumsAfter = new ArrayList<>();
        for (Invariant invariant : validation ? step.invariants() : List.<Invariant>of()) {
            for (ObjectNode state : List.of(before, after)) {
                Invariant.Share share = invariant.of(state, subject, bounds);
                if (share instanceof Invariant.Unknown unknown) {
                    return new Failed(unknown.reason());
                }
                BigDecimal amount = ((Invariant.Amount) share).value();
                if (amount.abs().compareTo(LARGEST) > 0) {
                    return new Failed(
                            "the expression of an invariant gives too large a number: " + invariant.expression());
                }
                (sumsBefore.size() > sumsAfter.size() ? sumsAfter : sumsBefore)
                        .add(amount.setScale(Math.min(SCALE, Math.max(0, amount.scale())), RoundingMode.HALF_EVEN));
            }
        }
        return new Raised(after, new InvariantSums(sumsBefore, sumsAfter));
    }
}
