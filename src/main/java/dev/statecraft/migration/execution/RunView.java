package dev.statecraft.migration.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.statecraft.migration.definition.Invariant;
import dev.statecraft.migration.run.InvariantSums;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Quarantined;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunCounts;
import dev.statecraft.migration.run.Script;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * API representation of a run.
 *
 * @param id id of the run
 * @param runId same as {@code id}, under the name that other responses use
 * @param version version of the migration
 * @param direction whether the run was started to apply the migration or to roll it back
 * @param status status of the run
 * @param phase current phase
 * @param done number of records that were migrated, or rolled back by a rollback
 * @param skipped number of records that needed no change
 * @param failed number of quarantined records
 * @param total number of records; the sum of the three counts once the run has ended
 * @param itemsPerSecond processed records per second
 * @param etaSeconds estimated remaining time in seconds; missing before the first page
 * @param attempts largest number of attempts for one record
 * @param startedAt time of the start
 * @param finishedAt time of the end
 * @param error why the run did not succeed
 * @param mode how a rollback treats records that were written after the migration
 * @param forced whether the run was started individually
 * @param by who started the run
 * @param reason reason that the caller gave
 * @param segments number of segments processed in parallel
 * @param maxCapacity capacity units that the run may consume per second; 0 for no limit
 * @param consumedCapacity capacity units that the run has consumed
 * @param undone counts of the rollback of a failed or cancelled run
 * @param invariants sums of the invariants over the migrated records
 * @param failures first quarantined records
 * @param script attempts of game servers to perform a script; missing unless the migration is one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunView(
        String id,
        String runId,
        String version,
        Run.Direction direction,
        MigrationStatus status,
        Run.Phase phase,
        long done,
        long skipped,
        long failed,
        long total,
        double itemsPerSecond,
        @Nullable Long etaSeconds,
        int attempts,
        Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable String error,
        Run.Mode mode,
        boolean forced,
        String by,
        @Nullable String reason,
        int segments,
        int maxCapacity,
        double consumedCapacity,
        @Nullable Undone undone,
        List<Sum> invariants,
        List<Quarantined> failures,
        @Nullable ScriptAttempts script) {

    /**
     * Attempts of game servers to perform a script.
     *
     * @param direction whether the attempts apply the migration or roll it back
     * @param attempt number of the last attempt in this direction; 0 before the first
     * @param holder game server that makes the attempt; missing if none does
     * @param message message of the last attempt that ended
     * @param backupBytes bytes of the backup that the run has stored
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "RunScript")
    public record ScriptAttempts(
            Run.Direction direction,
            int attempt,
            @Nullable String holder,
            @Nullable String message,
            long backupBytes) {

        static @Nullable ScriptAttempts of(@Nullable Script script) {
            return script == null
                    ? null
                    : new ScriptAttempts(
                            script.direction(),
                            script.attempt(),
                            script.holder(),
                            script.message(),
                            script.backupBytes());
        }
    }

    /** Number of records that were rolled back, and of those that could not be. */
    @Schema(name = "RunUndone")
    public record Undone(long done, long failed) {}

    /** Sums of an invariant over the records migrated so far. */
    @Schema(name = "RunInvariant")
    public record Sum(String expression, BigDecimal before, BigDecimal after, boolean holds) {}

    static RunView of(RunState state, Instant now) {
        Run run = state.run();
        Progress progress = state.progress();
        RunCounts main = progress.main();
        RunCounts back = progress.back();
        // A rollback counts every scanned record as skipped until it ends. Then the skipped ones are computed.
        long skipped = run.active() && run.direction() == Run.Direction.DOWN ? 0 : main.skipped();
        long handled = main.done() + skipped + main.failed();
        long total = Math.max(handled, run.total());
        Instant until = run.finishedAt() == null ? now : run.finishedAt();
        double seconds = Math.max(1, Duration.between(run.startedAt(), until).toMillis()) / 1_000.0;
        double rate = Math.round(handled / seconds * 10) / 10.0;
        return new RunView(
                run.id(),
                run.id(),
                run.version().toString(),
                run.direction(),
                run.visibleStatus(),
                run.phase(),
                main.done(),
                skipped,
                main.failed(),
                total,
                rate,
                eta(run, handled, total, seconds),
                progress.attempts(),
                run.startedAt(),
                run.finishedAt(),
                run.error(),
                run.order().mode(),
                run.order().forced(),
                run.order().by(),
                run.order().reason(),
                run.segments(),
                run.options().maxCapacity(),
                Math.round(progress.units() * 10) / 10.0,
                back.equals(RunCounts.NONE) ? null : new Undone(back.done(), back.failed()),
                sums(state.invariants(), progress.sums()),
                state.failures(),
                ScriptAttempts.of(state.script()));
    }

    private static @Nullable Long eta(Run run, long handled, long total, double seconds) {
        if (!run.active()) {
            return 0L;
        }
        return handled == 0 ? null : Long.valueOf((long) Math.ceil((total - handled) * seconds / handled));
    }

    private static List<Sum> sums(List<Invariant> invariants, InvariantSums sums) {
        List<Sum> views = new ArrayList<>();
        for (int i = 0; i < invariants.size(); i++) {
            Invariant invariant = invariants.get(i);
            BigDecimal before = sums.before(i);
            BigDecimal after = sums.after(i);
            views.add(new Sum(invariant.expression().toString(), before, after, invariant.holds(before, after)));
        }
        return views;
    }
}
