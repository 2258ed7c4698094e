package dev.statecraft.erasure;

import dev.statecraft.erasure.Erasure.Part;
import dev.statecraft.integration.EventErasureService;
import dev.statecraft.leaderboard.LeaderboardErasureService;
import dev.statecraft.migration.MigrationErasureService;
import dev.statecraft.replication.ReplicationErasureService;
import dev.statecraft.table.Sha256;
import dev.statecraft.table.Swept;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
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
     * asked again afterwards, another one.
     *
     * @param requestedBy who asks, as the receipt names it
     */
    public Erasure erase(String game, String playerId, String requestedBy) {
        Instant now = Instant.ofEpochMilli(clock.millis());
        Erasure erasure = erasures.runningOf(game, playerId).orElseGet(() -> {
            Erasure begun = Erasure.begun(UUID.randomUUID().toString(), playerId, requestedBy, now);
            erasures.begin(game, begun);
            return begun;
        });
        long until = System.nanoTime() + config.atOnce().toNanos();
        return goOn(game, erasure, () -> System.nanoTime() < until);
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

    /** Whether a notification is new; it counts as taken from now on. 1 WCU. */
    boolean isNew(String game, String signature) {
        return erasures.take(
                game, hash(signature), clock.instant(), config.robloxTolerance().multipliedBy(2));
    }

    private Erasure goOn(String game, Erasure erasure, BooleanSupplier timeLeft) {
        Erasure current = erasure;
        while (!current.isFinished() && timeLeft.getAsBoolean()) {
            Swept swept = step(game, current);
            Erasure further = current.after(swept.next(), swept.touched(), Instant.ofEpochMilli(clock.millis()));
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

    private static String hash(String text) {
        return Sha256.hex(text, 16);
    }
}
