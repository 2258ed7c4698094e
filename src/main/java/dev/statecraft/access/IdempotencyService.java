package dev.statecraft.access;

import dev.statecraft.access.IdempotencyStore.Answer;
import dev.statecraft.access.IdempotencyStore.Attempt;
import dev.statecraft.access.IdempotencyStore.Claim;
import dev.statecraft.access.IdempotencyStore.Request;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Runs a request with an {@code Idempotency-Key} once and keeps its answer for {@code idempotency-retention}. It is for
 * requests whose effect a second run does not repeat: a board or migration that exists with the same content, a conflict
 * that is decided, a key whose id follows from the seed. So an effect is made once even where an instance dies between
 * the effect and the answer; the next attempt then runs the request again and gets the answer.
 */
@ApplicationScoped
public class IdempotencyService {

    /** The request header with the idempotency key. */
    static final String HEADER = "Idempotency-Key";

    /** Longer than any function behind the API may run, so that no two runs of a request overlap. */
    static final Duration LEASE = Duration.ofSeconds(31);

    /** How often an identical request looks for the answer of the one that runs: about a second in all. */
    private static final int LOOKS = 7;

    private static final long FIRST_LOOK_MILLIS = 15;
    private static final int RANDOM_BYTES = 16;

    private final IdempotencyStore store;
    private final AccessConfig config;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    IdempotencyService(IdempotencyStore store, AccessConfig config, Clock clock) {
        this.store = store;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Begins a run of a request, or finds its answer. Waits about a second for the answer of an identical request that
     * runs.
     *
     * @return {@link IdempotencyStore.Claimed} or {@link IdempotencyStore.Answered}
     * @throws ProblemException 422 if the key was used with another body, 503 if an identical request still runs
     */
    Claim begin(Request request) {
        for (int look = 0; look < LOOKS; look++) {
            Backoff.pauseBefore(look, FIRST_LOOK_MILLIS);
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

    /** Keeps the answer of a run. */
    void end(Request request, Attempt attempt, Answer answer) {
        store.answer(request, attempt, answer);
    }

    /** Ends a run that failed; where it was refused it changed nothing, and the key is free again. */
    void fail(Request request, Attempt attempt, boolean refused) {
        if (refused) {
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
