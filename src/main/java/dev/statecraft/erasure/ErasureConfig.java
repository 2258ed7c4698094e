package dev.statecraft.erasure;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Limits of erasure, and of the requests for it that Roblox sends. */
@ConfigMapping(prefix = "statecraft.erasure")
public interface ErasureConfig {

    /** How long a request works on an erasure itself; what is left is done by the schedule. */
    @WithDefault("3s")
    Duration atOnce();

    /**
     * How long after everything was gone through it is gone through once more: calls, records of streams and steps of the
     * schedule that were under way may have written about the player behind the first pass.
     */
    @WithDefault("5m")
    Duration secondLookAfter();

    /** How long the answer to a notification of Roblox is worked on, which wants it within 5 s. */
    @WithDefault("1s")
    Duration robloxAtOnce();

    /** How long receipts are kept. */
    @WithDefault("1095d")
    Duration receiptsKept();

    /** What Roblox signs its notifications with; without it they are refused. */
    Optional<String> robloxSecret();

    /**
     * Which game of the stack a start place of Roblox belongs to, as {@code 8151234=racing,9904711=zoo}. Without, a place
     * whose id is not the name of a game may be of each of them.
     */
    Optional<List<String>> robloxPlaces();

    /** How old a notification of Roblox may be, and how far ahead of this clock. */
    @WithDefault("10m")
    Duration robloxTolerance();
}
