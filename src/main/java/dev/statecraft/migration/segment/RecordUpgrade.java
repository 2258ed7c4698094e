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
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.state.Entity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Upgrades the state of one record: applies all migrations that the state has not passed, up to that of the run, and
 * checks the rules of each.
 *
 * @param chain migrations of the type, with that of the run at the end
 * @param bounds limits for each evaluation of an expression
 * @param validation whether rules and invariants are checked
 */
public record RecordUpgrade(SchemaChain chain, ExpressionBounds bounds, boolean validation) {

    /**
     * Fraction digits of an amount. With the largest amount, sums of many records stay within the 38 digits of a
     * DynamoDB number.
     */
    private static final int SCALE = 12;

    private static final BigDecimal LARGEST = BigDecimal.TEN.pow(18);

    /** Result of an upgrade. Variants are listed in order of precedence. */
    public sealed interface Outcome {}

    /** The state has passed all migrations before. */
    public record Current() implements Outcome {}

    /** The record was written after a game server leased it. */
    public record WrittenSince() implements Outcome {}

    /** The state cannot be migrated, with the reason. */
    public record Failed(String reason) implements Outcome {

        /** Bounds the reason. */
        public Failed {
            reason = ErrorText.bounded(reason);
        }
    }

    /**
     * The migrated state.
     *
     * @param sums amounts that the record adds to the sums
     */
    public record Upgraded(ObjectNode state, InvariantSums sums) implements Outcome {}

    /** The rejection of a record that is not written. */
    static Rejection rejection(Outcome outcome) {
        if (outcome instanceof Failed failed) {
            return new Rejection.Invalid("state", failed.reason());
        }
        return outcome instanceof Current ? new Rejection.Exists() : new Rejection.Stale();
    }

    /** Upgrades the state of an entity. The entity itself is not changed. */
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
     * The first violated rule of a migration that an entity has passed, or nothing. Rules that read the state before
     * the migration are only checked when the entity is migrated.
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
        return new Upgraded(after, new InvariantSums(sumsBefore, sumsAfter));
    }
}
