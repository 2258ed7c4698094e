package dev.statecraft.access;

import dev.statecraft.access.key.KeyFormat;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Anonymous calls are not let in, and a revoked key opens nothing from the next request on. */
public final class ClosedDoor implements QuarkusTestProfile {

    /** The text of the key whose hash this profile is told. */
    public static final String BOOTSTRAP = "sk_bootstrap_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
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
