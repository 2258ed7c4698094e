package dev.statecraft.access.token;

import dev.statecraft.access.AccessConfig;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.PlayerTokenClaims;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Player tokens over HTTP. */
@Path("/v1/players")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Access")
public class PlayerTokenResource {

    private final TokenService tokens;
    private final AccessConfig config;
    private final CurrentCaller caller;

    PlayerTokenResource(TokenService tokens, AccessConfig config, CurrentCaller caller) {
        this.tokens = tokens;
        this.config = config;
        this.caller = caller;
    }

    /**
     * Request to create a player token.
     *
     * @param spaces the spaces that the token may read
     * @param boards the boards that the token may read
     * @param write whether the token may also write the player's own entities in those spaces if their types allow it
     */
    public record PlayerTokenRequest(
            @Nullable List<@Nullable String> spaces,
            @Nullable List<@Nullable String> boards,
            @Nullable Boolean write) {}

    /** Creates a token for a player. */
    @POST
    @Path("/{player}/tokens")
    @Requires(Scope.STATE_READ)
    @APIResponseSchema(TokenService.Token.class)
    @Operation(operationId = "createPlayerToken", summary = "Create a token for a player's client")
    public Response forPlayer(@PathParam("player") String player, PlayerTokenRequest request) {
        Ids.check("player", player);
        Set<String> spaces = names("spaces", request.spaces());
        Set<String> boards = names("boards", request.boards());
        Set<Scope> scopes = EnumSet.of(Scope.STATE_READ);
        if (!boards.isEmpty()) {
            scopes.add(Scope.BOARD_READ);
        }
        if (Boolean.TRUE.equals(request.write())) {
            scopes.add(Scope.STATE_WRITE);
        }
        scopes.forEach(caller.get()::require);
        return Response.ok(tokens.create(caller.get(), scopes, new PlayerTokenClaims(player, spaces, boards)))
                .header("Cache-Control", "no-store")
                .build();
    }

    private Set<String> names(String field, @Nullable List<@Nullable String> named) {
        Set<String> names = new HashSet<>();
        if (named != null) {
            if (named.size() > config.tokenNames()) {
                throw new ProblemException(
                        Problem.badRequest(field, "A token names at most " + config.tokenNames() + " " + field + "."));
            }
            for (int i = 0; i < named.size(); i++) {
                names.add(Ids.check(field + "[" + i + "]", named.get(i)));
            }
        }
        return names;
    }
}
