package dev.statecraft.migration.script;

import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.StepService;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Run.Direction;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Script;
import dev.statecraft.migration.run.ScriptStore;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Leases attempts of a script to one game server at a time. A lease has no end time. Another server takes it over after
 * that server has waited for {@code migration-timeout} and the revision of the lease has not changed. So clocks of
 * different machines are never compared.
 */
@ApplicationScoped
public class ScriptLeaseService {

    /** Milliseconds to wait if a run is paused or between two phases. */
    private static final long BETWEEN_MILLIS = 1_000;

    /** Maximum time for advancing a run in one request, in milliseconds. */
    private static final long ADVANCE_MILLIS = 5_000;

    /** The longest pause between two attempts, in milliseconds. */
    private static final long LONGEST_RETRY_MILLIS = 60_000;

    private static final Pattern TEXT = Pattern.compile("[0-9]{1,15}:[0-9]{1,12}");

    private static final int TRIES = 16;
    private static final long CONTENTION_MILLIS = 5;

    private final MigrationService migrations;
    private final StepService steps;
    private final RunStore runs;
    private final ScriptStore scripts;
    private final ScriptBackupService backups;
    private final MigrationConfig config;
    private final Ticker ticker;
    private final Backoff backoff;

    public ScriptLeaseService(
            MigrationService migrations,
            StepService steps,
            RunStore runs,
            ScriptStore scripts,
            ScriptBackupService backups,
            MigrationConfig config,
            Ticker ticker,
            Backoff backoff) {
        this.migrations = migrations;
        this.steps = steps;
        this.runs = runs;
        this.scripts = scripts;
        this.backups = backups;
        this.config = config;
        this.ticker = ticker;
        this.backoff = backoff;
    }

    /** Result of a lease request. Variants are listed in order of precedence. */
    public sealed interface Leased {}

    /** The migration is not registered. */
    public record Unknown() implements Leased {}

    /** The migration is not of kind SCRIPT. */
    public record NotAScript() implements Leased {}

    /** No attempt is to be made until the migration is applied or rolled back. */
    public record Nothing(MigrationStatus status) implements Leased {}

    /**
     * Another server makes an attempt, the pause before the next attempt has not passed, or the run is paused.
     *
     * @param waitMillis milliseconds to wait before the next request
     * @param seen what to send with the next request; null if nothing
     */
    public record Wait(
            MigrationStatus status,
            long waitMillis,
            @Nullable String seen) implements Leased {}

    /** The server makes an attempt. */
    public record Attempt(
            MigrationStatus status, String lease, int attempt, Direction direction, ScriptBackupService.Given backup)
            implements Leased {}

    /** Gave up after 16 conflicting writes; nothing was changed. The caller may retry. */
    public record Busy() implements Leased {}

    /**
     * Leases the next attempt. The holder of the current attempt gets the same lease again. Cost: about 6 RCU, and 2 WCU
     * for a new lease.
     *
     * @param holder name of the game server
     * @param seen what the previous answer said; the caller has waited for its {@code waitMillis}
     */
    public Leased lease(String game, SemanticVersion version, String holder, @Nullable String seen) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Registration registration = migrations.find(game, version).orElse(null);
            if (registration == null) {
                return new Unknown();
            }
            if (registration.kind() != Definition.Kind.SCRIPT) {
                return new NotAScript();
            }
            advance(game);
            String id = migrations
                    .find(game, version)
                    .map(found -> found.application().run())
                    .orElse(null);
            Run run = id == null ? null : runs.read(game, id).orElse(null);
            if (run == null || !run.active()) {
                return new Nothing(run == null ? registration.status() : run.status());
            }
            Optional<Leased> leased = lease(game, run, holder, Seen.parse(seen));
            if (leased.isPresent()) {
                return leased.get();
            }
        }
        return new Busy();
    }

    /** Leases an attempt of an active run. Returns nothing if the run has to be read again. */
    private Optional<Leased> lease(String game, Run run, String holder, Seen seen) {
        Script script = scripts.read(game, run);
        MigrationStatus status = run.visibleStatus();
        if (holder.equals(script.holder())) {
            return Optional.of(attempt(game, run, script));
        }
        long waited = seen.revision() == script.revision() ? seen.waitedMillis() : 0;
        if (script.holder() != null) {
            long left = config.migrationTimeout().toMillis() - waited;
            if (left > 0) {
                return Optional.of(wait(status, script, waited, left));
            }
            // The attempt has ended in the eyes of a server that has waited for it. The run is read again.
            String text = "Attempt " + script.attempt() + " was not completed in time";
            scripts.replace(game, script, script.timedOut(text, config.maxMigrationAttempts()), TransactionWrites.NONE);
            return Optional.empty();
        }
        if (!isDue(run, script)) {
            return Optional.of(new Wait(status, BETWEEN_MILLIS, null));
        }
        long left = pauseMillis(script) - waited;
        if (left > 0) {
            return Optional.of(wait(status, script, waited, left));
        }
        Script next = script.leased(holder);
        return scripts.replace(game, script, next, TransactionWrites.NONE)
                ? Optional.of(attempt(game, run, next))
                : Optional.empty();
    }

    /** Whether an attempt is to be made. The phase of the run was read before, so it may be behind the script. */
    private static boolean isDue(Run run, Script script) {
        boolean directed = run.phase().back()
                ? script.direction() == Direction.DOWN
                : run.phase() == Run.Phase.MIGRATING && run.stopping() == null && script.direction() == Direction.UP;
        return directed && !run.paused() && script.outcome() == null;
    }

    private Wait wait(MigrationStatus status, Script script, long waited, long left) {
        long millis = Math.min(left, config.script().poll().toMillis());
        return new Wait(status, millis, new Seen(script.revision(), waited + millis).text());
    }

    /** Milliseconds between the end of the last attempt and the next one. */
    private long pauseMillis(Script script) {
        return script.attempt() == 0
                ? 0
                : Math.min(
                        LONGEST_RETRY_MILLIS,
                        config.script().firstRetry().toMillis() << Math.min(script.attempt() - 1, 6));
    }

    private Attempt attempt(String game, Run run, Script script) {
        return new Attempt(
                run.visibleStatus(),
                run.id() + ":" + script.token(),
                script.attempt(),
                script.direction(),
                backups.of(game, run, script));
    }

    private void advance(String game) {
        steps.advance(game, Deadline.inMillis(ticker, ADVANCE_MILLIS)::millisLeft);
    }

    /**
     * What a server that waits has seen: a revision, and for how long it has waited at this revision.
     *
     * @param waitedMillis milliseconds that have passed when the server asks again
     */
    private record Seen(long revision, long waitedMillis) {

        private static final Seen NOTHING = new Seen(-1, 0);

        static Seen parse(@Nullable String text) {
            return text != null && TEXT.matcher(text).matches()
                    ? new Seen(
                            Long.parseLong(text.substring(0, text.indexOf(':'))),
                            Long.parseLong(text.substring(text.indexOf(':') + 1)))
                    : NOTHING;
        }

        String text() {
            return revision + ":" + waitedMillis;
        }
    }
}
