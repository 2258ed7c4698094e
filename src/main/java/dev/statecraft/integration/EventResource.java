package dev.statecraft.integration;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.entry.Cursor;
import dev.statecraft.entry.Query;
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

    private final FeedService feed;
    private final CurrentCaller caller;

    EventResource(FeedService feed, CurrentCaller caller) {
        this.feed = feed;
        this.caller = caller;
    }

    /** In which order events are listed. */
    public enum ListOrder {
        OLDEST,
        NEWEST
    }

    /**
     * Some events.
     *
     * @param cursor where to go on: also at the end, for what comes later, if the oldest come first
     * @param nextCursor the same, unless this is the end
     */
    public record EventList(
            List<Event> events, String cursor, @Nullable String nextCursor) {}

    /**
     * What happened, in order.
     *
     * @param order OLDEST, which is the default, or NEWEST first
     */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "listEvents", summary = "List the events, oldest first")
    public EventList list(
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("type") @Nullable String type,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("order") @Nullable String order) {
        EventType only = Query.word("type", type, EventType.class);
        boolean newest = Query.word("order", order, ListOrder.class) == ListOrder.NEWEST;
        String list = newest ? "events-newest" : "events";
        FeedService.Place place = cursor == null ? null : place(Cursor.read(cursor, list, 2));
        int wanted = Query.limit(limit);
        FeedService.Page page = newest
                ? feed.newest(caller.game(), place, only, wanted)
                : feed.oldest(caller.game(), place, only, wanted);
        String next = Cursor.of(list, page.next().chunk(), page.next().seq());
        return new EventList(page.events(), next, page.more() ? next : null);
    }

    private static FeedService.Place place(List<String> parts) {
        long most = Occurrence.MOST;
        return new FeedService.Place(
                Query.integer("cursor", parts.get(0), 0, most), Query.integer("cursor", parts.get(1), 0, most));
    }
}
