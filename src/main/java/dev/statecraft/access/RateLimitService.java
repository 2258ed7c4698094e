package dev.statecraft.access;

import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.table.TransientFailure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Holds each key, and each player, to a rate: a token bucket in DynamoDB that all instances share. An instance takes
 * several tokens at a time, more the faster it uses them up, and hands them out from memory; so a busy one writes about
 * twice a second however many requests it serves. Of a bucket that was empty it says so by itself until there can be
 * tokens again, and longer each time that others had them first.
 */
@ApplicationScoped
public class RateLimitService {

    private static final Logger LOG = Logger.getLogger(RateLimitService.class);

    private static final int MOST_KNOWN = 10_000;
    private static final int FIRST_LEASE = 5;

    /** An empty bucket is not asked before the tokens of this part of a second are back. */
    private static final int PART = 20;

    private static final long LONGEST_CLOSED_MICROS = 500_000;

    /** Tokens that were used up faster are taken twice as many at a time. */
    private static final long FAST_MICROS = 500_000;

    private final LimitStore store;
    private final AccessConfig.Limits config;
    private final Clock clock;
    private final Map<String, Lease> leases = new ConcurrentHashMap<>();

    RateLimitService(LimitStore store, AccessConfig config, Clock clock) {
        this.store = store;
        this.config = config.limits();
        this.clock = clock;
    }

    /** What this instance may hand out of a bucket; guarded by itself. */
    private static final class Lease {
        private int left;
        private int size = FIRST_LEASE;
        private int misses;
        private Instant takenAt = Instant.EPOCH;
        private Instant closedUntil = Instant.EPOCH;
    }

    private record Holder(String game, String name, TokenBucket bucket) {

        String text() {
            return game + '#' + name;
        }
    }

    /** Whether requests of a caller are not counted at all. */
    boolean isUnlimited(Caller caller) {
        return holder(caller) == null;
    }

    /**
     * Lets a request pass. 1 or 2 WCU when this instance has to take tokens, otherwise nothing.
     *
     * @throws ProblemException 429 with the seconds to wait, if the caller's tokens are used up
     */
    public void pass(Caller caller) {
        Holder holder = holder(caller);
        if (holder == null) {
            return;
        }
        if (leases.size() > MOST_KNOWN) {
            leases.clear();
        }
        Lease lease = leases.computeIfAbsent(holder.text(), name -> new Lease());
        synchronized (lease) {
            if (!handOut(lease, clock.instant())) {
                take(holder, lease);
                handOut(lease, clock.instant());
            }
        }
    }

    /**
     * Lets a request that waits for news go on for another second, which costs a player a token; so a player has no more
     * requests waiting, in the long run, than it may make a second. Servers pay nothing for it: they are few, and ours.
     *
     * @return false if the tokens are used up, and the request had better be answered
     */
    public boolean passWaiting(Caller caller) {
        if (caller.pass() == null) {
            return true;
        }
        try {
            pass(caller);
            return true;
        } catch (ProblemException e) {
            return false;
        }
    }

    private boolean handOut(Lease lease, Instant now) {
        if (now.isBefore(lease.closedUntil)) {
            throw refused(lease.closedUntil, now);
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
                            1, Math.min(holder.bucket().burst(), holder.bucket().perSecond() / PART)),
                    Math.max(lease.size, holder.bucket().perSecond() / PART),
                    now);
        } catch (RuntimeException e) {
            if (!TransientFailure.is(e)) {
                throw e;
            }
            // Whoever cannot be counted is served: limits are to keep the system up, and not to take it down.
            LOG.warnf(e, "tokens could not be counted: holder=%s", holder.game());
            taken = new LimitStore.Taken(FIRST_LEASE, 0);
        }
        lease.left = taken.tokens();
        lease.takenAt = now;
        if (taken.tokens() == 0) {
            long first = (TimeUnit.SECONDS.toMicros(1) / PART) << Math.min(lease.misses, PART);
            long closed = Math.max(taken.waitMicros(), Math.min(first, LONGEST_CLOSED_MICROS));
            lease.closedUntil = now.plusNanos(TimeUnit.MICROSECONDS.toNanos(closed));
            lease.misses++;
        } else {
            lease.misses = 0;
        }
    }

    private static ProblemException refused(Instant until, Instant now) {
        long seconds = Math.max(1, until.getEpochSecond() - now.getEpochSecond());
        return new ProblemException(Problem.tooManyRequests(
                (int) seconds, "The API key or the player exceeds its request rate. Retry later."));
    }

    /** Whose tokens a request takes; nobody's where limits are off, and on a developer's machine without a real key. */
    private @Nullable Holder holder(Caller caller) {
        boolean standing =
                caller.keyId().equals(KeyService.DEVELOPMENT) || caller.keyId().equals(Caller.ANONYMOUS);
        if (standing && KeyService.isDevelopment()) {
            return null;
        }
        PlayerPass pass = caller.pass();
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
