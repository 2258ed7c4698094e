package dev.statecraft.leaderboard;

import dev.statecraft.access.Caller;
import dev.statecraft.entry.Query;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How old an answer may be: what callers may ask for, and what they are told. */
@ApplicationScoped
class Freshness {

    /** For answers that nobody is to keep. */
    static final String NEVER = "no-store";

    private final LeaderboardConfig config;

    Freshness(LeaderboardConfig config) {
        this.config = config;
    }

    /**
     * Whether what is kept is to be passed over: {@code ?fresh=true}, which costs the game its reads every time. This is
     * the one place where the caller's scope for that is to be asked, once there are scopes; until then everyone may.
     */
    boolean asked(Caller caller, @Nullable String fresh) {
        return Query.flag("fresh", fresh, false);
    }

    /** How long a client may go on with an answer without asking again. */
    String cacheControl(boolean fresh) {
        if (fresh) {
            return NEVER;
        }
        Duration age = config.realTimeUpdates() ? config.pageCache().usedUnchecked() : config.cacheUpdateInterval();
        return "private, max-age=" + age.toSeconds();
    }
}
