package dev.statecraft.replication.entity;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.replication.session.SessionStore;
import dev.statecraft.replication.state.EntityKey;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP route that lists sessions. */
@Path("/v1/sessions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class SessionListResource {

    private final SessionService sessions;
    private final CurrentCaller caller;

    SessionListResource(SessionService sessions, CurrentCaller caller) {
        this.sessions = sessions;
        this.caller = caller;
    }

    /** A page of sessions in the order of their entities. */
    public record SessionList(
            List<SessionView> sessions, @Nullable String nextCursor) {}

    /** Lists the sessions of a space that are held. */
    @GET
    @Requires(Scope.STATE_READ)
    @Operation(operationId = "listSessions", summary = "List the sessions of a space")
    public SessionList list(
            @QueryParam("space") @Nullable String inSpace,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        String space = EntityProblems.space(inSpace);
        String list = "sessions#" + space;
        String after = cursor == null ? null : Cursor.read(cursor, list, 1).get(0);
        if (after != null && !Ids.isStored(after)) {
            throw Cursor.foreign();
        }
        SessionStore.SessionPage page = sessions.list(caller.game(), space, after, QueryParameters.limit(limit));
        return new SessionList(
                page.sessions().stream()
                        .map(listed -> SessionView.of(new EntityKey(space, listed.entityId()), listed.session()))
                        .toList(),
                page.next() == null ? null : Cursor.of(list, page.next()));
    }
}
