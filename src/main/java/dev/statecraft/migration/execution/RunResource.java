package dev.statecraft.migration.execution;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.migration.registry.MigrationProblems;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Runs over HTTP: list, read, pause, resume, cancel, throttle. */
@Path("/v1/migrations/runs")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Data migration")
public class RunResource {

    private static final int MAX_CAPACITY = 1_000_000;

    private final RunService runs;
    private final RunReader reader;
    private final Clock clock;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;

    RunResource(RunService runs, RunReader reader, Clock clock, CurrentCaller caller, IdempotentRequest idempotent) {
        this.idempotent = idempotent;
        this.runs = runs;
        this.reader = reader;
        this.clock = clock;
        this.caller = caller;
    }

    /** A page of runs, the newest first. */
    public record RunList(List<RunView> runs, @Nullable String nextCursor) {}

    /** Capacity units that a run may consume per second; 0 for no limit. */
    public record ThrottleRequest(@Nullable Integer maxCapacity) {}

    /** Lists runs, the newest first. */
    @GET
    @Requires(Scope.MIGRATE_READ)
    @Operation(operationId = "listMigrationRuns", summary = "List the runs")
    public RunList list(@QueryParam("limit") @Nullable String limit, @QueryParam("cursor") @Nullable String cursor) {
        String name = "migration-runs";
        String below = cursor == null ? null : Cursor.read(cursor, name, 1).get(0);
        if (below != null && !Ids.isId(below)) {
            throw Cursor.foreign();
        }
        int wanted = QueryParameters.limit(limit);
        List<RunState> found = reader.list(caller.game(), below, wanted);
        return new RunList(
                found.stream().map(this::view).toList(),
                found.size() < wanted
                        ? null
                        : Cursor.of(name, found.get(wanted - 1).run().id()));
    }

    /** Returns a run and its progress. */
    @GET
    @Requires(Scope.MIGRATE_READ)
    @Path("/{run}")
    @Operation(operationId = "getMigrationRun", summary = "Get a run")
    public RunView read(@PathParam("run") String run) {
        return view(run);
    }

    /** Pauses a run. */
    @POST
    @Requires(Scope.MIGRATE_RUN)
    @Path("/{run}/pause")
    @Consumes(MediaType.WILDCARD)
    @Operation(operationId = "pauseMigrationRun", summary = "Pause a run")
    public RunView pause(
            @PathParam("run") String run, @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey) {
        return idempotent.once(idempotencyKey, null, () -> changed(runs.pause(caller.game(), known(run))));
    }

    /** Resumes a run. */
    @POST
    @Requires(Scope.MIGRATE_RUN)
    @Path("/{run}/resume")
    @Consumes(MediaType.WILDCARD)
    @Operation(operationId = "resumeMigrationRun", summary = "Resume a run")
    public RunView resume(
            @PathParam("run") String run, @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey) {
        return idempotent.once(idempotencyKey, null, () -> changed(runs.resume(caller.game(), known(run))));
    }

    /** Cancels a run and rolls its changes back. */
    @POST
    @Requires(Scope.MIGRATE_RUN)
    @Path("/{run}/cancel")
    @Consumes(MediaType.WILDCARD)
    @Operation(operationId = "cancelMigrationRun", summary = "Cancel a run")
    public RunView cancel(
            @PathParam("run") String run, @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey) {
        return idempotent.once(idempotencyKey, null, () -> changed(runs.cancel(caller.game(), known(run))));
    }

    /** Limits the capacity of a run, from its next page on. */
    @POST
    @Requires(Scope.MIGRATE_RUN)
    @Path("/{run}/throttle")
    @Operation(operationId = "throttleMigrationRun", summary = "Limit the capacity that a run consumes")
    public RunView throttle(
            @PathParam("run") String run,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey,
            ThrottleRequest request) {
        return idempotent.once(idempotencyKey, request, () -> throttle(run, request));
    }

    private RunView throttle(String run, ThrottleRequest request) {
        Integer capacity = request.maxCapacity();
        if (capacity == null || capacity < 0 || capacity > MAX_CAPACITY) {
            throw new ProblemException(Problem.badRequest(
                    "maxCapacity", "The value must be an integer from 0 (no limit) to " + MAX_CAPACITY + "."));
        }
        return changed(runs.throttle(caller.game(), known(run), capacity));
    }

    private RunView changed(RunService.ChangeResult changed) {
        if (changed instanceof RunService.NoRun) {
            throw new ProblemException(MigrationProblems.runNotFound());
        }
        if (changed instanceof RunService.Ended ended) {
            throw new ProblemException(MigrationProblems.runEnded(ended.run()));
        }
        if (changed instanceof RunService.RollingBack back) {
            throw new ProblemException(MigrationProblems.goingBack(back.run()));
        }
        return view(((RunService.Changed) changed).run().id());
    }

    private RunView view(String id) {
        return view(reader.find(caller.game(), known(id))
                .orElseThrow(() -> new ProblemException(MigrationProblems.runNotFound())));
    }

    private RunView view(RunState seen) {
        return RunView.of(seen, clock.instant());
    }

    private static String known(String run) {
        if (!Ids.isId(run)) {
            throw new ProblemException(MigrationProblems.runNotFound());
        }
        return run;
    }
}
