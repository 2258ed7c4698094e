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
 * Where EventBridge schedules enter: work that is due by the clock and not by a request. Every tick looks at what is
 * due, so one that was missed or comes twice makes no difference.
 */
@ApplicationScoped
@Named("schedule")
public class ScheduleHandler implements RequestHandler<ScheduleHandler.Tick, ScheduleHandler.Done> {

    /** What is left of the time limit when no new work is begun any more. */
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

    /** What of an EventBridge scheduled event is used: the id it is logged by and the time it was due (ISO-8601). */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Tick(@Nullable String id, @Nullable String time) {}

    /**
     * What a tick got done.
     *
     * @param conflicts parked conflicts whose time was up, settled
     * @param erasures players that were erased everywhere
     * @param integration steps of what ties the systems together
     * @param purged deleted boards of which nothing is left
     */
    public record Done(LeaderboardMaintenance.Done leaderboards, int conflicts, int erasures, int integration, int purged) {}

    @Override
    public Done handleRequest(Tick event, Context context) {
        BooleanSupplier timeLeft = () -> context.getRemainingTimeInMillis() > RESERVE_MILLIS;
        List<String> all = inTurn(games.all());
        // Conflicts first: players wait for them.
        int settled = 0;
        for (String game : all) {
            settled += conflicts.settleDue(game, timeLeft);
        }
        LeaderboardMaintenance.Done upkept = LeaderboardMaintenance.Done.NOTHING;
        int erased = 0;
        // Every other minute erasures come before boards, so that neither goes short.
        boolean erasuresFirst = minute() % 2 == 1;
        if (erasuresFirst) {
            erased = goOnErasing(all, timeLeft);
        }
        for (String game : all) {
            upkept = upkept.plus(leaderboards.run(game, timeLeft));
        }
        if (!erasuresFirst) {
            erased = goOnErasing(all, timeLeft);
        }
        int integrated = 0;
        for (String game : all) {
            integrated += integration.run(game, timeLeft);
        }
        // Last, for nobody waits for it, and a large board takes all the time there is for hours.
        int purged = 0;
        for (String game : all) {
            purged += purges.goOn(game, timeLeft);
        }
        metrics.stepped();
        return new Done(upkept, settled, erased, integrated, purged);
    }

    private int goOnErasing(List<String> games, BooleanSupplier timeLeft) {
        int finished = 0;
        for (String game : games) {
            finished += erasures.resume(game, timeLeft);
        }
        return finished;
    }

    private long minute() {
        return clock.instant().getEpochSecond() / 60;
    }

    /** Each minute another game comes first, so that none goes short where time does not suffice for all. */
    private List<String> inTurn(List<String> all) {
        List<String> turned = new ArrayList<>(all);
        Collections.rotate(turned, (int) (minute() % all.size()));
        return turned;
    }
}
