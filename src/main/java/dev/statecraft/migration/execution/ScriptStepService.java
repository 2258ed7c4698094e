package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.registry.MigrationStore;
import dev.statecraft.migration.run.InvariantSums;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Run.Direction;
import dev.statecraft.migration.run.Run.Phase;
import dev.statecraft.migration.run.RunCounts;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Script;
import dev.statecraft.migration.run.Script.Outcome;
import dev.statecraft.migration.run.ScriptStore;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import org.jspecify.annotations.Nullable;

/**
 * Advances runs of scripts: PLANNING, MIGRATING, then the run ends as APPLIED. After the last failed attempt, or a
 * cancellation, RESTORING follows, in which game servers make attempts to roll back. A run of a script counts as one
 * record.
 */
@ApplicationScoped
public class ScriptStepService {

    private static final RunCounts ONE_DONE = new RunCounts(1, 1, 0, 0);
    private static final RunCounts ONE_FAILED = new RunCounts(0, 0, 0, 1);

    private final MigrationStore store;
    private final RunStore runs;
    private final ScriptStore scripts;
    private final EndService ends;
    private final MigrationConfig config;
    private final Event<RunsPending> waiting;

    public ScriptStepService(
            MigrationStore store,
            RunStore runs,
            ScriptStore scripts,
            EndService ends,
            MigrationConfig config,
            Event<RunsPending> waiting) {
        this.store = store;
        this.runs = runs;
        this.scripts = scripts;
        this.ends = ends;
        this.config = config;
        this.waiting = waiting;
    }

    /**
     * Performs the next change of phase of a run that is not paused. Returns false if a game server has to act first; if
     * true, the caller reads the run again.
     */
    boolean advance(String game, Run run) {
        if (!run.active()) {
            // A concurrent step ended the run after this one read the registry.
            return true;
        }
        Script script = scripts.read(game, run);
        if (run.stopping() != null && !run.phase().back()) {
            return stop(game, run, script);
        }
        if (run.phase() == Phase.PLANNING) {
            boolean up = run.direction() == Direction.UP;
            runs.replace(
                    game,
                    run,
                    run.planned(
                            up ? MigrationStatus.RUNNING : MigrationStatus.ROLLING_BACK,
                            up ? Phase.MIGRATING : Phase.RESTORING,
                            1,
                            0,
                            1));
            return true;
        }
        Outcome outcome = script.outcome();
        if (outcome == null) {
            return false;
        }
        boolean succeeded = outcome == Outcome.SUCCEEDED;
        if (run.phase().back()) {
            endRollback(game, run, script, succeeded);
        } else if (succeeded) {
            end(game, run, script, MigrationStatus.APPLIED, new Result(ONE_DONE, RunCounts.NONE, null));
        } else {
            runs.replace(game, run, run.stopping(MigrationStatus.FAILED, reason(script)));
        }
        return true;
    }

    /**
     * Starts the rollback of a run that is being stopped, or ends the run if rollbacks are disabled or no attempt was
     * made. A current attempt ends first, because two game servers must not act at the same time.
     */
    private boolean stop(String game, Run run, Script script) {
        boolean cancelled = run.stopping() == MigrationStatus.CANCELLED;
        if (script.outcome() == Outcome.CLOSED) {
            end(
                    game,
                    run,
                    script,
                    cancelled ? MigrationStatus.CANCELLED : MigrationStatus.FAILED,
                    new Result(cancelled ? RunCounts.NONE : ONE_FAILED, RunCounts.NONE, run.error()));
            return true;
        }
        if (script.direction() == Direction.DOWN) {
            runs.replace(game, run, run.at(MigrationStatus.ROLLING_BACK, Phase.RESTORING));
            return true;
        }
        if (script.holder() != null) {
            return false;
        }
        boolean back = script.attempt() > 0 && config.rollbackOnFailure();
        scripts.replace(game, script, back ? script.turned() : script.closed(), TransactionWrites.NONE);
        return true;
    }

    private void endRollback(String game, Run run, Script script, boolean succeeded) {
        boolean down = run.direction() == Direction.DOWN;
        boolean cancelled = run.stopping() == MigrationStatus.CANCELLED;
        RunCounts end = succeeded ? ONE_DONE : ONE_FAILED;
        RunCounts main = down ? end : cancelled ? RunCounts.NONE : ONE_FAILED;
        String failure = succeeded ? null : "The rollback failed. " + reason(script);
        String error = run.error();
        end(
                game,
                run,
                script,
                !succeeded
                        ? MigrationStatus.FAILED
                        : cancelled ? MigrationStatus.CANCELLED : MigrationStatus.ROLLED_BACK,
                new Result(
                        main,
                        down ? RunCounts.NONE : end,
                        error == null || failure == null ? (error == null ? failure : error) : error + " " + failure));
    }

    /** The counts and the error of a run that ends. */
    private record Result(
            RunCounts main, RunCounts back, @Nullable String error) {}

    private void end(String game, Run run, Script script, MigrationStatus status, Result result) {
        boolean ended = ends.end(
                game,
                script.parts().isEmpty() ? run : run.backedUp(),
                status,
                new Progress(result.main(), result.back(), script.attempt(), 0, InvariantSums.NONE),
                result.error());
        if (ended && store.registry(game).apply() != null) {
            // The request of a game server ends the run. It does not drive the next one.
            waiting.fire(new RunsPending(game, run.id() + "-" + (run.revision() + 1), false));
        }
    }

    private static String reason(Script script) {
        String attempts = script.attempt() == 1 ? "The attempt failed" : script.attempt() + " attempts failed";
        String message = script.message();
        return message == null || message.isEmpty() ? attempts + "." : attempts + ". Last message: " + message;
    }
}
