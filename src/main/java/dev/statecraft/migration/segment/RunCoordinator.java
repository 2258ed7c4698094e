package dev.statecraft.migration.segment;

import dev.statecraft.migration.definition.Definition;
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
import java.util.List;

/** Says who has to do what next in a run, and ends one that cannot go on. */
@ApplicationScoped
public class RunCoordinator {

    private final MigrationService migrations;
    private final DefinitionCatalog definitions;
    private final RunStore runs;
    private final SegmentStore segments;

    public RunCoordinator(
            MigrationService migrations, DefinitionCatalog definitions, RunStore runs, SegmentStore segments) {
        this.migrations = migrations;
        this.definitions = definitions;
        this.runs = runs;
        this.segments = segments;
    }

    /** Ends a run with an error, unless it is ending already. */
    void fail(String game, String runId, MigrationStatus as, String error) {
        while (true) {
            Run run = runs.read(game, runId).orElse(null);
            if (run == null || !run.active() || run.stopping() != null || run.goesBack()) {
                return;
            }
            if (runs.replace(game, run, run.stopping(as, ErrorText.bounded(error)))) {
                return;
            }
        }
    }

    /**
     * Whether records of a run are migrated by game servers now, or taken back by them: what is still in the new shape when
     * everything that was kept is restored.
     */
    public boolean isForWorkers(String game, Run run) {
        boolean due =
                run.goesBack() ? run.phase() == Run.Phase.SWEEPING : run.phase().working();
        return due && areWorkersAsked(game, run);
    }

    /** Whether game servers have a part in the way that a run goes. */
    boolean areWorkersAsked(String game, Run run) {
        return migrations
                .find(game, run.version())
                .filter(found -> found.kind() == Definition.Kind.WORKER)
                .filter(found -> !run.goesBack()
                        || definitions.definitionOf(game, run.version()).down() != null)
                .isPresent();
    }

    /** Whether a segment is to be worked on: as long as the canary lasts, only the first that is not finished. */
    public boolean isWanted(String game, Run run, int number) {
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
