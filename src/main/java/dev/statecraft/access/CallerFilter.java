package dev.statecraft.access;

import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;

/**
 * Decides who a request comes from before anything else is looked at, so that without a key nothing is learned, not
 * even which routes there are. Health, the OpenAPI document and its page are answered by the HTTP server beside the
 * resources and do not come by here; the start page is open.
 */
@jakarta.ws.rs.ext.Provider
@PreMatching
public class CallerFilter implements ContainerRequestFilter {

    private final Door door;
    private final CurrentCaller current;

    @Inject
    public CallerFilter(Door door, CurrentCaller current) {
        this.door = door;
        this.current = current;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getUriInfo().getPath().equals("/")) {
            return;
        }
        List<String> credentials = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
        current.letIn(door.letIn(credentials == null ? List.of() : credentials));
    }
}
