package dev.statecraft.leaderboard.listing;

import dev.statecraft.access.Caller;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How old an answer may be: what callers may ask for, and what they are told. */
@ApplicationScoped
public class CachePolicy {

    /** For answers that nobody is to keep. */
    static final String NEVER = "no-store";

    private final LeaderboardConfig config;

    CachePolicy(LeaderboardConfig config) {
        this.config = config;
    }

    /**
     * Whether what is kept is to be passed over: {@code ?fresh=true}, which costs the game its reads every time. Only
     * servers are given that; for a player's token the answer is the one that everybody is given.
     */
    public boolean asked(Caller caller, @Nullable String fresh) {
        return QueryParameters.flag("fresh", fresh, false) && caller.pass() == null;
    }

    /** How long a client may go on with an answer without asking again. */
    public String cacheControl(boolean fresh) {
        if (fresh) {
            return NEVER;
        }
        Duration age = config.realTimeUpdates() ? config.pageCache().usedUnchecked() : config.cacheUpdateInterval();
        return "private, max-age=" + age.toSeconds();
    }
}
