package dev.statecraft.testing.simulation;

/** What the caller of a simulated instance learns. */
public sealed interface CallOutcome<R> {

    /** The instance answered. */
    record Answered<R>(R answer) implements CallOutcome<R> {}

    /** The instance failed the request; it may have taken effect. */
    record Failed<R>(RuntimeException cause) implements CallOutcome<R> {}

    /** No answer came: the instance died, or the caller gave up. The request may still take effect. */
    record Lost<R>() implements CallOutcome<R> {}
}
