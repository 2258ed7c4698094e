package dev.statecraft.access.key;

import dev.statecraft.access.AccessConfig;
import dev.statecraft.access.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The games of the deployment: every game that ever had an API key, and the default game. */
@ApplicationScoped
public class GameService {

    private static final int MAX_GAMES = 1_000;

    private record Cached(List<String> games, Instant readAt) {}

    private final KeyStore keys;
    private final AccessConfig config;
    private final Clock clock;
    private volatile @Nullable Cached cached;

    GameService(KeyStore keys, AccessConfig config, Clock clock) {
        this.keys = keys;
        this.config = config;
        this.clock = clock;
    }

    /**
     * All games in alphabetical order, cached for {@code game-cache}. Cost: 1 RCU per about 60 games; none if cached.
     */
    public List<String> all() {
        Cached last = cached;
        return last == null || !clock.instant().isBefore(last.readAt().plus(config.gameCache()))
                ? current()
                : last.games();
    }

    /** All games in alphabetical order, including a game whose first key was just created. Cost: 1 RCU per 60 games. */
    public List<String> current() {
        Instant now = clock.instant();
        Set<String> games = new TreeSet<>(keys.games(MAX_GAMES));
        games.add(Caller.DEFAULT_GAME);
        Cached read = new Cached(List.copyOf(games), now);
        cached = read;
        return read.games();
    }
}
