package dev.statecraft.migration.registry;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.DefinitionReader;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.migration.definition.SemanticVersion;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP API of registered migrations: register, list, read, plan, baseline, repair, withdraw, history. */
@Path("/v1/migrations")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Data migration")
public class MigrationResource {

    private final MigrationService migrations;
    private final DefinitionCatalog definitions;
    private final PlanService plans;
    private final MigrationConfig config;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;

    MigrationResource(
            MigrationService migrations,
            DefinitionCatalog definitions,
            PlanService plans,
            MigrationConfig config,
            CurrentCaller caller,
            IdempotentRequest idempotent) {
        this.idempotent = idempotent;
        this.migrations = migrations;
        this.definitions = definitions;
        this.plans = plans;
        this.config = config;
        this.caller = caller;
    }

    /** The version to adopt as the current one, and the reason for the migration history. */
    public record BaselineRequest(
            @Nullable String version, @Nullable String reason) {}

    /** The definition to accept and the reason. Without a definition, the definition in the Java code is accepted. */
    public record RepairRequest(
            @Nullable MigrationRequest definition, @Nullable String reason) {}

    /** The current version and all migrations, sorted by version. */
    public record MigrationList(String currentVersion, List<MigrationView> migrations) {}

    /** The current version after the baseline. */
    public record BaselineAnswer(String currentVersion) {}

    /** The migration history, newest first. */
    public record LedgerList(List<LedgerEntry> history) {}

    /** Registers a migration. Registering the same content again returns the registered migration. */
    @POST
    @Requires(Scope.MIGRATE_RUN)
    @APIResponseSchema(MigrationView.class)
    @Operation(operationId = "registerMigration", summary = "Register a migration")
    public Response register(
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey, MigrationRequest request) {
        return idempotent.once(idempotencyKey, request, call -> register(request, call));
    }

    private Response register(MigrationRequest request, IdempotentRequest.Call call) {
        Definition definition = definition(request, "");
        MigrationService.Registered registered = migrations.register(
                caller.game(),
                definition,
                Boolean.TRUE.equals(request.outOfOrder()),
                caller.get().name());
        if (registered instanceof MigrationService.Drifted drifted) {
            throw new ProblemException(MigrationProblems.drift(drifted.registration()));
        }
        if (registered instanceof MigrationService.Same same) {
            return (call.retry() ? Response.created(location(same.registration())) : Response.ok())
                    .entity(view(same.registration()))
                    .build();
        }
        if (registered instanceof MigrationService.OutOfOrder outOfOrder) {
            throw new ProblemException(MigrationProblems.outOfOrder(outOfOrder.current()));
        }
        if (registered instanceof MigrationService.Full full) {
            throw new ProblemException(MigrationProblems.full(full.limit()));
        }
        if (registered instanceof MigrationService.Busy) {
            throw new ProblemException(Problem.unavailable(1));
        }
        Registration registration = ((MigrationService.New) registered).registration();
        return Response.created(location(registration))
                .entity(view(registration))
                .build();
    }

    private static URI location(Registration registration) {
        return URI.create("/v1/migrations/" + registration.version());
    }

    /** Lists all migrations, sorted by version. */
    @GET
    @Requires(Scope.MIGRATE_READ)
    @Operation(operationId = "listMigrations", summary = "List the migrations")
    public MigrationList list() {
        MigrationService.Overview all = migrations.list(caller.game());
        return new MigrationList(
                all.currentVersion().toString(),
                all.migrations().stream()
                        .map(migration -> MigrationView.of(migration, definitions.drifted(migration), null))
                        .toList());
    }

    /** Lists the migration history, newest first, at most {@code max-migration-history} entries. */
    @GET
    @Path("/history")
    @Requires(Scope.MIGRATE_READ)
    @Operation(operationId = "listMigrationHistory", summary = "List the migration history")
    public LedgerList history() {
        return new LedgerList(migrations.history(caller.game()));
    }

    /** Adopts a version as the current one without applying migrations. */
    @POST
    @Path("/baseline")
    @Requires(Scope.MIGRATE_RUN)
    @Operation(operationId = "baselineMigrations", summary = "Adopt a version without applying migrations (baseline)")
    public BaselineAnswer baseline(
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey, BaselineRequest request) {
        return idempotent.once(idempotencyKey, request, () -> baseline(request));
    }

    private BaselineAnswer baseline(BaselineRequest request) {
        String text = request.version();
        if (text == null) {
            throw refused("version", "The field version is missing.");
        }
        SemanticVersion version = MigrationProblems.version("version", text);
        if (version.compareTo(SemanticVersion.NONE) <= 0) {
            throw refused("version", DefinitionReader.NOT_A_VERSION);
        }
        MigrationService.Adopted adopted = migrations.baseline(
                caller.game(), version, reason(request.reason()), caller.get().name());
        if (adopted instanceof MigrationService.Behind behind) {
            throw new ProblemException(MigrationProblems.behind(behind.current()));
        }
        if (adopted instanceof MigrationService.Busy) {
            throw new ProblemException(Problem.unavailable(1));
        }
        return new BaselineAnswer(
                ((MigrationService.Done) adopted).registry().current().toString());
    }

