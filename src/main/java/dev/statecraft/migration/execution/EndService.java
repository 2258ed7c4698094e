package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.registry.LedgerEntry;
import dev.statecraft.migration.registry.MigrationStore;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.registry.Registration.Application;
import dev.statecraft.migration.registry.Registry;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ends runs. An end is one transaction with the registry, the registration of the migration and a ledger entry. */
@ApplicationScoped
public class EndService {

    private final MigrationStore store;
    private final RunStore runs;
    private final Clock clock;

    public EndService(MigrationStore store, RunStore runs, Clock clock) {
        this.store = store;
        this.runs = runs;
        this.clock = clock;
    }

    /**
     * Ends a run. Returns false if the run or the registry has changed since it was read. Cost: about 12 WCU.
     *
     * @param status final status of the run
     * @param progress progress of all segments
     * @param error why the run did not succeed, null if it did
     */
    boolean end(String game, Run run, MigrationStatus status, Progress progress, @Nullable String error) {
        Registry registry = store.registry(game);
        List<Registration> all = store.list(game);
        Registration stored = StartService.find(all, run.version());
        if (stored == null || !run.id().equals(registry.activeRun())) {
            return false;
        }
        boolean complete = status == MigrationStatus.APPLIED || run.direction() == Run.Direction.DOWN;
        Run ended = run.finished(status, run.ended(progress, complete), now(), error);
        long seq = registry.seq() + 1;
        Registration after = stored.with(status, application(run, status, progress, seq, error));
        List<Registration> later = all.stream()
                .map(migration -> migration.version().equals(run.version()) ? after : migration)
                .toList();
        Registry.Apply apply = registry.apply();
        boolean applyContinues = status == MigrationStatus.APPLIED
                && apply != null
                && StartService.nextPending(
                                later.stream()
                                        .map(migration -> migration.under(registry))
                                        .toList(),
                                apply.target())
                        .isPresent();
        Registry next = registry.ended(current(registry, later), applyContinues ? apply : null);
        return store.record(
                game,
                registry,
                next,
                after,
                StartService.entry(next, LedgerEntry.Action.valueOf(status.name()), stored, run, now(), error),
                runs.replacing(game, run, ended));
    }

    private Application application(
            Run run, MigrationStatus status, Progress progress, long seq, @Nullable String error) {
        if (status == MigrationStatus.APPLIED) {
            return new Application(now(), seq, run.id(), run.sources(), null);
        }
        boolean down = run.direction() == Run.Direction.DOWN;
        boolean undone = down || run.phase().back() || run.segments() == 0;
        long left = down ? progress.main().failed() : progress.back().failed();
        // Backups are needed until every record is rolled back.
        List<Run.Source> backups = undone && left == 0 ? List.of() : run.sources();
        return new Application(null, 0, run.id(), backups, down && status != MigrationStatus.FAILED ? null : error);
    }

    /** The latest version that is applied, or the baseline. */
    private static SemanticVersion current(Registry registry, List<Registration> all) {
        SemanticVersion baseline = registry.baseline();
        SemanticVersion latest = baseline == null ? SemanticVersion.NONE : baseline;
        for (Registration migration : all) {
            if (migration.ran() && migration.version().compareTo(latest) > 0) {
                latest = migration.version();
            }
        }
        return latest;
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }
}
