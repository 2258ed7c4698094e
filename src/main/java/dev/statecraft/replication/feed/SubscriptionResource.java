package dev.statecraft.replication.feed;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.entity.EntityProblems;
import dev.statecraft.replication.entity.EntityView;
import dev.statecraft.replication.feed.PlayerService.Ending;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP API of subscriptions. Implements {@code replicateToPlayer} of the original Luau API. */
@Path("/v1/entities")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class SubscriptionResource {

    private final PlayerService players;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;

    SubscriptionResource(PlayerService players, CurrentCaller caller, IdempotentRequest idempotent) {
        this.idempotent = idempotent;
        this.players = players;
        this.caller = caller;
    }

    /** Subscribes a player to an entity and returns the current entity. */
    @POST
    @Path("/{entity}/players/{player}")
    @Requires(Scope.STATE_WRITE)
    @Operation(operationId = "replicateToPlayer", summary = "Replicate an entity to a player")
    public EntityView subscribe(
            @PathParam("entity") String entity,
            @PathParam("player") String player,
            @QueryParam("space") @Nullable String space,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey) {
        return idempotent.once(idempotencyKey, null, () -> subscribe(entity, player, space));
    }

    private EntityView subscribe(String entity, String player, @Nullable String space) {
        Ids.check("entity", entity);
        Ids.check("player", player);
        PlayerService.Result result = players.subscribe(caller.game(), player, EntityProblems.space(space), entity);
        if (result instanceof PlayerService.EntityNotFound) {
            throw new ProblemException(EntityProblems.notFound());
        }
        if (result instanceof PlayerService.TooManySubscriptions many) {
            throw new ProblemException(Problem.conflict(
                    "too-many-subscriptions",
                    "The player has the maximum number of subscriptions",
                    "A player can subscribe to at most " + many.max() + " entities. End other subscriptions first."));
        }
        if (result instanceof PlayerService.Subscribed subscribed) {
            return EntityView.of(subscribed.entity(), false);
        }
        throw new ProblemException(Problem.unavailable(1));
    }

    /** Ends the subscription of a player to an entity. */
    @DELETE
    @Path("/{entity}/players/{player}")
    @Requires(Scope.STATE_WRITE)
    @Operation(operationId = "stopReplicatingToPlayer", summary = "Stop replicating an entity to a player")
    public void unsubscribe(
            @PathParam("entity") String entity,
            @PathParam("player") String player,
            @QueryParam("space") @Nullable String space) {
        Ids.check("entity", entity);
        Ids.check("player", player);
        Ending ending = players.unsubscribe(caller.game(), player, EntityProblems.space(space), entity);
        if (ending == Ending.NONE) {
            throw new ProblemException(Problem.notFound(
                    "subscription-not-found", "Subscription not found", "The entity is not replicated to the player."));
        }
        if (ending == Ending.BUSY) {
            throw new ProblemException(Problem.unavailable(1));
        }
    }
}
