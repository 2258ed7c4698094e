package dev.statecraft.erasure;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Limits of erasure, and of the requests for it that Roblox sends. */
@ConfigMapping(prefix = "statecraft.erasure")
public interface ErasureConfig {

    /** How long a request works on an erasure itself; what is left is done by the schedule. */
    @WithDefault("3s")
    Duration atOnce();

    /** How long receipts are kept. */
    @WithDefault("1095d")
    Duration receiptsKept();

    /** What Roblox signs its notifications with; without it they are refused. */
    Optional<String> robloxSecret();

    /** How old a notification of Roblox may be, and how far ahead of this clock. */
    @WithDefault("10m")
    Duration robloxTolerance();
}
