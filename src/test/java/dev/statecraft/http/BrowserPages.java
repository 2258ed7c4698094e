package dev.statecraft.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/**
 * An application for pages in browsers: it allows the pages of two other origins, and leaves people time to decide
 * conflicts. Its tables are its own, because the dashboard applies migrations, which change what other tests may register.
 */
public final class BrowserPages implements QuarkusTestProfile {

    /** An origin that is allowed. */
    static final String GAME = "https://game.example";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "statecraft.cors.origins",
                GAME + ",https://other.example",
                "statecraft.replication.conflict-resolution-timeout",
                "60s");
    }
}
