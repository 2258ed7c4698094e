package dev.statecraft.access.limit;

import dev.statecraft.access.AccessConfig;
import dev.statecraft.access.Caller;
import dev.statecraft.access.PlayerTokenClaims;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.runtime.Threads;
import dev.statecraft.table.TransientFailure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Enforces the rate limit of each API key and each player: a token bucket in DynamoDB, shared by all instances. An
 * instance takes several tokens at a time and uses them from memory. It takes more at a time if it uses them fast, so a
 * busy instance writes about twice per second regardless of its request rate. After an empty bucket, the instance
 * rejects requests without a read until tokens are available; this time grows if other instances took the tokens first.
 */
@ApplicationScoped
public class RateLimitService {

    private static final Logger LOG = Logger.getLogger(RateLimitService.class);

    private static final int MAX_LEASES = 10_000;
    private static final int FIRST_LEASE = 5;

    /** An empty bucket is not read again before it has refilled the tokens of 1/20 s. */
    private static final int PARTS_PER_SECOND = 20;

    private static final long MAX_CLOSED_MICROS = 500_000;

    /** The lease doubles if its tokens were used up in less time. */
    private static final long FAST_MICROS = 500_000;

    private final LimitStore store;
    private final AccessConfig.Limits config;
    private final Clock clock;
    private final Threads threads;
    private final Map<String, Lease> leases = new ConcurrentHashMap<>();

    public RateLimitService(LimitStore store, AccessConfig config, Clock clock, Threads threads) {
        this.store = store;
        this.config = config.limits();
        this.clock = clock;
        this.threads = threads;
    }

    /** The tokens that this instance took from a bucket; guarded by its lock. */
    private static final class Lease {
        private final Lock lock;
        private int left;
        private int size = FIRST_LEASE;
        private int misses;
        private Instant takenAt = Instant.EPOCH;
        private Instant closedUntil = Instant.EPOCH;

        Lease(Lock lock) {
            this.lock = lock;
        }
    }

    private record Holder(String game, String name, TokenBucket bucket) {

        String text() {
            return game + '#' + name;
        }
    }

    /** Whether requests of a caller have no rate limit. */
    public boolean isUnlimited(Caller caller) {
        return holder(caller) == null;
    }

    /**
     * Takes one token of a caller for a request. Cost: 1 or 2 WCU if this instance needs new tokens, otherwise none.
     *
     * @throws ProblemException 429 with the seconds to wait if the caller's tokens are used up
     */
    public void acquire(Caller caller) {
        Holder holder = holder(caller);
        if (holder == null) {
            return;
        }
        if (leases.size() > MAX_LEASES) {
            leases.clear();
        }
        Lease lease = leases.computeIfAbsent(holder.text(), name -> new Lease(threads.newLock()));
        lease.lock.lock();
        try {
            if (!use(lease, clock.instant())) {
                take(holder, lease);
                use(lease, clock.instant());
            }
        } finally {
            lease.lock.unlock();
        }
    }

    /**
     * Takes one token of a player for another second in which a request waits for changes, so the rate of the player
     * also limits its number of waiting requests. Servers pay no token.
     *
     * @return false if the tokens are used up; the request should respond without waiting
     */
    public boolean acquireWaiting(Caller caller) {
        if (caller.pass() == null) {
            return true;
        }
        try {
            acquire(caller);
            return true;
        } catch (ProblemException e) {
            return false;
        }
    }

    private boolean use(Lease lease, Instant now) {
        if (now.isBefore(lease.closedUntil)) {
            throw rejected(lease.closedUntil, now);
        }
        if (lease.left > 0 && now.isBefore(lease.takenAt.plus(config.lease()))) {
            lease.left--;
            return true;
        }
        return false;
    }

    private void take(Holder holder, Lease lease) {
        Instant now = clock.instant();
        long lasted = TimeUnit.MILLISECONDS.toMicros(now.toEpochMilli() - lease.takenAt.toEpochMilli());
        lease.size = lasted < FAST_MICROS
                ? Math.min(lease.size * 2, Math.max(FIRST_LEASE, holder.bucket().burst() / 8))
                : Math.max(FIRST_LEASE, lease.size / 2);
        LimitStore.Taken taken;
        try {
            taken = store.take(
                    holder.game(),
                    holder.name(),
                    holder.bucket(),
                    Math.max(
                            1, Math.min(holder.bucket().burst(), holder.bucket().perSecond() / PARTS_PER_SECOND)),
                    Math.max(lease.size, holder.bucket().perSecond() / PARTS_PER_SECOND),
                    now);
        } catch (RuntimeException e) {
            if (!TransientFailure.is(e)) {
                throw e;
            }
            // A failed update does not reject requests: rate limits protect the system and must not make it
            // unavailable.
            LOG.warnf(e, "Rate limit not enforced: token bucket update failed: game=%s", holder.game());
            taken = new LimitStore.Taken(FIRST_LEASE, 0);
        }
        lease.left = taken.tokens();
        lease.takenAt = now;
        if (taken.tokens() == 0) {
            long first = (TimeUnit.SECONDS.toMicros(1) / PARTS_PER_SECOND) << Math.min(lease.misses, PARTS_PER_SECOND);
            long closed = Math.max(taken.waitMicros(), Math.min(first, MAX_CLOSED_MICROS));
            lease.closedUntil = now.plusNanos(TimeUnit.MICROSECONDS.toNanos(closed));
            lease.misses++;
        } else {
            lease.misses = 0;
        }
    }

    private static ProblemException rejected(Instant until, Instant now) {
        long seconds = Math.max(1, until.getEpochSecond() - now.getEpochSecond());
        return new ProblemException(Problem.tooManyRequests(
                (int) seconds, "The API key or the player exceeds its request rate. Retry later."));
    }

    /** The holder of the bucket for a request; null without a limit, and in dev mode without a stored key. */
    private @Nullable Holder holder(Caller caller) {
        boolean builtIn =
                caller.keyId().equals(KeyService.DEVELOPMENT) || caller.keyId().equals(Caller.ANONYMOUS);
        if (builtIn && KeyService.isDevelopment()) {
            return null;
        }
        PlayerTokenClaims pass = caller.pass();
        if (pass != null) {
            return config.playerRequestsPerSecond() == 0
                    ? null
                    : new Holder(
                            caller.game(),
                            "player-" + pass.playerId(),
                            new TokenBucket(config.playerRequestsPerSecond(), config.playerBurst()));
        }
        return config.requestsPerSecond() == 0
                ? null
                : new Holder(
                        caller.game(),
                        "key-" + caller.keyId(),
                        new TokenBucket(config.requestsPerSecond(), config.burst()));
    }
}
