package dev.statecraft.integration;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.leaderboard.AuditService;
import dev.statecraft.leaderboard.Board;
import dev.statecraft.leaderboard.BoardService;
import dev.statecraft.leaderboard.RankingService;
import dev.statecraft.leaderboard.UpkeepService;
import dev.statecraft.migration.MigrationService;
import dev.statecraft.migration.RunService;
import dev.statecraft.replication.ConflictService;
import dev.statecraft.replication.ReplicationStatisticsService;
import dev.statecraft.replication.ResyncService;
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
 * The seed's forceSystemSynchronization: works off what is due, compares counters with what they count, and mends what
 * differs. Every step is safe at any time, twice, and while everything is being written to.
 */
@ApplicationScoped
public class SynchronizationService {

    private static final int PAGE = 100;

    private final BoardService boards;
    private final RankingService rankings;
    private final AuditService audits;
    private final UpkeepService upkeep;
    private final ConflictService conflicts;
    private final ReplicationStatisticsService statistics;
    private final MigrationService migrations;
    private final RunService runs;
    private final ResyncService resyncs;
    private final CoordinationService coordination;
    private final BindingService bindings;
    private final FeedService feed;
    private final IntegrationConfig config;
    private final Clock clock;

    SynchronizationService(
            BoardService boards,
            RankingService rankings,
            AuditService audits,
            UpkeepService upkeep,
            ConflictService conflicts,
            ReplicationStatisticsService statistics,
            MigrationService migrations,
            RunService runs,
            ResyncService resyncs,
            CoordinationService coordination,
            BindingService bindings,
            FeedService feed,
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
     * What was done in a system.
     *
     * @param checked how many things were looked at
     * @param found how many of them were not as they should be, or were due
     * @param mended how many of these are as they should be now, or are being mended in the background
     */
    @Schema(name = "SynchronizationPart")
    public record Part(long checked, long found, long mended) {

        private static final Part NOTHING = new Part(0, 0, 0);

        private Part plus(Part other) {
            return new Part(checked + other.checked, found + other.found, mended + other.mended);
        }
    }

    /**
     * What was done.
     *
     * @param complete whether everything was looked at before the time was up; if not, call again
     * @param checked things looked at, in all systems
     * @param found things that were not as they should be, or due
     * @param mended how many of these were mended
     * @param systems the same for each system
     * @param stoppedBefore the board that was not looked at any more, null if all were
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

    /** The boards, and the one that was not looked at any more. */
    private record Boards(Part part, @Nullable String stoppedBefore) {}

    /**
     * Synchronizes the systems of a game for as long as configured, and has its clients begin anew. Reads every entry of the running seasons that have not
     * too many, and the heads of all spaces.
     */
    public Outcome synchronize(String game) {
        long until = clock.millis() + config.synchronizationTime().toMillis();
        BooleanSupplier timeLeft = () -> clock.millis() < until;
        int settled = conflicts.settleDue(game, timeLeft);
        ReplicationStatisticsService.Audit heads = statistics.audit(game, timeLeft);
        Part replication = new Part(settled + heads.checked(), settled + heads.behind(), settled + heads.mended());
        resyncs.beginAnew(game, clock.instant());
        Part migration = migrations(game);
        int followed = 0;
        if (config.crossSystemValidation()) {
            bindings.refillLater(game);
            followed = bindings.fill(game, timeLeft);
        }
        int coordinated = coordination.run(game, timeLeft);
        UpkeepService.Done due = upkeep.run(game, timeLeft);
        long worked = (long) due.closed() + due.snapshots() + due.mended();
        Boards looked = boards(game, timeLeft);
        Part leaderboards = looked.part().plus(new Part((long) due.boards() + followed, worked, worked));
        Map<String, Part> systems = new LinkedHashMap<>();
        systems.put(HealthReportService.REPLICATION, replication);
        systems.put(HealthReportService.MIGRATION, migration);
        systems.put(HealthReportService.LEADERBOARDS, leaderboards);
        systems.put("integration", new Part(coordinated, 0, 0));
        Part all = systems.values().stream().reduce(Part.NOTHING, Part::plus);
        boolean complete = due.complete() && looked.stoppedBefore() == null && timeLeft.getAsBoolean();
        Instant now = clock.instant();
        tell(game, all, now);
        return new Outcome(now, complete, all.checked(), all.found(), all.mended(), systems, looked.stoppedBefore());
    }

    private void tell(String game, Part all, Instant now) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("checked", all.checked()).put("found", all.found()).put("mended", all.mended());
        String id = "synchronized/" + now.toEpochMilli();
        feed.append(
                game,
                List.of(Occurrence.once(
                        game, id, List.of(Event.of(EventType.SYSTEM_SYNCHRONIZED, id, now.toEpochMilli(), data)))));
    }

    private Part migrations(String game) {
        MigrationService.Overview all = migrations.list(game);
        int open = runs.takeUp(game, clock.instant()) ? 1 : 0;
        return new Part(all.migrations().size(), open, open);
    }

    private Boards boards(String game, BooleanSupplier timeLeft) {
        Part sum = Part.NOTHING;
        List<Board> page = boards.after(game, null, PAGE);
        while (!page.isEmpty()) {
            for (Board board : page) {
                if (!timeLeft.getAsBoolean()) {
                    return new Boards(sum, board.id());
                }
                sum = sum.plus(board(game, board.id()));
            }
            page = boards.after(game, page.get(page.size() - 1).id(), PAGE);
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
        AuditService.Report report = audits.audit(board, board.season());
        // What is only on its way is not drift; the next call sees it counted.
        if (report.drift() == 0 || !report.settled()) {
            return new Part(1, 0, 0);
        }
        return new Part(1, 1, audits.mend(board, board.season()) ? 1 : 0);
    }
}
