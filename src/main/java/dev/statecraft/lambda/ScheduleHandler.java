package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.statecraft.access.key.GameService;
import dev.statecraft.erasure.ErasureService;
import dev.statecraft.integration.synchronization.IntegrationMaintenance;
import dev.statecraft.integration.synchronization.MaintenanceResult;
import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.leaderboard.upkeep.PurgeService;
import dev.statecraft.replication.commit.ConflictService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of EventBridge schedules. Every tick processes all due work, so a missed or repeated tick has no effect
 * on the result. At its end, a tick requests the next one for the time at which work is due next, and none if no work is
 * due; see {@link TickScheduler}. If a tick fails, Lambda repeats it.
 */
@ApplicationScoped
@Named("schedule")
public class ScheduleHandler
        implements RequestHandler<ScheduleHandler.Tick, ScheduleHandler.Done>,
                PrimedHandler<ScheduleHandler.Tick, ScheduleHandler.Done> {

    /** Remaining time of the function below which no new work starts. */
    private static final int RESERVE_MILLIS = 5_000;

    private final LeaderboardMaintenance leaderboards;
    private final ConflictService conflicts;
    private final ErasureService erasures;
    private final IntegrationMaintenance integration;
    private final PurgeService purges;
    private final GameService games;
    private final TickScheduler ticks;
    private final Metrics metrics;
    private final Clock clock;

    ScheduleHandler(
            LeaderboardMaintenance leaderboards,
            ConflictService conflicts,
            ErasureService erasures,
            IntegrationMaintenance integration,
            PurgeService purges,
            GameService games,
            TickScheduler ticks,
            Metrics metrics,
            Clock clock) {
        this.metrics = metrics;
        this.erasures = erasures;
        this.games = games;
        this.ticks = ticks;
        this.clock = clock;
        this.leaderboards = leaderboards;
        this.conflicts = conflicts;
        this.integration = integration;
        this.purges = purges;
    }

    /** The used fields of an EventBridge scheduled event: its id and its scheduled time (ISO-8601). */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Tick(@Nullable String id, @Nullable String time) {}

    /**
     * Counts of the work of a tick.
     *
     * @param conflicts parked conflicts that were resolved because their deadline had passed
     * @param erasures finished erasures of players
     * @param integration steps of the integration maintenance
     * @param purged deleted boards whose purge finished
     * @param nextDue when work is due next, possibly a time that has passed if work is left; null if no work is due
     */
    public record Done(
            LeaderboardMaintenance.Done leaderboards,
            int conflicts,
            int erasures,
            int integration,
            int purged,
            @Nullable Instant nextDue) {}

    @Override
    public Done handleRequest(Tick event, Context context) {
        BooleanSupplier timeLeft = () -> context.getRemainingTimeInMillis() > RESERVE_MILLIS;
        try {
            return run(timeLeft);
        } catch (RuntimeException e) {
            // Work may be left. Lambda repeats the call too, but only twice.
            ticks.wake();
            throw e;
        }
    }

    @Override
    public Class<Tick> eventType() {
        return Tick.class;
    }

    @Override
    public String primingEvent() {
        return PrimingEvents.TICK;
    }

    /** The first read of a tick. */
    @Override
    public Done prime(Tick event) {
        games.current();
        return new Done(LeaderboardMaintenance.Done.NOTHING, 0, 0, 0, 0, clock.instant());
    }

    private Done run(BooleanSupplier timeLeft) {
        // Not from the cache: no later tick may be due for a game that is missing here.
        List<String> all = rotated(games.current());
        DueWork work = new DueWork(clock, timeLeft);
        // Conflicts first, because players wait for their resolution.
        int resolved = 0;
        for (String game : all) {
            resolved += work.run(() -> conflicts.nextDue(game), () -> conflicts.resolveOverdue(game, timeLeft), 0);
        }
        LeaderboardMaintenance.Done maintained = LeaderboardMaintenance.Done.NOTHING;
        int erased = 0;
        // Erasures and boards alternate every minute, so that both get time.
        boolean erasuresFirst = minute() % 2 == 1;
        if (erasuresFirst) {
            erased = resumeErasures(all, work, timeLeft);
        }
        for (String game : all) {
            maintained = maintained.plus(work.run(
                    () -> leaderboards.nextDue(game),
                    () -> leaderboards.run(game, timeLeft),
                    LeaderboardMaintenance.Done.NOTHING));
        }
        if (!erasuresFirst) {
            erased = resumeErasures(all, work, timeLeft);
        }
        int integrated = 0;
        for (String game : all) {
            MaintenanceResult result = integration.run(game, timeLeft);
            work.note(result.nextDue());
            integrated += result.done();
        }
        // Purges last: no caller waits for them, and the purge of a large board uses all remaining time for hours.
        int purged = 0;
        for (String game : all) {
            purged += work.run(() -> purges.nextDue(game), () -> purges.resume(game, timeLeft), 0);
        }
        Optional<Instant> next = work.next();
        next.ifPresent(ticks::request);
        metrics.flush();
        return new Done(maintained, resolved, erased, integrated, purged, next.orElse(null));
    }

    private int resumeErasures(List<String> games, DueWork work, BooleanSupplier timeLeft) {
        int finished = 0;
        for (String game : games) {
            finished += work.run(() -> erasures.nextDue(game), () -> erasures.resume(game, timeLeft), 0);
        }
        return finished;
    }

    private long minute() {
        return clock.instant().getEpochSecond() / 60;
    }

    /** The games in an order that starts with another game every minute, so that every game gets time. */
    private List<String> rotated(List<String> all) {
        List<String> order = new ArrayList<>(all);
        Collections.rotate(order, (int) (minute() % all.size()));
        return order;
    }
}
