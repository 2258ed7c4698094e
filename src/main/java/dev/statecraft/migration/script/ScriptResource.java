package dev.statecraft.migration.script;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.registry.MigrationProblems;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.script.ScriptAttemptService.RuleResult;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Migrations that one game server performs as a whole: lease an attempt, store the backup, complete the attempt. */
@Path("/v1/migrations/{version}/script")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Data migration")
public class ScriptResource {

    private static final int LEASE_LENGTH = 1_024;

    private final ScriptLeaseService leases;
    private final ScriptAttemptService attempts;
    private final MigrationConfig config;
    private final CurrentCaller caller;

    ScriptResource(
            ScriptLeaseService leases, ScriptAttemptService attempts, MigrationConfig config, CurrentCaller caller) {
        this.leases = leases;
        this.attempts = attempts;
        this.config = config;
        this.caller = caller;
    }

    /** Name of the game server, unique among the servers; and {@code seen} of the previous response. */
    public record ScriptLeaseRequest(
            @Nullable String holder, @Nullable String seen) {}

    /**
     * An attempt, or the time of the next request.
     *
     * @param done true if no attempt is to be made
     * @param status status of the run or the migration
     * @param lease name of the lease, to send with the backup and the result
     * @param attempt number of the attempt, from 1
     * @param direction whether the migration is to be applied or rolled back
     * @param leaseMillis time after which the attempt has failed, in milliseconds; each stored part of a backup extends it
     * @param backup the stored backup; missing if there is none, or if it has to be read in parts
     * @param backupParts number of parts of the stored backup; missing if there is none
     * @param waitMillis milliseconds to wait before the next request
     * @param seen what to send with the next request
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ScriptLeaseAnswer(
            @Nullable Boolean done,
            MigrationStatus status,
            @Nullable String lease,
            @Nullable Integer attempt,
            Run.@Nullable Direction direction,
            @Nullable Long leaseMillis,
            @Nullable JsonNode backup,
            @Nullable Integer backupParts,
            @Nullable Long waitMillis,
            @Nullable String seen) {

        static ScriptLeaseAnswer nothing(MigrationStatus status) {
            return new ScriptLeaseAnswer(true, status, null, null, null, null, null, null, null, null);
        }

        static ScriptLeaseAnswer wait(ScriptLeaseService.Wait wait) {
            return new ScriptLeaseAnswer(
                    null, wait.status(), null, null, null, null, null, null, wait.waitMillis(), wait.seen());
        }

        static ScriptLeaseAnswer attempt(ScriptLeaseService.Attempt attempt, long leaseMillis) {
            ScriptBackupService.Given backup = attempt.backup();
            return new ScriptLeaseAnswer(
                    null,
                    attempt.status(),
                    attempt.lease(),
                    attempt.attempt(),
                    attempt.direction(),
                    leaseMillis,
                    backup.value(),
                    backup.parts() == 0 ? null : backup.parts(),
                    null,
                    null);
        }
    }

    /** A part of a backup: any JSON value as the only part, or text in several parts. */
    public record ScriptBackupRequest(
            @Nullable String lease,
            @Nullable Integer part,
            @Nullable JsonNode data) {}

    /**
     * The backup so far.
     *
     * @param parts number of stored parts
     * @param sizeBytes size of the backup as JSON, in bytes
     * @param kept whether backups are enabled; otherwise nothing is stored
     */
    public record ScriptBackupAnswer(int parts, long sizeBytes, boolean kept) {}

    /** Result of an attempt, and of the rules that the game server checked. */
    public record ScriptCompleteRequest(
            @Nullable String lease,
            @Nullable Boolean success,
            @Nullable String message,
            @Nullable List<@Nullable ScriptRule> rules) {}

    /** A rule that the game server checked. */
    public record ScriptRule(@Nullable Boolean ok, @Nullable String message) {}

    /**
     * The run after an attempt.
     *
     * @param status status of the run
     * @param attempt number of the attempt; missing if another one has started since
     * @param success whether the attempt succeeded and no rule failed
     * @param error why it failed
     * @param replayed true if the attempt had ended before the request
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ScriptCompleteAnswer(
            MigrationStatus status,
            @Nullable Integer attempt,
            boolean success,
            @Nullable String error,
            @Nullable Boolean replayed) {}

    /** Leases the next attempt. The holder of the current attempt gets the same lease again. */
    @POST
    @Requires(value = Scope.MIGRATE_RUN, audited = false)
    @Path("/lease")
    @Operation(operationId = "leaseMigrationScript", summary = "Lease an attempt of a script migration")
    public ScriptLeaseAnswer lease(@PathParam("version") String version, ScriptLeaseRequest request) {
        ScriptLeaseService.Leased leased =
                leases.lease(caller.game(), version(version), Ids.check("holder", request.holder()), request.seen());
        if (leased instanceof ScriptLeaseService.Unknown) {
            throw new ProblemException(MigrationProblems.notFound());
        }
        if (leased instanceof ScriptLeaseService.NotAScript) {
            throw new ProblemException(MigrationProblems.notAScript());
        }
        if (leased instanceof ScriptLeaseService.Nothing nothing) {
            return ScriptLeaseAnswer.nothing(nothing.status());
        }
        if (leased instanceof ScriptLeaseService.Wait wait) {
            return ScriptLeaseAnswer.wait(wait);
        }
        if (leased instanceof ScriptLeaseService.Busy) {
            throw new ProblemException(Problem.unavailable(1));
        }
        return ScriptLeaseAnswer.attempt(
                (ScriptLeaseService.Attempt) leased, config.migrationTimeout().toMillis());
    }

