package dev.statecraft.http;

/** Ends a request with a problem. For resources and filters only: services return their outcomes as values. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** Costs no stack trace: it is an answer, not a fault. */
    public ProblemException(Problem problem) {
        super(problem.title(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
