package dev.statecraft.testing.workload;

import dev.statecraft.http.ProblemException;
import dev.statecraft.table.ContentionException;
import dev.statecraft.testing.simulation.CallOutcome;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Simulation;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;

/** Requests of callers that give up, repeat and accept no failure that is not one of the infrastructure. */
public final class Requests {

    private static final int ATTEMPTS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration SHORT_PATIENCE = Duration.ofMillis(40);

    private Requests() {}

    /**
     * The answer of a request.
     *
     * @param alone whether the first attempt was answered; otherwise an earlier attempt may still take effect, unless this
     *     answer says that it has
     */
    public record Reply<R>(R answer, boolean alone) {}

    /** As {@link #replied}, without the number of attempts. */
    public static <S, R> Optional<R> repeated(
            Simulation simulation, Fleet<S> fleet, String what, Function<S, R> request) {
        return replied(simulation, fleet, what, request).map(Reply::answer);
    }

    /**
     * Sends a request until it is answered, at most four times. A caller sometimes gives up early, and its first attempt
     * then goes on beside the next one.
     *
     * @return the answer; empty if the outcome is unknown
     */
    public static <S, R> Optional<Reply<R>> replied(
            Simulation simulation, Fleet<S> fleet, String what, Function<S, R> request) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<R> answer = once(simulation, fleet, what, request);
            if (answer.isPresent()) {
                return Optional.of(new Reply<>(answer.get(), attempt == 0));
            }
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(300)));
        }
        return Optional.empty();
    }

    /** Sends a request once; empty if the outcome is unknown. */
    public static <S, R> Optional<R> once(Simulation simulation, Fleet<S> fleet, String what, Function<S, R> request) {
        boolean hasty = !simulation.isCalm()
                && simulation.random().nextDouble() < simulation.chances().lost();
        if (hasty) {
            simulation.coverage().count("caller gave up");
        }
        CallOutcome<R> outcome = fleet.call(what, hasty ? SHORT_PATIENCE : PATIENCE, request);
        if (outcome instanceof CallOutcome.Answered<R> answered) {
            return Optional.of(answered.answer());
        }
        if (outcome instanceof CallOutcome.Failed<R> failed && !isExpected(failed.cause())) {
            throw new AssertionError(what + " failed with " + failed.cause(), failed.cause());
        }
        return Optional.empty();
    }

    /** Whether a request may fail so: the database failed, others were faster, or the caller should try again. */
    static boolean isExpected(RuntimeException failure) {
        return failure instanceof SdkException
                || failure instanceof ContentionException
                || (failure instanceof ProblemException problem && isRetryable(problem));
    }

    private static boolean isRetryable(ProblemException problem) {
        int status = problem.problem().status();
        return status == 409 || status == 429 || status == 503;
    }
}
