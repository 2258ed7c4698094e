package dev.statecraft.migration.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.StepService;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Run.Direction;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Script;
import dev.statecraft.migration.run.ScriptStore;
import dev.statecraft.migration.segment.BackupStore;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Stores the backup of an attempt of a script, returns its parts, and ends the attempt. */
@ApplicationScoped
public class ScriptAttemptService {

    /** Maximum time for advancing a run in one request, in milliseconds. */
    private static final long ADVANCE_MILLIS = 5_000;

    /** The name of a lease: run and fencing token. */
    private static final Pattern LEASE = Pattern.compile("[^:]+:[0-9]{1,15}");

    private static final int TRIES = 16;
    private static final long CONTENTION_MILLIS = 5;

    private final MigrationService migrations;
    private final StepService steps;
    private final RunStore runs;
    private final ScriptStore scripts;
    private final BackupStore parts;
    private final ScriptBackupService backups;
    private final MigrationConfig config;
    private final Ticker ticker;
    private final Backoff backoff;

    public ScriptAttemptService(
            MigrationService migrations,
            StepService steps,
            RunStore runs,
            ScriptStore scripts,
            BackupStore parts,
            ScriptBackupService backups,
            MigrationConfig config,
            Ticker ticker,
            Backoff backoff) {
        this.migrations = migrations;
        this.steps = steps;
        this.runs = runs;
        this.scripts = scripts;
        this.parts = parts;
        this.backups = backups;
        this.config = config;
        this.ticker = ticker;
        this.backoff = backoff;
    }

    /** Result of a request under a lease that is not accepted. Variants are listed in order of precedence. */
    public sealed interface Refused extends Ended, Stored, Fetched {}

    /** The migration is not registered. */
    public record Unknown() implements Refused {}

    /** The migration is not of kind SCRIPT. */
    public record NotAScript() implements Refused {}

    /** The attempt has ended, or another server has taken it over. */
    public record Lost() implements Refused {}

    /** Gave up after 16 conflicting writes; nothing was changed. The caller may retry. */
    public record Busy() implements Ended, Stored {}

    /** Result of ending an attempt. Variants are listed in order of precedence. */
    public sealed interface Ended permits Refused, Busy, Done {}

    /**
     * The attempt has ended.
     *
     * @param status status of the run afterwards
     * @param attempt number of the attempt; 0 if the request was repeated after another attempt began
     * @param error why the attempt failed; null if it succeeded
     * @param replayed whether it had ended before the request
     */
    public record Done(
            MigrationStatus status, int attempt, @Nullable String error, boolean replayed) implements Ended {}

    /** Result of storing a part of the backup. Variants are listed in order of precedence. */
    public sealed interface Stored permits Refused, GoesBack, Invalid, TooLarge, Busy, Kept {}

    /** The attempt rolls the migration back. The backup is stored before the migration is applied. */
    public record GoesBack() implements Stored {}

    /** The part does not follow the stored ones, or a part of several is not text. */
    public record Invalid(String field, String reason) implements Stored {}

    /** The part or the backup is too large. */
    public record TooLarge(long limitBytes) implements Stored {}

    /**
     * The part is stored.
     *
     * @param parts number of parts of the backup
     * @param sizeBytes bytes of the backup
     * @param kept whether backups are enabled; otherwise nothing is stored
     */
    public record Kept(int parts, long sizeBytes, boolean kept) implements Stored {}

    /** Result of reading a part of the backup. Variants are listed in order of precedence. */
    public sealed interface Fetched permits Refused, NoPart, Found {}

    /** There is no part with this number. */
    public record NoPart() implements Fetched {}

    /** The part. */
    public record Found(ScriptBackupService.Part part) implements Fetched {}

    /** A rule that the game server checked after the attempt. */
    public record RuleResult(boolean ok, String message) {}

    /** The attempt that a lease names, as it was read. */
    private record Held(Run run, Script script, long token) {

        boolean current() {
            return run.active() && script.token() == token && script.holder() != null;
        }
    }

    /** The run of a lease, or why there is none. */
    private record Lookup(@Nullable Held held, Refused refused) {}

    private Lookup find(String game, SemanticVersion version, String lease) {
        Registration registration = migrations.find(game, version).orElse(null);
        if (registration == null) {
            return new Lookup(null, new Unknown());
        }
        if (registration.kind() != Definition.Kind.SCRIPT) {
            return new Lookup(null, new NotAScript());
        }
        if (!LEASE.matcher(lease).matches()) {
            return new Lookup(null, new Lost());
        }
        int colon = lease.indexOf(':');
        long token = Long.parseLong(lease.substring(colon + 1));
        return new Lookup(
                runs.read(game, lease.substring(0, colon))
                        .filter(run -> run.version().equals(version))
                        .map(run -> new Held(run, scripts.read(game, run), token))
                        .orElse(null),
                new Lost());
    }

