package dev.statecraft.migration.segment;

import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Quarantined;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.run.SegmentStore;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.table.Counters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Completes pages of segments: moves the checkpoint, counts and quarantines records, and fails the run if too many records
 * failed or a migrated record violates a rule.
 */
@ApplicationScoped
public class PageCompletion {

    private final RunCoordinator coordinator;
    private final SegmentStore segments;
    private final Counters counters;

    public PageCompletion(RunCoordinator coordinator, SegmentStore segments, Counters counters) {
        this.coordinator = coordinator;
        this.segments = segments;
        this.counters = counters;
    }

    /**
     * A page to complete.
     *
     * @param checkpoint position after its last processed record, null at the start or the end of the segment
     * @param last whether the segment is finished after it
     * @param carried number of records that were written before in this run and whose pages are not complete
     * @param units capacity units that the page consumed
     */
    record Page(
            PageOutcome outcome, Segment.@Nullable Checkpoint checkpoint, boolean last, long carried, double units) {}

    /** The segment after a completed page, and the number of carried records that are not counted yet. */
    record Completed(Segment lease, long carried) {}

    /**
     * Completes a page; returns nothing if the lease is lost. Cost: that of {@link SegmentStore#complete}, and for a page
     * with failed records a read of the segments.
     */
    Optional<Completed> complete(String game, Run run, Segment lease, Page page) {
        PageOutcome outcome = page.outcome();
        if (outcome.lost()) {
            return Optional.empty();
        }
        long done = doneAfter(game, run, lease, outcome);
        long hidden = done - lease.counts(run.undoing()).done() - outcome.done();
        return complete(
                game,
                run,
                lease,
                done,
                new Page(outcome, page.checkpoint(), page.last(), page.carried() + hidden, page.units()));
    }

    /**
     * The number of done records after a page. If the SDK repeats a commit whose response was lost, and the repetition is
     * throttled, the commit is decided again and meets its own records as current. They are counted already. Cost: 1 RCU
     * for a page with records that were migrated before.
     */
    private long doneAfter(String game, Run run, Segment lease, PageOutcome outcome) {
        long done = lease.counts(run.undoing()).done() + outcome.done();
        boolean unsure = run.phase().pass() == Run.Phase.MIGRATING.pass() && outcome.current() > 0;
        return unsure
                ? Math.max(
                        done,
                        segments.read(game, lease.run(), lease.number())
                                .counts(run.undoing())
                                .done())
                : done;
    }

    private Optional<Completed> complete(String game, Run run, Segment lease, long done, Page page) {
        PageOutcome outcome = page.outcome();
        long carried = carriedAfter(run.phase(), page);
        Optional<Segment> next = segments.complete(
                game,
                lease,
                new SegmentStore.Page(
                        run.undoing(),
                        page.checkpoint(),
                        page.last(),
                        done - carried,
                        skipped(run.phase(), page),
                        outcome.attempts(),
                        page.units(),
                        newlyQuarantined(run.phase(), outcome),
                        outcome.repaired()));
        if (next.isEmpty()) {
            return Optional.empty();
        }
        counters.add(Counters.MIGRATED_RECORDS, outcome.done());
        judge(game, run, outcome);
        return Optional.of(new Completed(next.get(), carried));
    }

    private static long carriedAfter(Run.Phase phase, Page page) {
        return switch (phase) {
            case CANARY, MIGRATING -> page.carried() - carriedIn(page);
            case SWEEPING -> page.carried();
            case PLANNING, VALIDATING, RESTORING, FINISHED -> 0;
        };
    }

    /** Number of carried records that the page has met again. */
    private static long carriedIn(Page page) {
        return Math.min(page.carried(), page.outcome().current());
    }

    /**
     * Number of records that count as skipped. An upgrade does not skip its carried records, and records that validation
     * scans again are not counted. A sweep counts every record that it scans.
     */
    private static long skipped(Run.Phase phase, Page page) {
        PageOutcome outcome = page.outcome();
        return switch (phase) {
            case CANARY, MIGRATING -> outcome.current() - carriedIn(page);
            case SWEEPING ->
                outcome.done() + outcome.current() + outcome.failed().size();
            case PLANNING, VALIDATING, RESTORING, FINISHED -> 0;
        };
    }

    /**
     * The failed records that are not quarantined yet. Validation scans records again that were quarantined before, and a
     * record that cannot be restored is left for SWEEPING, so that each record is counted once.
     */
    private static List<Quarantined> newlyQuarantined(Run.Phase phase, PageOutcome outcome) {
        return phase == Run.Phase.RESTORING
                ? List.of()
                : outcome.failed().stream()
                        .filter(record -> !outcome.quarantined().contains(new EntityKey(record.space(), record.id())))
                        .toList();
    }

    /** Fails the run if a migrated record violates a rule or more records failed than the run allows. */
    private void judge(String game, Run run, PageOutcome outcome) {
        if (run.isRollingBack()) {
            return;
        }
        if (outcome.violation() != null) {
            coordinator.fail(game, run.id(), MigrationStatus.FAILED, outcome.violation());
        } else if (!outcome.failed().isEmpty()) {
            Progress progress = Progress.of(segments.list(game, run.id(), run.segments()));
            long total = Math.max(run.total(), progress.handled());
            if (run.options().exceeded(progress.main().failed(), total)) {
                coordinator.fail(
                        game,
                        run.id(),
                        MigrationStatus.FAILED,
                        reason(outcome.failed().get(0), progress));
            }
        }
    }

    /** Does not name the record, whose id may be a player's: the reason is stored with the run and in the ledger. */
    private static String reason(Quarantined last, Progress progress) {
        long failed = progress.main().failed();
        return (failed == 1 ? "1 record" : failed + " records") + " failed. Last error: " + last.reason();
    }
}
