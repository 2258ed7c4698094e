package dev.statecraft.migration.segment;

import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.registry.DefinitionCatalog;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.run.SegmentStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Decides which worker processes the records of a run, and stops runs that cannot continue. */
@ApplicationScoped
public class RunCoordinator {

    private final MigrationService migrations;
    private final DefinitionCatalog definitions;
    private final RunStore runs;
    private final SegmentStore segments;
    private final MigrationConfig config;
    private final Clock clock;

    public RunCoordinator(
            MigrationService migrations,
            DefinitionCatalog definitions,
            RunStore runs,
            SegmentStore segments,
            MigrationConfig config,
            Clock clock) {
        this.migrations = migrations;
        this.definitions = definitions;
        this.runs = runs;
        this.segments = segments;
        this.config = config;
        this.clock = clock;
    }

    /** Stops a run with an error, unless it is being stopped or rolled back already. */
    void fail(String game, String runId, MigrationStatus as, String error) {
        while (true) {
            Run run = runs.read(game, runId).orElse(null);
            if (run == null || !run.active() || run.stopping() != null || run.isRollingBack()) {
                return;
            }
            if (runs.replace(game, run, run.stopping(as, ErrorText.bounded(error)))) {
                return;
            }
        }
    }

    /**
     * Whether game servers migrate the records of a run in its current phase, or downgrade them. In a rollback they do
     * so in SWEEPING.
     */
    public boolean isForWorkers(String game, Run run) {
        boolean due = run.isRollingBack()
                ? run.phase() == Run.Phase.SWEEPING
                : run.phase().working();
        return due && usesGameServers(game, run);
    }

    /**
     * Whether game servers take part in the current direction of a run: the migration is of kind WORKER, and in a
     * rollback it has a {@code down}.
     */
    boolean usesGameServers(String game, Run run) {
        return migrations
                .find(game, run.version())
                .filter(found -> found.kind() == Definition.Kind.WORKER)
                .filter(found -> !run.isRollingBack()
                        || definitions.definitionOf(game, run.version()).down() != null)
                .isPresent();
    }

    /**
     * Milliseconds until the phase may process records. The last scan of a run waits until no write is in flight that was
     * decided before the type's schema version changed: such a write would leave a record in the other version, and
     * nothing would find it. Cost: 1 WCU when a worker first sees the change.
     */
    public long settleMillis(String game, Run run) {
        Duration settle = config.settleAfter();
        if (settle.isZero() || !(run.phase().scansLast() || run.phase().back())) {
            return 0;
        }
        Instant since = run.settlingSince();
        if (since == null) {
            // The time is that of a worker that has read the run: the change of the schema version precedes it.
            since = Instant.ofEpochMilli(clock.millis());
            runs.replace(game, run, run.settling(since));
        }
        return run.phase().scansLast() ? Math.max(0, since.plus(settle).toEpochMilli() - clock.millis()) : 0;
    }

    /** Whether a segment needs work. In CANARY only the first unfinished segment does. */
    public boolean needsWork(String game, Run run, int number) {
        if (!run.phase().working()
                || run.paused()
                || (run.stopping() != null && !run.phase().back())) {
            return false;
        }
        if (run.phase() != Run.Phase.CANARY) {
            return true;
        }
        List<Segment> all = segments.list(game, run.id(), run.segments());
        return Progress.of(all).handled() < run.canary()
                && all.stream()
                        .filter(segment -> !segment.finished(run.phase().pass()))
                        .findFirst()
                        .filter(first -> first.number() == number)
                        .isPresent();
    }
}
