package dev.statecraft.integration.event;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.QueryParameters;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The event feed over HTTP. */
@Path("/v1/events")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "System")
public class EventResource {

    private final EventFeedService feed;
    private final CurrentCaller caller;

    EventResource(EventFeedService feed, CurrentCaller caller) {
        this.feed = feed;
        this.caller = caller;
    }

    /** Order of listed events. */
    public enum ListOrder {
        OLDEST,
        NEWEST
    }

    /**
     * A list page of events.
     *
     * @param cursor continues after this page; with OLDEST also after the last page, to read later events
     * @param nextCursor the same cursor, null on the last page
     */
    public record EventList(
            List<Event> events, String cursor, @Nullable String nextCursor) {}

    /**
     * Lists the events of the game.
     *
     * @param type returns only events of this type; all types by default
     * @param order OLDEST (default) or NEWEST first
     */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "listEvents", summary = "List the events of the game")
    public EventList list(
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("type") @Nullable String type,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("order") @Nullable String order) {
        EventType only = QueryParameters.word("type", type, EventType.class);
        boolean newest = QueryParameters.word("order", order, ListOrder.class) == ListOrder.NEWEST;
        String list = newest ? "events-newest" : "events";
        EventFeedService.EventPosition position = cursor == null ? null : position(Cursor.read(cursor, list, 2));
        int pageSize = QueryParameters.limit(limit);
        EventFeedService.Page page = newest
                ? feed.newest(caller.game(), position, only, pageSize)
                : feed.oldest(caller.game(), position, only, pageSize);
        String next = Cursor.of(list, page.next().chunk(), page.next().seq());
        return new EventList(page.events(), next, page.more() ? next : null);
    }

    private static EventFeedService.EventPosition position(List<String> parts) {
        long max = SourceChange.MAX_NUMBER;
        return new EventFeedService.EventPosition(
                QueryParameters.integer("cursor", parts.get(0), 0, max),
                QueryParameters.integer("cursor", parts.get(1), 0, max));
    }
}
