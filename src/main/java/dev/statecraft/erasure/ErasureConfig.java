package dev.statecraft.erasure;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Configuration of erasures and of Roblox's right-to-erasure notifications. */
@ConfigMapping(prefix = "statecraft.erasure")
public interface ErasureConfig {

    /** How long a request processes its erasure before it responds. Scheduled runs process the remaining steps. */
    @WithDefault("3s")
    Duration atOnce();

    /**
     * Time between the end of the first pass and the start of the second. Calls, stream records and scheduled steps
     * that were in flight during the first pass may have written data of the player after it.
     */
    @WithDefault("5m")
    Duration secondLookAfter();

    /**
     * How long a notification of Roblox processes its erasures before it responds. Roblox requires a response in 5 s.
     */
    @WithDefault("1s")
    Duration robloxAtOnce();

    /** How long receipts are kept. */
    @WithDefault("1095d")
    Duration receiptsKept();

    /** The secret with which Roblox signs notifications. Without it, all notifications are rejected. */
    Optional<String> robloxSecret();

    /**
     * The game of each Roblox start place, for example {@code 8151234=racing,9904711=zoo}. Without this setting, a
     * start place whose id is not the name of a game may belong to any game.
     */
    Optional<List<String>> robloxPlaces();

    /** Maximum difference between the timestamp of a notification and the server's clock, in both directions. */
    @WithDefault("10m")
    Duration robloxTolerance();
}
