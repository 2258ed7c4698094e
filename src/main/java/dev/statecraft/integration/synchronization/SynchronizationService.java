package dev.statecraft.integration.synchronization;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.integration.binding.BindingService;
import dev.statecraft.integration.binding.CoordinationService;
import dev.statecraft.integration.event.Event;
import dev.statecraft.integration.event.EventFeedService;
import dev.statecraft.integration.event.EventType;
import dev.statecraft.integration.event.IntegrationConfig;
import dev.statecraft.integration.event.SourceChange;
import dev.statecraft.integration.monitoring.HealthReportService;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.rank.BoardConsistencyService;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.migration.execution.RunService;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.feed.ResyncService;
import dev.statecraft.replication.statistics.ReplicationStatisticsService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Checks and repairs all systems of a game: processes overdue work, compares counters with the data that they count,
 * and repairs differences. Each step is idempotent and safe during concurrent writes. Implements {@code
 * forceSystemSynchronization} of the original Luau API.
 */
@ApplicationScoped
public class SynchronizationService {

    private static final int PAGE_SIZE = 100;

    private final BoardService boards;
    private final RankingService rankings;
    private final BoardConsistencyService audits;
    private final LeaderboardMaintenance upkeep;
    private final ConflictService conflicts;
    private final ReplicationStatisticsService statistics;
    private final MigrationService migrations;
    private final RunService runs;
    private final ResyncService resyncs;
    private final CoordinationService coordination;
    private final BindingService bindings;
    private final EventFeedService feed;
    private final IntegrationConfig config;
    private final Clock clock;

    SynchronizationService(
            BoardService boards,
            RankingService rankings,
            BoardConsistencyService audits,
            LeaderboardMaintenance upkeep,
            ConflictService conflicts,
            ReplicationStatisticsService statistics,
            MigrationService migrations,
            RunService runs,
            ResyncService resyncs,
            CoordinationService coordination,
            BindingService bindings,
            EventFeedService feed,
            IntegrationConfig config,
            Clock clock) {
        this.boards = boards;
        this.rankings = rankings;
        this.audits = audits;
        this.upkeep = upkeep;
        this.conflicts = conflicts;
        this.statistics = statistics;
        this.migrations = migrations;
        this.runs = runs;
        this.resyncs = resyncs;
        this.coordination = coordination;
        this.bindings = bindings;
        this.feed = feed;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Result for one system.
     *
     * @param checked number of items checked
     * @param found number of items with differences or overdue work
     * @param mended number of these items that were repaired, or whose repair was started in the background
     */
    @Schema(name = "SynchronizationPart")
    public record Part(long checked, long found, long mended) {

        private static final Part NOTHING = new Part(0, 0, 0);

        private Part plus(Part other) {
            return new Part(checked + other.checked, found + other.found, mended + other.mended);
        }
    }

    /**
     * Result of a system synchronization.
     *
     * @param complete false if the time budget was used up before all items were checked; the caller should call again
     * @param checked number of items checked in all systems
     * @param found number of items with differences or overdue work in all systems
     * @param mended number of these items that were repaired, or whose repair was started in the background
     * @param systems result by system
     * @param stoppedBefore id of the first board that was not checked, null if all were checked
     */
    @Schema(name = "SynchronizationReport")
    public record Outcome(
            Instant timestamp,
            boolean complete,
            long checked,
            long found,
            long mended,
            Map<String, Part> systems,
            @Nullable String stoppedBefore) {}

    /** Result of the consistency checks of boards; {@code stoppedBefore} is the first unchecked board, null if none. */
    private record Boards(Part part, @Nullable String stoppedBefore) {}

    /**
     * Checks and repairs the systems of a game within {@code synchronization-time}, makes its clients resync and
     * appends a SYSTEM_SYNCHRONIZED event. Reads the heads of all spaces. Reads every entry of each board's current
     * season with at most {@code recounted-entries} entries.
     */
    public Outcome synchronize(String game) {
        long until = clock.millis() + config.synchronizationTime().toMillis();
        BooleanSupplier timeLeft = () -> clock.millis() < until;
        int resolved = conflicts.resolveOverdue(game, timeLeft);
        ReplicationStatisticsService.Reconciliation heads = statistics.reconcile(game, timeLeft);
        Part replication =
                new Part(resolved + heads.checked(), resolved + heads.uncounted(), resolved + heads.mended());
        resyncs.requireResync(game, clock.instant());
        Part migration = migrations(game);
        int submitted = 0;
        if (config.crossSystemValidation()) {
            bindings.scheduleBackfill(game);
            submitted = bindings.backfill(game, timeLeft);
        }
        int coordinated = coordination.run(game, timeLeft);
        LeaderboardMaintenance.Done due = upkeep.run(game, timeLeft);
        long repaired = (long) due.closed() + due.snapshots() + due.mended();
        Boards boardsResult = boards(game, timeLeft);
        Part leaderboards = boardsResult.part().plus(new Part((long) due.boards() + submitted, repaired, repaired));
        Map<String, Part> systems = new LinkedHashMap<>();
        systems.put(HealthReportService.REPLICATION, replication);
        systems.put(HealthReportService.MIGRATION, migration);
        systems.put(HealthReportService.LEADERBOARDS, leaderboards);
        systems.put("integration", new Part(coordinated, 0, 0));
        Part all = systems.values().stream().reduce(Part.NOTHING, Part::plus);
        boolean complete = due.complete() && boardsResult.stoppedBefore() == null && timeLeft.getAsBoolean();
        Instant now = clock.instant();
        appendEvent(game, all, now);
        return new Outcome(
                now, complete, all.checked(), all.found(), all.mended(), systems, boardsResult.stoppedBefore());
    }

    private void appendEvent(String game, Part all, Instant now) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("checked", all.checked()).put("found", all.found()).put("mended", all.mended());
        String id = "synchronized/" + now.toEpochMilli();
        feed.append(
                game,
                List.of(SourceChange.once(
                        game, id, List.of(Event.of(EventType.SYSTEM_SYNCHRONIZED, id, now.toEpochMilli(), data)))));
    }

    private Part migrations(String game) {
        MigrationService.Overview all = migrations.list(game);
        int open = runs.announceUnfinished(game, clock.instant()) ? 1 : 0;
        return new Part(all.migrations().size(), open, open);
    }

    private Boards boards(String game, BooleanSupplier timeLeft) {
        Part sum = Part.NOTHING;
        List<Board> page = boards.after(game, null, PAGE_SIZE);
        while (!page.isEmpty()) {
            for (Board board : page) {
                if (!timeLeft.getAsBoolean()) {
                    return new Boards(sum, board.id());
                }
                sum = sum.plus(board(game, board.id()));
            }
            page = boards.after(game, page.get(page.size() - 1).id(), PAGE_SIZE);
        }
        return new Boards(sum, null);
    }

    private Part board(String game, String id) {
        Optional<Board> found = boards.read(game, id);
        if (found.isEmpty() || found.get().mending() != null) {
            return new Part(1, 0, 0);
        }
        Board board = found.get();
        if (rankings.summary(board, board.season()).total() > config.recountedEntries()) {
            return new Part(1, 0, 0);
        }
        BoardConsistencyService.Report report = audits.audit(board, board.season());
        // Writes that are not counted yet are not a difference; the next call checks the board again.
        if (report.drift() == 0 || !report.settled()) {
            return new Part(1, 0, 0);
        }
        return new Part(1, 1, audits.mend(board, board.season()) ? 1 : 0);
    }
}
