package dev.statecraft.migration.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.statecraft.migration.definition.Invariant;
import dev.statecraft.migration.run.InvariantSums;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Quarantined;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunCounts;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A run as callers see it.
 *
 * @param id the run
 * @param runId the same, as other answers name it
 * @param version the migration
 * @param direction whether it began as an application or as a rollback
 * @param status how far it is
 * @param phase what is being done
 * @param done records that were migrated, or taken back by a rollback
 * @param skipped records that there was nothing to do to
 * @param failed records that were put aside
 * @param total how many records there are; the sum of the three once the run has ended
 * @param itemsPerSecond records dealt with a second
 * @param etaSeconds how long the rest will take at that rate; not told before the first page
 * @param attempts the most tries a record took
 * @param startedAt when it was begun
 * @param finishedAt when it ended
 * @param error why it did not succeed
 * @param mode how a rollback treats records that were written since
 * @param forced whether it was begun out of its turn
 * @param by who began it
 * @param reason why
 * @param segments parts that are worked on side by side
 * @param maxCapacity units of capacity it may consume a second; 0 for no limit
 * @param consumedCapacity units it has consumed
 * @param undone what became of the records when the run was undone
 * @param invariants the sums over the migrated records
 * @param failures some of the records that were put aside
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
        List<Quarantined> failures) {

    /** Records that were taken back, and those that could not be. */
    @Schema(name = "RunUndone")
    public record Undone(long done, long failed) {}

    /** A sum that is to stay the same, over the records migrated so far. */
    @Schema(name = "RunInvariant")
    public record Sum(String expression, BigDecimal before, BigDecimal after, boolean holds) {}

    static RunView of(RunState seen, Instant now) {
        Run run = seen.run();
        Progress progress = seen.progress();
        RunCounts main = progress.main();
        RunCounts back = progress.back();
        // On the way down records are counted as seen until the end, when it is known which were skipped.
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
                run.told(),
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
                sums(seen.invariants(), progress.sums()),
                seen.failures());
    }

    private static @Nullable Long eta(Run run, long handled, long total, double seconds) {
        if (!run.active()) {
            return 0L;
        }
        return handled == 0 ? null : Long.valueOf((long) Math.ceil((total - handled) * seconds / handled));
    }

    private static List<Sum> sums(List<Invariant> invariants, InvariantSums sums) {
        List<Sum> told = new ArrayList<>();
        for (int i = 0; i < invariants.size(); i++) {
            Invariant invariant = invariants.get(i);
            BigDecimal before = sums.before(i);
            BigDecimal after = sums.after(i);
            told.add(new Sum(invariant.expression().toString(), before, after, invariant.holds(before, after)));
        }
        return told;
    }
}
