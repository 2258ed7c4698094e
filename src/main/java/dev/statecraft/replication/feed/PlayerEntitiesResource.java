package dev.statecraft.replication.feed;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.replication.entity.EntityProblems;
import dev.statecraft.replication.entity.EntityReader;
import dev.statecraft.replication.entity.EntityView;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP API of the entities that a player is subscribed to. */
@Path("/v1/players")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class PlayerEntitiesResource {

    private final PlayerService players;
    private final EntityReader reader;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;

    PlayerEntitiesResource(
            PlayerService players, EntityReader reader, CurrentCaller caller, IdempotentRequest idempotent) {
        this.idempotent = idempotent;
        this.players = players;
        this.reader = reader;
        this.caller = caller;
    }

    /** A list page of a player's entities, in the order of their subscriptions. */
    public record PlayerEntities(
            String playerId,
            List<EntityView> entities,
            @Nullable String nextCursor) {}

    /** Lists the entities that a player is subscribed to. */
    @GET
    @Path("/{player}/entities")
    @Requires(value = Scope.STATE_READ, players = Players.OWN)
    @Operation(operationId = "getPlayerEntities", summary = "List the entities that a player is subscribed to")
    public PlayerEntities entities(
            @PathParam("player") String player,
            @QueryParam("schemaVersion") @Nullable String schemaVersion,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        Ids.check("player", player);
        long after = cursor == null
                ? 0
                : QueryParameters.integer(
                        "cursor", Cursor.read(cursor, list(player), 1).get(0), 0, Long.MAX_VALUE / 2);
        return page(
                player,
                QueryParameters.semanticVersion("schemaVersion", schemaVersion),
                after,
                QueryParameters.limit(limit));
    }

    /** Makes the clients of a player resync. Implements {@code forceSynchronization} of the original Luau API. */
    @POST
    @Path("/{player}/synchronize")
    @Requires(Scope.STATE_WRITE)
    @Operation(operationId = "forceSynchronization", summary = "Resync a player from a snapshot of its entities")
    public PlayerEntities synchronize(
            @PathParam("player") String player,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey) {
        return idempotent.once(idempotencyKey, null, () -> synchronize(player));
    }

    private PlayerEntities synchronize(String player) {
        Ids.check("player", player);
        if (!players.resync(caller.game(), player)) {
            throw new ProblemException(Problem.unavailable(1));
        }
        return page(player, null, 0, QueryParameters.MAX_LIMIT);
    }

    private PlayerEntities page(String player, @Nullable String schemaVersion, long after, int limit) {
        PlayerService.EntityPage page = players.entities(caller.game(), player, after, limit);
        return new PlayerEntities(
                player,
                page.entities().stream()
                        .map(entity -> EntityProblems.shown(reader, caller.game(), entity, schemaVersion))
                        .map(entity -> EntityView.of(entity, false))
                        .toList(),
                page.next() == 0 ? null : Cursor.of(list(player), page.next()));
    }

    private static String list(String player) {
        return "player-entities#" + player;
    }
}
