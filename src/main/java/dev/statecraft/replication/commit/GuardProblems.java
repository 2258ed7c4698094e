package dev.statecraft.replication.commit;

import dev.statecraft.http.Problem;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.guard.Guard;

/** The problems of states that violate a rule. */
public final class GuardProblems {

    private GuardProblems() {}

    /** 422: a rule of a guard is violated. */
    public static Problem of(Rejection.GuardFailed failed) {
        Guard.Violation violation = failed.violation();
        return Problem.unprocessable(
                        "guard-failed",
                        "A guard rejected the update",
                        "The rule " + violation.rule() + " of the guard of " + violation.path()
                                + " does not hold. Nothing was changed.")
                .with("path", violation.path())
                .with("rule", violation.rule())
                .with("value", violation.value());
    }
}
