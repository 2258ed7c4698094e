package dev.statecraft.migration.execution;

import dev.statecraft.migration.registry.DefinitionCatalog;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.QuarantineStore;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Script;
import dev.statecraft.migration.run.ScriptStore;
import dev.statecraft.migration.run.SegmentStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads runs together with their progress. */
@ApplicationScoped
public class RunReader {

    /** Maximum number of quarantined records that are returned with a run. */
    private static final int FAILURES = 20;

    private final DefinitionCatalog definitions;
    private final RunStore runs;
    private final SegmentStore segments;
    private final QuarantineStore quarantine;
    private final ScriptStore scripts;

    public RunReader(
            DefinitionCatalog definitions,
            RunStore runs,
            SegmentStore segments,
            QuarantineStore quarantine,
            ScriptStore scripts) {
        this.scripts = scripts;
        this.quarantine = quarantine;
        this.definitions = definitions;
        this.runs = runs;
        this.segments = segments;
    }

    /** Returns a run and its progress, or nothing if there is no run with this id. Cost: about 4 RCU. */
    public Optional<RunState> find(String game, String id) {
        return runs.read(game, id).map(run -> {
            Progress progress = progress(game, run);
            boolean failed = progress.main().failed() + progress.back().failed() > 0;
            return new RunState(
                    run,
                    progress,
                    definitions.definitionOf(game, run.version()).invariants(),
                    failed && !run.isScript() ? quarantine.list(game, id, FAILURES) : List.of(),
                    script(game, run));
        });
    }

    /**
     * Lists runs, the newest first, without quarantined records. Cost: 1 RCU per 8 runs, and 1 RCU per 15 segments of an
     * active run.
     *
     * @param below id of a run that all listed runs are older than; null to start with the newest
     */
    public List<RunState> list(String game, @Nullable String below, int limit) {
        return runs.list(game, below, limit).stream()
                .map(run -> new RunState(run, progress(game, run), List.of(), List.of(), script(game, run)))
                .toList();
    }

    private @Nullable Script script(String game, Run run) {
        return run.isScript() ? scripts.read(game, run) : null;
    }

    private Progress progress(String game, Run run) {
        Progress outcome = run.outcome();
        return outcome == null ? Progress.of(segments.list(game, run.id(), run.segments())) : outcome;
    }
}
