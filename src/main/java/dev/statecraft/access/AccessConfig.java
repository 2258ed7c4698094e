package dev.statecraft.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Configuration of credentials, rate limits, idempotency and the audit trail. */
@ConfigMapping(prefix = "statecraft.access")
public interface AccessConfig {

    /**
     * Whether calls without a credential are accepted; they have every scope except {@code system:admin}, in dev mode
     * every scope. By default they are accepted in dev mode and in tests, and rejected by the packaged artifact in every
     * profile.
     */
    Optional<Boolean> anonymous();

    /** An API key that is valid in dev mode and in tests only; the packaged artifact ignores it. */
    Optional<String> developmentKey();

    /** SHA-256, in hexadecimal, of the bootstrap key {@code sk_bootstrap_…}, which creates the first API keys. */
    Optional<String> bootstrapKeyHash();

    /** How long an instance caches an API key. A revoked key may still be accepted for this long. */
    @WithDefault("5s")
    Duration keyCache();

    /**
     * Maximum number of keys that an instance caches, and of unknown ids. When one of the two caches is full, it is
     * cleared.
     */
    @WithDefault("10000")
    int cachedKeys();

    /** How long an instance caches the list of games. */
    @WithDefault("30s")
    Duration gameCache();

    /** Lifetime of a token. */
    @WithDefault("15m")
    Duration tokenLife();

    /** Lifetime of a player token. */
    @WithDefault("1h")
    Duration playerTokenLife();

    /** Length of the period in which tokens are signed with one key; at least as long as both token lifetimes. */
    @WithDefault("1d")
    Duration signingKeyLife();

    /** Maximum number of spaces, and of boards, in a player token. */
    @WithDefault("32")
    int tokenNames();

    /** Rate limits. */
    Limits limits();

    /** Token buckets, shared by all instances: one per API key and one per player. */
    interface Limits {

        /** Sustained requests per second of an API key; 0 disables the limit. */
        @WithDefault("1000")
        int requestsPerSecond();

        /** Maximum burst of requests of an API key. */
        @WithDefault("2000")
        int burst();

        /**
         * Sustained tokens per second of a player; 0 disables the limit. A request, the opening of a socket, a frame,
         * and each second that a request waits for changes after the first one cost one token each.
         */
        @WithDefault("20")
        int playerRequestsPerSecond();

        /** Maximum burst of a player, in tokens. */
        @WithDefault("60")
        int playerBurst();

        /** How long an instance may use tokens that it took from a bucket. Unused tokens are lost afterwards. */
        @WithDefault("60s")
        Duration lease();
    }

    /**
     * Maximum difference between the timestamp of a signed request and the server's clock. Nonces are stored twice as
     * long.
     */
    @WithDefault("5m")
    Duration signatureTolerance();

    /**
     * How long the response to a request with an {@code Idempotency-Key} is stored. A repeated {@code POST /v1/keys}
     * returns the key only while the signing key of the first request is stored, so this time should not be longer than
     * {@code signing-key-life}.
     */
    @WithDefault("1d")
    Duration idempotencyRetention();

    /** How long audit records are kept. */
    @WithDefault("365d")
    Duration auditRetention();
}
