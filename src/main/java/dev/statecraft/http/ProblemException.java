package dev.statecraft.http;

/** Ends a request with a problem. Resources and filters throw it; services return their results as values. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** An exception without a stack trace, because it is a response and not a fault. */
    public ProblemException(Problem problem) {
        super(problem.title(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
