package dev.statecraft.migration.execution;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.registry.MigrationProblems;
import dev.statecraft.migration.run.Run;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Applies migrations and rolls them back. */
@Path("/v1/migrations")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Data migration")
public class ApplyResource {

    private final RunService runs;
    private final RunReader reader;
    private final MigrationConfig config;
    private final Clock clock;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;

    ApplyResource(
            RunService runs,
            RunReader reader,
            MigrationConfig config,
            Clock clock,
            CurrentCaller caller,
            IdempotentRequest idempotent) {
        this.idempotent = idempotent;
        this.runs = runs;
        this.reader = reader;
        this.config = config;
        this.clock = clock;
        this.caller = caller;
    }

    /** Last version to apply, and the reason; without a version all pending migrations are applied. */
    public record ApplyRequest(
            @Nullable String target, @Nullable String reason) {}

    /** Reason to force a migration. */
    public record ForceRequest(@Nullable String reason) {}

    /** Reason and mode of a rollback; SMART by default. */
    public record RollbackRequest(@Nullable String reason, Run.@Nullable Mode mode) {}

    /**
     * Implements {@code applyPendingMigrations} of the original Luau API. Runs that do not finish within the wait time
     * continue in the background.
     */
    @POST
    @Requires(Scope.MIGRATE_RUN)
    @Path("/apply")
    @Operation(operationId = "applyPendingMigrations", summary = "Apply pending migrations")
    public RunService.Answer apply(
            @QueryParam("waitMillis") @Nullable String waitMillis,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey,
            @Nullable ApplyRequest request) {
        return idempotent.once(idempotencyKey, request, () -> apply(waitMillis, request));
    }

    private RunService.Answer apply(@Nullable String waitMillis, @Nullable ApplyRequest request) {
        String target = request == null ? null : request.target();
        RunService.Applied applied = runs.apply(
                caller.game(),
                target == null ? null : MigrationProblems.version("target", target),
                request == null ? null : reason(request.reason()),
                caller.get().name(),
                wait(waitMillis));
        if (applied instanceof RunService.NoTarget) {
            throw new ProblemException(MigrationProblems.notFound());
        }
        if (applied instanceof RunService.NotStarted not) {
            throw new ProblemException(notStarted(not.reason()));
        }
        return (RunService.Answer) applied;
    }

    /** Applies a migration before earlier pending ones. A migration that is applied already is not changed. */
    @POST
    @Requires(Scope.MIGRATE_RUN)
    @Path("/{version}/force")
    @Operation(operationId = "forceMigration", summary = "Apply a migration before earlier pending ones")
    public RunView force(
            @PathParam("version") String version,
            @QueryParam("waitMillis") @Nullable String waitMillis,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey,
            ForceRequest request) {
        return idempotent.once(
                idempotencyKey,
                request,
                call -> started(
                        call,
                        new PlannedRun(
                                MigrationProblems.version("version", version),
                                Run.Direction.UP,
                                new Run.Order(
                                        Run.Mode.SMART, true, caller.get().name(), requiredReason(request.reason()))),
                        wait(waitMillis)));
    }

    /** Rolls a migration back. */
    @POST
    @Requires(Scope.MIGRATE_RUN)
    @Path("/{version}/rollback")
    @Operation(operationId = "rollbackMigration", summary = "Roll a migration back")
    public RunView rollback(
            @PathParam("version") String version,
            @QueryParam("waitMillis") @Nullable String waitMillis,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey,
            RollbackRequest request) {
        Run.Mode mode = request.mode();
        return idempotent.once(
                idempotencyKey,
                request,
                call -> started(
                        call,
                        new PlannedRun(
                                MigrationProblems.version("version", version),
                                Run.Direction.DOWN,
                                new Run.Order(
                                        mode == null ? Run.Mode.SMART : mode,
                                        true,
                                        caller.get().name(),
                                        requiredReason(request.reason()))),
                        wait(waitMillis)));
    }

    /** The run that a request starts. */
    private record PlannedRun(SemanticVersion version, Run.Direction direction, Run.Order order) {}

    /** Starts a run, unless an earlier call for the same request has started it. */
    private RunView started(IdempotentRequest.Call call, PlannedRun planned, long waitMillis) {
        if (call.retry()) {
            Optional<Run> before = runs.startedSince(
                    caller.game(), planned.version(), planned.direction(), planned.order(), call.startedAt());
            if (before.isPresent()) {
                return view(before.get().id());
            }
        }
        return view(runs.start(caller.game(), planned.version(), planned.direction(), planned.order(), waitMillis));
    }

    private RunView view(StartService.Result result) {
        String run = null;
        if (result instanceof StartService.Started started) {
            run = started.run().id();
        } else if (result instanceof StartService.AlreadyDone already) {
            run = already.registration().application().run();
        }
        if (run == null) {
            throw new ProblemException(notStarted(result));
        }
        return view(run);
    }

    private RunView view(String run) {
        return reader.find(caller.game(), run)
                .map(seen -> RunView.of(seen, clock.instant()))
                .orElseThrow(() -> new ProblemException(MigrationProblems.runNotFound()));
    }

    /** The problem for a run that was not started. */
    private static Problem notStarted(StartService.Result result) {
        if (result instanceof StartService.Unknown) {
            return MigrationProblems.notFound();
        }
        if (result instanceof StartService.Active active) {
            Run run = active.run();
            return Problem.conflict(
                            "run-active", "Another run is active", "Wait until the active run ends, or cancel it.")
                    .with(
                            "current",
                            Map.of(
                                    "run", run.id(),
                                    "version", run.version().toString(),
                                    "status", run.visibleStatus().name()));
        }
        if (result instanceof StartService.NotApplied not) {
            return Problem.conflict(
                    "migration-not-applied",
                    "The migration is not applied",
                    "The status of the migration is " + not.registration().status()
                            + ", and none of its runs left changes to roll back.");
        }
        if (result instanceof StartService.Covered covered) {
            return Problem.conflict(
                            "rollback-out-of-order",
                            "A later migration of the same type is applied",
                            "Roll back " + covered.by() + " first.")
                    .with("current", Map.of("version", covered.by().toString()));
        }
        if (result instanceof StartService.NotReversible) {
            return Problem.conflict(
                    "rollback-impossible",
                    "No `down` and no backup to roll back with",
                    "The migration has no down transformation, and no backup of the records exists.");
        }
        if (result instanceof StartService.CodeMissing missing) {
            return missing.drifted()
                    ? Problem.conflict(
                            "migration-drift",
                            "The definition differs from the registered one (checksum)",
                            "The Java code differs from the registered definition. Accept it with POST"
                                    + " /v1/migrations/{version}/repair, or deploy the code that was registered.")
                    : MigrationProblems.codeMissing();
        }
        return Problem.unavailable(1);
    }

    private long wait(@Nullable String waitMillis) {
        return QueryParameters.integer(
                "waitMillis",
                waitMillis,
                config.applyWait().toMillis(),
                0,
                config.longestWait().toMillis());
    }

    private String requiredReason(@Nullable String reason) {
        String given = reason(reason);
        if (given == null || given.isBlank()) {
            throw new ProblemException(
                    Problem.badRequest("reason", "Give a reason. It is stored in the migration history."));
        }
        return given;
    }

    private @Nullable String reason(@Nullable String reason) {
        if (reason != null && reason.length() > config.descriptionLength()) {
            throw new ProblemException(Problem.badRequest(
                    "reason", "A reason has at most " + config.descriptionLength() + " characters."));
        }
        return reason;
    }
}