    /** Returns one migration with its definition. */
    @GET
    @Path("/{version}")
    @Requires(Scope.MIGRATE_READ)
    @Operation(operationId = "getMigration", summary = "Get a migration")
    public MigrationView read(@PathParam("version") String version) {
        return view(registration(version));
    }

    /** Withdraws a registered migration without a run. The version can then be registered again. */
    @DELETE
    @Path("/{version}")
    @Requires(Scope.MIGRATE_RUN)
    @Operation(operationId = "withdrawMigration", summary = "Withdraw a migration that has no run")
    public void withdraw(@PathParam("version") String text) {
        MigrationService.Withdrawn withdrawn = migrations.withdraw(
                caller.game(),
                MigrationProblems.version("version", text),
                caller.get().name());
        if (withdrawn instanceof MigrationService.Unknown) {
            throw new ProblemException(MigrationProblems.notFound());
        }
        if (withdrawn instanceof MigrationService.InUse used) {
            throw new ProblemException(MigrationProblems.inUse(used.registration(), used.code()));
        }
        if (withdrawn instanceof MigrationService.Busy) {
            throw new ProblemException(Problem.unavailable(1));
        }
    }

    /** Plans a migration: a dry run without writes. */
    @POST
    @Path("/{version}/plan")
    @Consumes(MediaType.WILDCARD)
    @Requires(Scope.MIGRATE_READ)
    @Operation(operationId = "planMigration", summary = "Plan a migration: a dry run without writes")
    public Plan plan(@PathParam("version") String version) {
        Registration registration = registration(version);
        Definition definition = definitions
                .definition(registration)
                .orElseThrow(() -> new ProblemException(MigrationProblems.codeMissing()));
        return plans.plan(caller.game(), definition, registration);
    }

    /** Accepts a changed definition of a registered version without applying it again. */
    @POST
    @Path("/{version}/repair")
    @Requires(Scope.MIGRATE_RUN)
    @Operation(operationId = "repairMigration", summary = "Repair a migration: accept a changed definition")
    public MigrationView repair(
            @PathParam("version") String text,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey,
            RepairRequest request) {
        return idempotent.once(idempotencyKey, request, () -> repair(text, request));
    }

    private MigrationView repair(String text, RepairRequest request) {
        SemanticVersion version = MigrationProblems.version("version", text);
        MigrationRequest given = request.definition();
        Definition definition = given == null ? null : definition(given, "definition.");
        if (definition != null && !definition.version().equals(version)) {
            throw refused("definition.version", "The version of the definition differs from the version in the path.");
        }
        MigrationService.Repaired repaired = migrations.repair(
                caller.game(),
                version,
                definition,
                reason(request.reason()),
                caller.get().name());
        if (repaired instanceof MigrationService.Unknown) {
            throw new ProblemException(MigrationProblems.notFound());
        }
        if (repaired instanceof MigrationService.Undefined) {
            throw refused("definition", "The migration is not defined in Java code. Send the definition to accept.");
        }
        if (repaired instanceof MigrationService.Busy) {
            throw new ProblemException(Problem.unavailable(1));
        }
        return view(((MigrationService.Accepted) repaired).registration());
    }

    private Registration registration(String version) {
        return migrations
                .find(caller.game(), MigrationProblems.version("version", version))
                .orElseThrow(() -> new ProblemException(MigrationProblems.notFound()));
    }

    private MigrationView view(Registration registration) {
        return MigrationView.of(
                registration,
                definitions.drifted(registration),
                definitions.definition(registration).orElse(null));
    }

    private Definition definition(MigrationRequest request, String prefix) {
        DefinitionReader.Reading reading = new DefinitionReader(config.limits()).read(request.definition());
        if (reading instanceof DefinitionReader.Malformed malformed) {
            throw refused(prefix + malformed.field(), malformed.reason());
        }
        Definition definition = ((DefinitionReader.Read) reading).definition();
        String target = definition.entityType();
        if (MigrationTarget.isMetadata(target) && !MigrationTarget.isAllMetadata(target)) {
            Ids.check(prefix + "target.leaderboardMetadata", MigrationTarget.board(target));
        } else if (!MigrationTarget.isMetadata(target) && definition.kind() != Definition.Kind.SCRIPT) {
            Ids.check(prefix + "target.entityType", target);
        }
        int bytes = definition.source().toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > config.definitionBytes()) {
            throw new ProblemException(Problem.tooLarge(config.definitionBytes()));
        }
        return definition;
    }

    private @Nullable String reason(@Nullable String reason) {
        if (reason != null && reason.length() > config.descriptionLength()) {
            throw refused("reason", "A reason has at most " + config.descriptionLength() + " characters.");
        }
        return reason;
    }

    private static ProblemException refused(String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }
}
