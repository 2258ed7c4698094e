package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.statecraft.access.key.GameService;
import dev.statecraft.erasure.ErasureService;
import dev.statecraft.integration.synchronization.IntegrationMaintenance;
import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.leaderboard.upkeep.PurgeService;
import dev.statecraft.replication.commit.ConflictService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of EventBridge schedules. Every tick processes all due work, so a missed or repeated tick has no effect
 * on the result.
 */
@ApplicationScoped
@Named("schedule")
public class ScheduleHandler implements RequestHandler<ScheduleHandler.Tick, ScheduleHandler.Done> {

    /** Remaining time of the function below which no new work starts. */
    private static final int RESERVE_MILLIS = 5_000;

    private final LeaderboardMaintenance leaderboards;
    private final ConflictService conflicts;
    private final ErasureService erasures;
    private final IntegrationMaintenance integration;
    private final PurgeService purges;
    private final GameService games;
    private final Metrics metrics;
    private final Clock clock;

    ScheduleHandler(
            LeaderboardMaintenance leaderboards,
            ConflictService conflicts,
            ErasureService erasures,
            IntegrationMaintenance integration,
            PurgeService purges,
            GameService games,
            Metrics metrics,
            Clock clock) {
        this.metrics = metrics;
        this.erasures = erasures;
        this.games = games;
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
     */
    public record Done(
            LeaderboardMaintenance.Done leaderboards, int conflicts, int erasures, int integration, int purged) {}

    @Override
    public Done handleRequest(Tick event, Context context) {
        BooleanSupplier timeLeft = () -> context.getRemainingTimeInMillis() > RESERVE_MILLIS;
        List<String> all = rotated(games.all());
        // Conflicts first, because players wait for their resolution.
        int resolved = 0;
        for (String game : all) {
            resolved += conflicts.resolveOverdue(game, timeLeft);
        }
        LeaderboardMaintenance.Done maintained = LeaderboardMaintenance.Done.NOTHING;
        int erased = 0;
        // Erasures and boards alternate every minute, so that both get time.
        boolean erasuresFirst = minute() % 2 == 1;
        if (erasuresFirst) {
            erased = resumeErasures(all, timeLeft);
        }
        for (String game : all) {
            maintained = maintained.plus(leaderboards.run(game, timeLeft));
        }
        if (!erasuresFirst) {
            erased = resumeErasures(all, timeLeft);
        }
        int integrated = 0;
        for (String game : all) {
            integrated += integration.run(game, timeLeft);
        }
        // Purges last: no caller waits for them, and the purge of a large board uses all remaining time for hours.
        int purged = 0;
        for (String game : all) {
            purged += purges.resume(game, timeLeft);
        }
        metrics.flush();
        return new Done(maintained, resolved, erased, integrated, purged);
    }

    private int resumeErasures(List<String> games, BooleanSupplier timeLeft) {
        int finished = 0;
        for (String game : games) {
            finished += erasures.resume(game, timeLeft);
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
