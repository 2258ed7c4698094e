package dev.statecraft.replication.commit;

import dev.statecraft.http.Problem;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.SchemaViolation;
import java.util.Optional;

/** The problems of states that violate a rule. */
public final class GuardProblems {

    private GuardProblems() {}

    /** 422: a rule of a guard or a schema is violated; empty for other rejections. */
    public static Optional<Problem> of(Rejection rejection) {
        if (rejection instanceof Rejection.GuardFailed failed) {
            return Optional.of(of(failed));
        }
        return rejection instanceof Rejection.SchemaViolated violated ? Optional.of(of(violated)) : Optional.empty();
    }

    private static Problem of(Rejection.GuardFailed failed) {
        Guard.Violation violation = failed.violation();
        return Problem.unprocessable("guard-failed", "A guard rejected the update", sentence(violation.reason()))
                .with("path", violation.path())
                .with("rule", violation.rule())
                .with("value", violation.value());
    }

    private static Problem of(Rejection.SchemaViolated violated) {
        SchemaViolation violation = violated.violation();
        return Problem.unprocessable(
                        "schema-violated", "The state violates the schema of its type", sentence(violation.reason()))
                .with("path", violation.path())
                .with("rule", violation.rule());
    }

    private static String sentence(String reason) {
        return Character.toUpperCase(reason.charAt(0)) + reason.substring(1) + ". Nothing was changed.";
    }
}
