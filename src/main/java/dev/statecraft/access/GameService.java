package dev.statecraft.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which games there are: those that a key was ever made for, and the one of a deployment that names none. */
@ApplicationScoped
public class GameService {

    private static final int MOST_GAMES = 1_000;

    private record Known(List<String> games, Instant readAt) {}

    private final KeyStore keys;
    private final AccessConfig config;
    private final Clock clock;
    private volatile @Nullable Known known;

    GameService(KeyStore keys, AccessConfig config, Clock clock) {
        this.keys = keys;
        this.config = config;
        this.clock = clock;
    }

    /** All games, in alphabetical order, no older than {@code game-cache}; 1 RCU for 60 or so where they are read. */
    public List<String> all() {
        Known last = known;
        Instant now = clock.instant();
        if (last == null || !now.isBefore(last.readAt().plus(config.gameCache()))) {
            Set<String> games = new TreeSet<>(keys.games(MOST_GAMES));
            games.add(Caller.DEFAULT_GAME);
            last = new Known(List.copyOf(games), now);
            known = last;
        }
        return last.games();
    }
}
