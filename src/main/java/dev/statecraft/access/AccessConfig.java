package dev.statecraft.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Who is let in, and how long what lets them in is good for. */
@ConfigMapping(prefix = "statecraft.access")
public interface AccessConfig {

    /**
     * Whether calls without a key are let in. If it is not said, they are on a developer's machine and in tests, and
     * never in the packaged artifact, whatever profile that runs with.
     */
    Optional<Boolean> anonymous();

    /** A key that is let in on a developer's machine and in tests, and ignored by the packaged artifact. */
    Optional<String> developmentKey();

    /** SHA-256 in hexadecimal of the key {@code sk_bootstrap_…} that makes the first keys; without it there is none. */
    Optional<String> bootstrapKeyHash();

    /** How long an instance goes on with a key it has read, so how long a revoked one may still open. */
    @WithDefault("5s")
    Duration keyCache();

    /** Most keys an instance remembers, and most ids that no key has; when there are more, it begins anew with either. */
    @WithDefault("10000")
    int cachedKeys();

    /** How long an instance goes on with the games it knows. */
    @WithDefault("30s")
    Duration gameCache();

    /** How long a token is good for. */
    @WithDefault("15m")
    Duration tokenLife();

    /** How long a player's token is good for. */
    @WithDefault("1h")
    Duration playerTokenLife();

    /** How long tokens are signed with one key; must be longer than they live. */
    @WithDefault("1d")
    Duration signingKeyLife();

    /** Most spaces, and most boards, that a player's token may name. */
    @WithDefault("32")
    int tokenNames();

    /** How often callers may ask. */
    Limits limits();

    /** Token buckets: one for each key and one for each player, shared by all instances. */
    interface Limits {

        /** Requests a second of a key in the long run; 0 for no limit. */
        @WithDefault("1000")
        int requestsPerSecond();

        /** Requests of a key that may come at once. */
        @WithDefault("2000")
        int burst();

        /**
         * Requests, openings and frames of sockets, and seconds that a request waits for news beyond its first one, a
         * second of a player in the long run; 0 for no limit.
         */
        @WithDefault("20")
        int playerRequestsPerSecond();

        /** Tokens of a player that may be used at once. */
        @WithDefault("60")
        int playerBurst();

        /** How long an instance may keep tokens that it has taken; those it has not used by then are lost. */
        @WithDefault("60s")
        Duration lease();
    }

    /** How far the time of a signed request may be from ours, and how long its nonce is remembered, at least. */
    @WithDefault("5m")
    Duration signatureTolerance();

    /**
     * How long the answer of a request with an {@code Idempotency-Key} is kept. Keys ({@code POST /v1/keys}) are shown again
     * only as long as the signing key of the first request is kept, so it should not be longer than
     * {@code signing-key-life}.
     */
    @WithDefault("1d")
    Duration idempotencyRetention();

    /** How long it is kept who changed what. */
    @WithDefault("365d")
    Duration auditRetention();
}
