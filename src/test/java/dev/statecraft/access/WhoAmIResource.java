package dev.statecraft.access;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Returns the caller of the request. */
@Path("/v1/who-am-i")
@Produces(MediaType.APPLICATION_JSON)
public class WhoAmIResource {

    private final CurrentCaller caller;

    @Inject
    public WhoAmIResource(CurrentCaller caller) {
        this.caller = caller;
    }

    @GET
    @Requires(Scope.SYSTEM_READ)
    public Caller get() {
        return caller.get();
    }
}
