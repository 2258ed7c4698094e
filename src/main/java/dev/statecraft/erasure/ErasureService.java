package dev.statecraft.erasure;

import dev.statecraft.access.Caller;
import dev.statecraft.erasure.Erasure.Part;
import dev.statecraft.integration.EventErasureService;
import dev.statecraft.leaderboard.LeaderboardErasureService;
import dev.statecraft.migration.MigrationErasureService;
import dev.statecraft.replication.ReplicationErasureService;
import dev.statecraft.table.Sha256;
import dev.statecraft.table.Swept;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Erases players from everything that is stored, part by part. Every step can be repeated, so an erasure can be broken off
 * anywhere; whoever takes it up goes on from the last cursor that was stored.
 */
@ApplicationScoped
public class ErasureService {

    private static final Logger LOG = Logger.getLogger(ErasureService.class);

    private static final int MOST_AT_ONCE = 100;

    private final ErasureStore erasures;
    private final LeaderboardErasureService leaderboards;
    private final ReplicationErasureService replication;
    private final EventErasureService events;
    private final MigrationErasureService migrations;
    private final ErasureConfig config;
    private final Clock clock;

    ErasureService(
            ErasureStore erasures,
            LeaderboardErasureService leaderboards,
            ReplicationErasureService replication,
            EventErasureService events,
            MigrationErasureService migrations,
            ErasureConfig config,
            Clock clock) {
        this.events = events;
        this.migrations = migrations;
        this.erasures = erasures;
        this.leaderboards = leaderboards;
        this.replication = replication;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Begins to erase a player and works on it for a moment. Asked again while it is under way, it is the same erasure;
     * asked again afterwards, or when it is only looked through once more, another one.
     *
     * @param requestedBy who asks, as the receipt names it
     */
    public Erasure erase(String game, String playerId, String requestedBy) {
        Erasure erasure = begin(game, playerId, requestedBy);
        return goOn(game, erasure, until(config.atOnce()));
    }

    private static BooleanSupplier until(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        return () -> System.nanoTime() < until;
    }

    private Erasure begin(String game, String playerId, String requestedBy) {
        Optional<Erasure> running = erasures.firstPassOf(game, playerId);
        if (running.isPresent()) {
            return running.get();
        }
        Erasure begun = Erasure.begun(
                UUID.randomUUID().toString(), playerId, requestedBy, Instant.ofEpochMilli(clock.millis()));
        erasures.begin(game, begun);
        return begun;
    }

    /**
     * Has a player erased from games because of a notification, once for the same. It counts as taken when all erasures are
     * stored: whoever is broken off before may send it again.
     *
     * @param notification what tells it from others
     * @return the erasures by game; nothing if the notification was taken before
     */
    Optional<Map<String, Erasure>> eraseOnce(
            byte[] notification, Collection<String> games, String playerId, String requestedBy) {
        String hash = Sha256.hex(notification);
        if (erasures.wasTaken(Caller.DEFAULT_GAME, hash)) {
            return Optional.empty();
        }
        Map<String, Erasure> begun = new TreeMap<>();
        for (String game : games) {
            begun.put(game, begin(game, playerId, requestedBy));
        }
        Duration kept = config.robloxTolerance().multipliedBy(2);
        if (!erasures.take(Caller.DEFAULT_GAME, hash, clock.instant(), kept)) {
            return Optional.empty();
        }
        BooleanSupplier timeLeft = until(config.robloxAtOnce());
        begun.replaceAll((game, erasure) -> goOn(game, erasure, timeLeft));
        return Optional.of(begun);
    }

    /** The receipt of an erasure; 1 RCU. */
    public Optional<Erasure> find(String game, String id) {
        return erasures.read(game, id);
    }

    /**
     * Takes up what is under way in a game.
     *
     * @param timeLeft asked before each step
     * @return how many erasures were finished
     */
    public int goOn(String game, BooleanSupplier timeLeft) {
        int finished = 0;
        for (String id : erasures.running(game, MOST_AT_ONCE)) {
            try {
                Optional<Erasure> running = erasures.read(game, id);
                if (running.isPresent() && goOn(game, running.get(), timeLeft).isFinished()) {
                    finished++;
                }
            } catch (RuntimeException e) {
                // One erasure's trouble is not to keep the others waiting; it is taken up again at the next run.
                LOG.errorf(e, "erasure %s failed", id);
            }
        }
        return finished;
    }

    private Erasure goOn(String game, Erasure erasure, BooleanSupplier timeLeft) {
        Erasure current = erasure;
        while (current.isDue(clock.instant()) && timeLeft.getAsBoolean()) {
            Swept swept = step(game, current);
            Erasure further = current.after(
                    swept.next(), swept.touched(), Instant.ofEpochMilli(clock.millis()), config.secondLookAfter());
            if (!erasures.replace(game, further)) {
                return erasures.read(game, current.id()).orElse(current);
            }
            current = further;
        }
        return current;
    }

    private Swept step(String game, Erasure erasure) {
        String player = Objects.requireNonNull(erasure.playerId());
        Part part = Objects.requireNonNull(erasure.part());
        return switch (part) {
            case LEADERBOARDS -> leaderboards.erase(game, player, erasure.cursor());
            case SUBSCRIPTIONS -> replication.forgetSubscriptions(game, player);
            case ENTITIES -> replication.eraseEntities(game, player, erasure.cursor());
            case HISTORY -> replication.eraseHistory(game, player, erasure.cursor());
            case EVENTS -> events.erase(game, player, erasure.cursor());
            case BACKUPS -> migrations.erase(game, player, erasure.cursor());
        };
    }
}
