package dev.statecraft.replication.type;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.guard.SchemaReader;
import dev.statecraft.replication.guard.StateSchema;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.StateLimits;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * HTTP API of entity types: conflict strategy, merge rules, write permission of players, number of kept versions, guards
 * and schema of the states.
 */
@Path("/v1/entity-types")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class EntityTypeResource {

    /** Limits the paths of rules, because all rules of a type are stored in one item. */
    private static final int MAX_PATH_LENGTH = 512;

    private final EntityTypeService types;
    private final ReplicationConfig config;
    private final CurrentCaller caller;

    EntityTypeResource(EntityTypeService types, ReplicationConfig config, CurrentCaller caller) {
        this.types = types;
        this.config = config;
        this.caller = caller;
    }

    /**
     * Settings of an entity type. Only {@code strategy} is required; the other fields have the defaults of the type.
     */
    public record TypeRequest(
            @Nullable Strategy strategy,
            @Nullable Strategy fallback,
            @Nullable Map<String, MergeRule> rules,
            @Nullable Boolean playersMayWrite,
            @Nullable Boolean sessionRequired,
            @Nullable Integer historyLimit,
            @Nullable JsonNode guards,
            @Nullable JsonNode schema) {}

    /** API representation of an entity type. */
    public record TypeView(
            String type,
            Strategy strategy,
            Strategy fallback,
            Map<String, MergeRule> rules,
            boolean playersMayWrite,
            boolean sessionRequired,
            int historyLimit,
            @Nullable JsonNode guards,
            @Nullable JsonNode schema) {}

    /** A list page of entity types, in the order of their names. */
    public record TypeList(List<TypeView> types, @Nullable String nextCursor) {}

    /** Lists the entity types of the game in the order of their names. */
    @GET
    @Requires(Scope.STATE_READ)
    @Operation(operationId = "listEntityTypes", summary = "List the entity types")
    public TypeList list(@QueryParam("limit") @Nullable String limit, @QueryParam("cursor") @Nullable String cursor) {
        String list = "entity-types";
        String after = cursor == null ? null : Cursor.read(cursor, list, 1).get(0);
        if (after != null && !Ids.isStored(after)) {
            throw Cursor.foreign();
        }
        int pageSize = QueryParameters.limit(limit);
        List<EntityType> found = new ArrayList<>(types.list(caller.game(), after, pageSize + 1));
        boolean more = found.size() > pageSize;
        List<EntityType> page = more ? found.subList(0, pageSize) : found;
        return new TypeList(
                page.stream().map(this::view).toList(),
                more ? Cursor.of(list, page.get(pageSize - 1).name()) : null);
    }

    /** Returns an entity type. */
    @GET
    @Path("/{type}")
    @Requires(Scope.STATE_READ)
    @Operation(operationId = "getEntityType", summary = "Get an entity type")
    public TypeView read(@PathParam("type") String name) {
        return types.read(caller.game(), Ids.check("type", name))
                .map(this::view)
                .orElseThrow(() -> new ProblemException(Problem.notFound(
                        "entity-type-not-found",
                        "Entity type not found",
                        "The type has no stored settings. Its entities use the strategy SERVER_WINS.")));
    }

    /** Stores an entity type and replaces its previous settings. */
    @PUT
    @Path("/{type}")
    @Requires(Scope.STATE_ADMIN)
    @Operation(
            operationId = "putEntityType",
            summary = "Set the conflict strategy, merge rules, guards and schema of an entity type")
    public TypeView put(@PathParam("type") String name, TypeRequest request) {
        EntityType type = settings(name, request);
        types.put(caller.game(), type);
        return view(type);
    }

    /** Returns what {@link #put} would return and writes nothing. */
    @POST
    @Path("/{type}/plan")
    @Requires(Scope.STATE_READ)
    @Operation(operationId = "planEntityType", summary = "Plan the settings of an entity type: a dry run of PUT")
    public TypeView plan(@PathParam("type") String name, TypeRequest request) {
        return view(settings(name, request));
    }

    private EntityType settings(String name, TypeRequest request) {
        EntityType standard = EntityType.standard(Ids.check("type", name));
        Strategy strategy = request.strategy();
        if (strategy == null) {
            throw invalid("strategy", "The field strategy is missing.");
        }
        Strategy fallback = request.fallback() == null ? standard.fallback() : request.fallback();
        if (fallback == Strategy.MANUAL) {
            throw invalid("fallback", "The fallback strategy cannot be MANUAL.");
        }
        Integer historyLimit = request.historyLimit();
        if (historyLimit != null && (historyLimit < 0 || historyLimit > config.maxStateHistory())) {
            throw invalid("historyLimit", "historyLimit is an integer from 0 to " + config.maxStateHistory() + ".");
        }
        boolean sessionRequired = Boolean.TRUE.equals(request.sessionRequired());
        if (sessionRequired && name.equals(EntityType.LEADERBOARD_STATE)) {
            throw invalid(
                    "sessionRequired", "The replication of boards writes entities of this type without a session.");
        }
        EntityType type = new EntityType(
                name,
                strategy,
                fallback,
                rules(request.rules()),
                request.playersMayWrite() == null ? standard.playersMayWrite() : request.playersMayWrite(),
                sessionRequired,
                historyLimit,
                guards(request.guards()),
                schema(request.schema()));
        checkRules(type);
        return type;
    }

    private SortedMap<StatePath, MergeRule> rules(@Nullable Map<String, MergeRule> request) {
        if (request == null) {
            return new TreeMap<>();
        }
        if (request.size() > config.mergeRules()) {
            throw invalid("rules", "A type has at most " + config.mergeRules() + " rules.");
        }
        TreeMap<StatePath, MergeRule> rules = new TreeMap<>();
        request.forEach((text, rule) -> {
            if (text.length() > MAX_PATH_LENGTH) {
                throw invalid("rules", "The path of a rule has at most " + MAX_PATH_LENGTH + " characters.");
            }
            StatePath path =
                    StatePath.parse(text).orElseThrow(() -> invalid("rules." + text, OperationsReader.NOT_A_PATH));
            if (rule == null) {
                throw invalid("rules." + text, "A rule is one of MAX, MIN, SUM, OR, UNION, SERVER, CLIENT, LATEST.");
            }
            if (rules.put(path, rule) != null) {
                throw invalid("rules." + text, "Another rule has the same path.");
            }
        });
        return rules;
    }

    private Guard guards(@Nullable JsonNode request) {
        GuardReader.Reading reading = GuardReader.parse("guards", request, config.guardsPerType());
        if (reading instanceof GuardReader.Malformed malformed) {
            throw invalid(malformed.field(), malformed.reason());
        }
        return ((GuardReader.Read) reading).guard();
    }

    private @Nullable StateSchema schema(@Nullable JsonNode request) {
        if (request == null || request.isNull()) {
            return null;
        }
        SchemaReader.Reading reading = SchemaReader.parse("schema", request, config.schemaPatternSize());
        if (reading instanceof SchemaReader.Malformed malformed) {
            throw invalid(malformed.field(), malformed.reason());
        }
        return ((SchemaReader.Read) reading).schema();
    }

    /** Rejects guards and schemas that are too large to be stored, and those of the type that the system writes. */
    private void checkRules(EntityType type) {
        StateSchema schema = type.schema();
        String field = schema == null ? "guards" : "schema";
        if (EntityType.LEADERBOARD_STATE.equals(type.name())
                && (schema != null || !type.guards().isEmpty())) {
            throw invalid(field, "The system writes the entities of the type " + type.name() + " without rules.");
        }
        long bytes = StateLimits.sizeBytes(type.guards().toJson())
                + (schema == null ? 0 : StateLimits.sizeBytes(schema.json()));
        if (bytes > config.typeRulesBytes()) {
            throw invalid(
                    field,
                    "The guards and the schema of a type have at most " + config.typeRulesBytes()
                            + " bytes of JSON together. These have " + bytes + ".");
        }
    }

    private TypeView view(EntityType type) {
        Map<String, MergeRule> rules = new TreeMap<>();
        type.rules().forEach((path, rule) -> rules.put(path.toString(), rule));
        Integer historyLimit = type.historyLimit();
        StateSchema schema = type.schema();
        return new TypeView(
                type.name(),
                type.strategy(),
                type.fallback(),
                rules,
                type.playersMayWrite(),
                type.sessionRequired(),
                historyLimit == null ? config.maxStateHistory() : historyLimit,
                type.guards().isEmpty() ? null : type.guards().toJson(),
                schema == null ? null : schema.json());
    }

    private static ProblemException invalid(String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }
}