    /**
     * Stores a part of the backup of an attempt to apply the migration. The part replaces the part with its number and all
     * later ones, and the lease is extended. Cost: 2 WCU per KB packed.
     *
     * @param part number of the part, from 0
     */
    public Stored backup(String game, SemanticVersion version, String lease, int part, JsonNode data) {
        int bytes = PackedJson.text(data).length;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Lookup lookup = find(game, version, lease);
            Held held = lookup.held();
            if (held == null || !held.current()) {
                return lookup.refused();
            }
            Script script = held.script();
            Optional<Stored> problem = problem(game, script, part, data, bytes);
            if (problem.isPresent()) {
                return problem.get();
            }
            if (!config.backupBeforeMigration()) {
                return new Kept(0, 0, false);
            }
            Script next = script.backedUp(part, bytes);
            if (scripts.replace(game, script, next, parts.keepingPart(game, script.run(), part, data))) {
                return new Kept(next.parts().size(), next.backupBytes(), true);
            }
        }
        return new Busy();
    }

    private Optional<Stored> problem(String game, Script script, int part, JsonNode data, int bytes) {
        if (script.direction() == Direction.DOWN) {
            return Optional.of(new GoesBack());
        }
        if (bytes > config.script().partBytes()) {
            return Optional.of(new TooLarge(config.script().partBytes()));
        }
        int stored = script.parts().size();
        boolean skips = config.backupBeforeMigration() && part > stored;
        if (skips || part >= config.script().parts()) {
            return Optional.of(new Invalid(
                    "part",
                    skips
                            ? "Send the parts in order. The next part is " + stored + "."
                            : "A backup has at most " + config.script().parts() + " parts."));
        }
        if (part > 0
                && !(data.isTextual()
                        && parts.part(game, script.run(), 0)
                                .filter(JsonNode::isTextual)
                                .isPresent())) {
            return Optional.of(
                    new Invalid("data", "A backup of several parts is a text: each part has to be a string."));
        }
        return script.backedUp(Math.min(part, stored), bytes).backupBytes()
                        > config.script().backupBytes()
                ? Optional.of(new TooLarge(config.script().backupBytes()))
                : Optional.empty();
    }

    /** Reads a part of the backup that an attempt is given. Cost: 1 RCU per 4 KB packed. */
    public Fetched part(String game, SemanticVersion version, String lease, int part) {
        Lookup lookup = find(game, version, lease);
        Held held = lookup.held();
        if (held == null || !held.current()) {
            return lookup.refused();
        }
        return backups.part(game, held.run(), held.script(), part)
                .<Fetched>map(Found::new)
                .orElseGet(NoPart::new);
    }

    /**
     * Ends an attempt. A failed rule fails the attempt, if validation is enabled. A repeated request returns the first
     * result, until the next attempt begins. Cost: 2 WCU, and the change of phase.
     */
    public Ended complete(
            String game,
            SemanticVersion version,
            String lease,
            boolean success,
            @Nullable String message,
            List<RuleResult> rules) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Lookup lookup = find(game, version, lease);
            Held held = lookup.held();
            if (held == null) {
                return lookup.refused();
            }
            Script script = held.script();
            if (!held.current()) {
                return script.completed() == held.token() ? replayed(game, held) : new Lost();
            }
            String error = error(success, message, rules);
            Script next =
                    script.completed(error == null, error == null ? message : error, config.maxMigrationAttempts());
            if (scripts.replace(game, script, next, TransactionWrites.NONE)) {
                return new Done(advanced(game, held.run()), script.attempt(), error, false);
            }
        }
        return new Busy();
    }

    private Done replayed(String game, Held held) {
        Script script = held.script();
        boolean last = script.token() == held.token();
        return new Done(
                advanced(game, held.run()),
                last ? script.attempt() : 0,
                script.succeeded() ? null : String.valueOf(script.message()),
                true);
    }

    /** Advances the game's run, and returns the status of this one. */
    private MigrationStatus advanced(String game, Run run) {
        steps.advance(game, Deadline.inMillis(ticker, ADVANCE_MILLIS)::millisLeft);
        return runs.read(game, run.id()).orElse(run).visibleStatus();
    }

    /** Why an attempt failed; null if it succeeded. */
    private @Nullable String error(boolean success, @Nullable String message, List<RuleResult> rules) {
        if (!success) {
            return message == null || message.isBlank() ? "no message" : ErrorText.bounded(message);
        }
        return config.validationEnabled()
                ? rules.stream()
                        .filter(rule -> !rule.ok())
                        .map(rule -> ErrorText.bounded("a rule failed: " + rule.message()))
                        .findFirst()
                        .orElse(null)
                : null;
    }
}
