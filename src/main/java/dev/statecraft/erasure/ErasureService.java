package dev.statecraft.erasure;

import dev.statecraft.access.Caller;
import dev.statecraft.erasure.Erasure.Part;
import dev.statecraft.integration.event.EventErasureService;
import dev.statecraft.leaderboard.upkeep.LeaderboardErasureService;
import dev.statecraft.migration.upkeep.MigrationErasureService;
import dev.statecraft.replication.upkeep.ReplicationErasureService;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.RandomUuid;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.ScanPage;
import dev.statecraft.table.Sha256;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Erases players from all stored data, part by part. Every step is idempotent. The erasure record stores the position,
 * so any instance can resume an interrupted erasure.
 */
@ApplicationScoped
public class ErasureService {

    private static final Logger LOG = Logger.getLogger(ErasureService.class);

    private static final int MAX_PER_RUN = 100;

    private final ErasureStore erasures;
    private final LeaderboardErasureService leaderboards;
    private final ReplicationErasureService replication;
    private final EventErasureService events;
    private final MigrationErasureService migrations;
    private final ErasureConfig config;
    private final Clock clock;
    private final Ticker ticker;
    private final RandomGenerator random;

    ErasureService(
            ErasureStore erasures,
            LeaderboardErasureService leaderboards,
            ReplicationErasureService replication,
            EventErasureService events,
            MigrationErasureService migrations,
            ErasureConfig config,
            Clock clock,
            Ticker ticker,
            RandomGenerator random) {
        this.events = events;
        this.migrations = migrations;
        this.erasures = erasures;
        this.leaderboards = leaderboards;
        this.replication = replication;
        this.config = config;
        this.clock = clock;
        this.ticker = ticker;
        this.random = random;
    }

    /**
     * Starts the erasure of a player and processes it for {@code at-once}. If the first pass of an earlier erasure of
     * the player is still active, that erasure is returned; otherwise a new one starts.
     *
     * @param requestedBy name of the caller, which the receipt contains
     */
    public Erasure erase(String game, String playerId, String requestedBy) {
        Erasure erasure = startOrJoin(game, playerId, requestedBy);
        return resume(game, erasure, until(config.atOnce()));
    }

    private BooleanSupplier until(Duration time) {
        Deadline deadline = Deadline.in(ticker, time);
        return () -> !deadline.passed();
    }

    private Erasure startOrJoin(String game, String playerId, String requestedBy) {
        Optional<Erasure> running = erasures.firstPassOf(game, playerId);
        if (running.isPresent()) {
            return running.get();
        }
        Erasure started =
                Erasure.started(RandomUuid.next(random), playerId, requestedBy, Instant.ofEpochMilli(clock.millis()));
        erasures.create(game, started);
        return started;
    }

    /**
     * Starts the erasures that a notification requests, once per notification. The notification is recorded after all
     * erasures are stored, so a sender can repeat a notification whose processing was interrupted.
     *
     * @param notification the bytes that identify the notification
     * @return the erasures by game; empty for a duplicate notification
     */
    Optional<Map<String, Erasure>> eraseOnce(
            byte[] notification, Collection<String> games, String playerId, String requestedBy) {
        String hash = Sha256.hex(notification);
        if (erasures.isRecorded(Caller.DEFAULT_GAME, hash)) {
            return Optional.empty();
        }
        Map<String, Erasure> started = new TreeMap<>();
        for (String game : games) {
            started.put(game, startOrJoin(game, playerId, requestedBy));
        }
        Duration retention = config.robloxTolerance().multipliedBy(2);
        if (!erasures.record(Caller.DEFAULT_GAME, hash, clock.instant(), retention)) {
            return Optional.empty();
        }
        BooleanSupplier timeLeft = until(config.robloxAtOnce());
        started.replaceAll((game, erasure) -> resume(game, erasure, timeLeft));
        return Optional.of(started);
    }

    /** An erasure or its receipt; empty if the game has none with this id. Cost: 1 RCU. */
    public Optional<Erasure> find(String game, String id) {
        return erasures.read(game, id);
    }

    /**
     * Resumes the unfinished erasures of a game, at most 100.
     *
     * @param timeLeft checked before each step; false ends the call
     * @return number of erasures that finished
     */
    public int resume(String game, BooleanSupplier timeLeft) {
        int finished = 0;
        for (String id : erasures.running(game, MAX_PER_RUN)) {
            try {
                Optional<Erasure> running = erasures.read(game, id);
                if (running.isPresent() && resume(game, running.get(), timeLeft).isFinished()) {
                    finished++;
                }
            } catch (RuntimeException e) {
                // A failed erasure does not stop the others; the next scheduled run resumes it.
                LOG.errorf(e, "Erasure step failed, the next run resumes it: game=%s erasure=%s", game, id);
            }
        }
        return finished;
    }

    /**
     * Returns when {@link #resume(String, BooleanSupplier)} has work again; a time that has passed if it has work now, empty
     * if no erasure is active. Cost: 0.5 RCU, and 1 RCU per active erasure.
     */
    public Optional<Instant> nextDue(String game) {
        return erasures.running(game, MAX_PER_RUN).stream()
                .flatMap(id -> erasures.read(game, id).stream())
                .flatMap(erasure -> erasure.dueAt().stream())
                .min(Comparator.naturalOrder());
    }

    /** Whether an item of the erasures table is an erasure, so that its change may make work due. */
    public static boolean isErasure(String sortKey) {
        return ErasureStore.isErasure(sortKey);
    }

    private Erasure resume(String game, Erasure erasure, BooleanSupplier timeLeft) {
        Erasure current = erasure;
        while (current.isDue(clock.instant()) && timeLeft.getAsBoolean()) {
            ScanPage page = step(game, current);
            Erasure further = current.after(
                    page.next(), page.touched(), Instant.ofEpochMilli(clock.millis()), config.secondLookAfter());
            if (!erasures.replace(game, further)) {
                return erasures.read(game, current.id()).orElse(current);
            }
            current = further;
        }
        return current;
    }

    private ScanPage step(String game, Erasure erasure) {
        String player = Objects.requireNonNull(erasure.playerId());
        Part part = Objects.requireNonNull(erasure.part());
        return switch (part) {
            case LEADERBOARDS -> leaderboards.erase(game, player, erasure.cursor());
            case SUBSCRIPTIONS -> replication.removeSubscriptions(game, player);
            case ENTITIES -> replication.eraseEntities(game, player, erasure.cursor());
            case MESSAGES -> replication.eraseMessages(game, player, erasure.cursor());
            case HISTORY -> replication.eraseHistory(game, player, erasure.cursor());
            case EVENTS -> events.erase(game, player, erasure.cursor());
            case BACKUPS -> migrations.erase(game, player, erasure.cursor());
        };
    }
}
