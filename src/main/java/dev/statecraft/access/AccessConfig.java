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

    /** How long it is kept who changed what. */
    @WithDefault("365d")
    Duration auditRetention();
}
