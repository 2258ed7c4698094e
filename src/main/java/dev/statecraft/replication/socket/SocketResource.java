package dev.statecraft.replication.socket;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.Caller;
import dev.statecraft.access.Scope;
import dev.statecraft.access.limit.RateLimitService;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.json.FrameJson;
import dev.statecraft.replication.feed.SyncRequest;
import dev.statecraft.replication.feed.SyncResource;
import dev.statecraft.replication.feed.SyncResource.SyncResult;
import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * State replication over WebSocket. A client sends {@code {"op": "sync", "id", …}} with the request of {@code POST
 * /v1/sync} and receives {@code {"op": "synced", "id", …}} with its response. The request subscribes the connection to
 * its spaces and player feed: later changes are pushed as {@code {"op": "changes", …}}. {@code waitMillis} is ignored.
 *
 * <p>Changes are pushed at least once and may arrive before the response to an earlier request. A client drops commits
 * that it already has. It holds back a feed whose commits do not directly follow its own until the pending response
 * arrives.
 */
@ApplicationScoped
public class SocketResource {

    private static final String CLOSED = "connection-closed";

    private static final Pattern ID = Pattern.compile(".{1,128}", Pattern.DOTALL);

    private final SyncResource sync;
    private final ConnectionService connections;
    private final Frames frames;
    private final FrameJson json;
    private final RateLimitService limits;
    private final ReplicationConfig config;

    SocketResource(
            SyncResource sync,
            ConnectionService connections,
            Frames frames,
            FrameJson json,
            RateLimitService limits,
            ReplicationConfig config) {
        this.limits = limits;
        this.config = config;
        this.sync = sync;
        this.connections = connections;
        this.frames = frames;
        this.json = json;
    }

    /**
     * Opens a connection for an authenticated caller. Counts as a request for the rate limit.
     *
     * @throws ProblemException 403 if the caller lacks the scope state:read; 429 if the rate limit is exceeded
     */
    public void opened(String connectionId, Caller caller) {
        caller.require(Scope.STATE_READ);
        limits.acquire(caller);
        connections.open(connectionId, caller);
    }

    /** Deletes a connection that was closed by the client, the server or the transport. */
    public void closed(String connectionId) {
        connections.close(connectionId);
    }

    /**
     * Response to a frame.
     *
     * @param closing reason to close the connection after the frame is sent; null to keep it open
     */
    public record FrameResponse(String frame, Sockets.@Nullable Closing closing) {}

    /** Processes a text frame and returns the response frame. */
    public String received(String connectionId, String frame) {
        return respond(connectionId, frame).frame();
    }

    /** Returns the response frame to a binary frame: a problem. */
    public String receivedBinary() {
        return frames.problem(null, Problem.badRequest(null, "Frames must be text. Binary frames are not supported."));
    }

    /** Processes a text frame and returns the response frame and whether to close the connection. Does not throw. */
    public FrameResponse respond(String connectionId, String frame) {
        JsonNode id = null;
        try {
            ObjectNode request = json.read(frame);
            id = id(request.remove("id"));
            JsonNode op = request.remove("op");
            if (op == null || !op.isTextual() || !op.textValue().equals("sync")) {
                throw new ProblemException(Problem.badRequest("op", "The op of a frame must be sync."));
            }
            Connection connection = connections
                    .find(connectionId)
                    .orElseThrow(() -> new ProblemException(
                            Problem.notFound(CLOSED, "The connection is closed", "Open a new connection.")));
            limits.acquire(ConnectionService.caller(connection));
            return new FrameResponse(synced(connection, id, json.bind(request, SyncRequest.class)), null);
        } catch (RuntimeException e) {
            Problem problem = json.problemOf(e);
            // The frame may be malformed before its id was read; the problem still contains the id if it can be found.
            JsonNode frameId =
                    id == null ? json.idOf(frame).filter(SocketResource::isId).orElse(null) : id;
            return new FrameResponse(frames.problem(frameId, problem), closing(problem));
        }
    }

    private static Sockets.@Nullable Closing closing(Problem problem) {
        if (problem.status() == 401) {
            return Sockets.Closing.CREDENTIAL_ENDED;
        }
        return problem.type().equals("/problems/" + CLOSED) ? Sockets.Closing.NOT_KNOWN : null;
    }

    private String synced(Connection connection, @Nullable JsonNode id, SyncRequest request) {
        Set<String> spaces =
                request.cursors() == null ? Set.of() : request.cursors().keySet();
        SyncRequest withoutWait = new SyncRequest(
                request.clientId(),
                request.playerId(),
                request.cursors(),
                request.playerCursor(),
                request.updates(),
                request.sessions(),
                request.atomic(),
                request.schemaVersion(),
                null);
        Caller caller = ConnectionService.caller(connection);
        sync.check(caller, withoutWait);
        Set<String> all = new HashSet<>(connection.cursors().keySet());
        all.remove(Connection.PLAYER);
        all.addAll(spaces);
        if (all.size() > config.spacesPerSync()) {
            throw new ProblemException(
                    Problem.badRequest("cursors", "At most " + config.spacesPerSync() + " spaces per connection."));
        }
        connections.subscribe(connection, spaces, request.playerId());
        SyncResult synced = sync.sync(caller, withoutWait, frames.changesBytes(), connection.id());
        Frames.Frame response = frames.synced(id, synced.answer());
        if (response.complete()) {
            connections.advance(connection, request.playerId(), request.schemaVersion(), synced.feeds());
        }
        return response.text();
    }

    /** Checks the optional id that the response repeats. */
    private static @Nullable JsonNode id(@Nullable JsonNode id) {
        if (id == null || isId(id)) {
            return id;
        }
        throw new ProblemException(
                Problem.badRequest("id", "An id must be a number or a string of 1 to 128 characters."));
    }

    private static boolean isId(JsonNode id) {
        return id.isNumber() || (id.isTextual() && ID.matcher(id.textValue()).matches());
    }
}