    /** Stores a part of the backup that {@code down} will be given. The part replaces all later ones. */
    @POST
    @Requires(value = Scope.MIGRATE_RUN, audited = false)
    @Path("/backup")
    @Operation(operationId = "storeMigrationScriptBackup", summary = "Store a part of the backup of a script migration")
    public ScriptBackupAnswer backup(@PathParam("version") String version, ScriptBackupRequest request) {
        JsonNode data = request.data();
        if (data == null || data.isNull()) {
            throw refused("data", "The field data is missing.");
        }
        Integer part = request.part();
        if (part == null || part < 0) {
            throw refused("part", "The value must be an integer from 0.");
        }
        ScriptAttemptService.Stored stored =
                attempts.backup(caller.game(), version(version), lease(request.lease()), part, data);
        if (stored instanceof ScriptAttemptService.Refused refused) {
            throw problem(refused);
        }
        if (stored instanceof ScriptAttemptService.GoesBack) {
            throw new ProblemException(MigrationProblems.scriptRollingBack());
        }
        if (stored instanceof ScriptAttemptService.Invalid invalid) {
            throw refused(invalid.field(), invalid.reason());
        }
        if (stored instanceof ScriptAttemptService.TooLarge large) {
            throw new ProblemException(Problem.tooLarge(large.limitBytes()));
        }
        if (stored instanceof ScriptAttemptService.Busy) {
            throw new ProblemException(Problem.unavailable(1));
        }
        ScriptAttemptService.Kept kept = (ScriptAttemptService.Kept) stored;
        return new ScriptBackupAnswer(kept.parts(), kept.sizeBytes(), kept.kept());
    }

    /** Returns a part of the backup, under the lease of the current attempt. */
    @GET
    @Requires(Scope.MIGRATE_RUN)
    @Path("/backup")
    @Operation(operationId = "readMigrationScriptBackup", summary = "Get a part of the backup of a script migration")
    public ScriptBackupService.Part read(
            @PathParam("version") String version,
            @QueryParam("lease") @Nullable String lease,
            @QueryParam("part") @Nullable String part) {
        ScriptAttemptService.Fetched fetched = attempts.part(caller.game(), version(version), lease(lease), (int)
                QueryParameters.integer("part", part, 0, 0, Integer.MAX_VALUE));
        if (fetched instanceof ScriptAttemptService.Refused refused) {
            throw problem(refused);
        }
        if (fetched instanceof ScriptAttemptService.NoPart) {
            throw new ProblemException(MigrationProblems.noScriptBackup());
        }
        return ((ScriptAttemptService.Found) fetched).part();
    }

    /** Ends an attempt. A failure or a failed rule is retried; after the last attempt {@code down} is leased. */
    @POST
    @Requires(value = Scope.MIGRATE_RUN, audited = false)
    @Path("/complete")
    @Operation(operationId = "completeMigrationScript", summary = "End an attempt of a script migration")
    public ScriptCompleteAnswer complete(@PathParam("version") String version, ScriptCompleteRequest request) {
        Boolean success = request.success();
        if (success == null) {
            throw refused("success", "The field success is missing.");
        }
        ScriptAttemptService.Ended ended = attempts.complete(
                caller.game(),
                version(version),
                lease(request.lease()),
                success,
                text("message", request.message()),
                rules(request.rules()));
        if (ended instanceof ScriptAttemptService.Refused refused) {
            throw problem(refused);
        }
        if (ended instanceof ScriptAttemptService.Busy) {
            throw new ProblemException(Problem.unavailable(1));
        }
        ScriptAttemptService.Done done = (ScriptAttemptService.Done) ended;
        return new ScriptCompleteAnswer(
                done.status(),
                done.attempt() == 0 ? null : done.attempt(),
                done.error() == null,
                done.error(),
                done.replayed() ? Boolean.TRUE : null);
    }

    private List<RuleResult> rules(@Nullable List<@Nullable ScriptRule> given) {
        List<RuleResult> rules = new ArrayList<>();
        if (given == null) {
            return rules;
        }
        if (given.size() > config.rules()) {
            throw refused("rules", "At most " + config.rules() + " rules are accepted.");
        }
        for (ScriptRule rule : given) {
            String field = "rules[" + rules.size() + "]";
            Boolean ok = rule == null ? null : rule.ok();
            if (rule == null || ok == null) {
                throw refused(field + ".ok", "The value must be true or false.");
            }
            String message = text(field + ".message", rule.message());
            rules.add(new RuleResult(ok, message == null ? "rule " + (rules.size() + 1) : message));
        }
        return rules;
    }

    private @Nullable String text(String field, @Nullable String text) {
        if (text != null && text.length() > config.descriptionLength()) {
            throw refused(field, "The text has at most " + config.descriptionLength() + " characters.");
        }
        return text;
    }

    private static SemanticVersion version(String text) {
        return MigrationProblems.version("version", text);
    }

    private static String lease(@Nullable String lease) {
        if (lease == null) {
            throw refused("lease", "The field lease is missing.");
        }
        if (lease.isEmpty() || lease.length() > LEASE_LENGTH) {
            throw refused("lease", "A lease has 1 to " + LEASE_LENGTH + " characters.");
        }
        return lease;
    }

    private static ProblemException problem(ScriptAttemptService.Refused refused) {
        if (refused instanceof ScriptAttemptService.Unknown) {
            return new ProblemException(MigrationProblems.notFound());
        }
        return new ProblemException(
                refused instanceof ScriptAttemptService.NotAScript
                        ? MigrationProblems.notAScript()
                        : MigrationProblems.scriptLeaseLost());
    }

    private static ProblemException refused(String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }
}
