package dev.statecraft.access.token;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.NoScopeRequired;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Tokens over HTTP, for callers with an API key. */
@Path("/v1/tokens")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Access")
public class TokenResource {

    private final TokenService tokens;
    private final CurrentCaller caller;

    TokenResource(TokenService tokens, CurrentCaller caller) {
        this.tokens = tokens;
        this.caller = caller;
    }

    /** Exchanges an API key for a short-lived token with the same scopes. */
    @POST
    @NoScopeRequired(NoScopeRequired.To.EVERY_KEY)
    @APIResponseSchema(TokenService.Token.class)
    @Operation(operationId = "createToken", summary = "Exchange an API key for a short-lived token")
    public Response exchange() {
        return Response.ok(tokens.create(caller.get()))
                .header("Cache-Control", "no-store")
                .build();
    }
}
