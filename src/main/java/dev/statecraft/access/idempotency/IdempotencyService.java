package dev.statecraft.access.idempotency;

import dev.statecraft.access.AccessConfig;
import dev.statecraft.access.idempotency.IdempotencyStore.Answer;
import dev.statecraft.access.idempotency.IdempotencyStore.Attempt;
import dev.statecraft.access.idempotency.IdempotencyStore.Claim;
import dev.statecraft.access.idempotency.IdempotencyStore.Request;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Processes a request with an {@code Idempotency-Key} once and stores its response for {@code idempotency-retention}.
 * It is for requests that a second attempt does not apply twice: a board or migration that already exists with the same
 * content, a resolved conflict, a key whose id is derived from the seed. If an instance fails between the effect and
 * the stored response, the next attempt processes the request again and returns its response.
 */
@ApplicationScoped
public class IdempotencyService {

    /** The request header with the idempotency key. */
    static final String HEADER = "Idempotency-Key";

    /** Longer than the timeout of every function behind the API, so that two attempts of a request do not overlap. */
    static final Duration LEASE = Duration.ofSeconds(31);

    /** Number of reads that wait for the response of an identical request: about one second in total. */
    private static final int READS = 7;

    private static final long FIRST_WAIT_MILLIS = 15;
    private static final int RANDOM_BYTES = 16;

    private final IdempotencyStore store;
    private final AccessConfig config;
    private final Clock clock;
    private final Backoff backoff;
    private final RandomGenerator random;

    public IdempotencyService(
            IdempotencyStore store, AccessConfig config, Clock clock, Backoff backoff, RandomGenerator random) {
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.backoff = backoff;
        this.random = random;
    }

    /**
     * Starts an attempt of a request, or returns the stored response. Waits about one second for the response of an
     * identical request that is being processed.
     *
     * @return {@link IdempotencyStore.Claimed} or {@link IdempotencyStore.Answered}
     * @throws ProblemException 422 if the key was used with another body, 503 if an identical request is still being
     *     processed
     */
    Claim start(Request request) {
        for (int read = 0; read < READS; read++) {
            backoff.pauseBefore(read, FIRST_WAIT_MILLIS);
            Claim claim = store.claim(
                    request,
                    new Attempt(randomText(), randomText(), clock.instant(), false),
                    clock.instant(),
                    LEASE,
                    config.idempotencyRetention());
            if (claim instanceof IdempotencyStore.Reused) {
                throw new ProblemException(Problem.idReused(HEADER));
            }
            if (!(claim instanceof IdempotencyStore.Running)) {
                return claim;
            }
        }
        throw new ProblemException(Problem.unavailable(1));
    }

    /** Stores the response of an attempt. */
    void complete(Request request, Attempt attempt, Answer answer) {
        store.answer(request, attempt, answer);
    }

    /** Ends a failed attempt. A rejected request changed nothing, so its idempotency key is released. */
    void fail(Request request, Attempt attempt, boolean rejected) {
        if (rejected) {
            store.release(request, attempt, clock.instant());
        } else {
            store.abandon(request, attempt);
        }
    }

    private String randomText() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
