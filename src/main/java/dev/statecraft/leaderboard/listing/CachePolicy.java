package dev.statecraft.leaderboard.listing;

import dev.statecraft.access.Caller;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Which callers may bypass the first-page cache, and the {@code Cache-Control} of responses. */
@ApplicationScoped
public class CachePolicy {

    /** {@code Cache-Control} of responses that must not be cached. */
    static final String NEVER = "no-store";

    private final LeaderboardConfig config;

    CachePolicy(LeaderboardConfig config) {
        this.config = config;
    }

    /**
     * Whether a request bypasses the cache: it has {@code ?fresh=true} and the caller is a server. Such a request always
     * costs reads, so the parameter has no effect for a player token.
     */
    public boolean bypasses(Caller caller, @Nullable String fresh) {
        return QueryParameters.flag("fresh", fresh, false) && caller.pass() == null;
    }

    /** {@code Cache-Control} of a list: how long a client may reuse it, or no caching for a fresh one. */
    public String cacheControl(boolean fresh) {
        if (fresh) {
            return NEVER;
        }
        Duration age = config.realTimeUpdates() ? config.pageCache().usedUnchecked() : config.cacheUpdateInterval();
        return "private, max-age=" + age.toSeconds();
    }
}
