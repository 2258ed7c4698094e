package dev.statecraft.access;

import dev.statecraft.access.key.KeyFormat;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Rejects anonymous calls, caches no keys, so a revoked key is rejected immediately, and lets a test log every level. */
public final class ClosedDoor implements QuarkusTestProfile {

    /** The text of the bootstrap key whose hash this profile configures. */
    public static final String BOOTSTRAP =
            "sk_bootstrap_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "quarkus.log.min-level",
                "TRACE",
                "statecraft.access.anonymous",
                "false",
                "statecraft.access.key-cache",
                "0s",
                "statecraft.access.game-cache",
                "0s",
                "statecraft.access.bootstrap-key-hash",
                KeyFormat.read(BOOTSTRAP).orElseThrow().hash());
    }
}
