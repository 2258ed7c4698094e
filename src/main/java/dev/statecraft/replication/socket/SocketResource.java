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
 * State replication over a socket: {@code {"op": "sync", "id", …}} with what {@code POST /v1/sync} takes is answered
 * {@code {"op": "synced", "id", …}} with what that answers. From then on the connection is told what is new in the
 * spaces it named, and in the feed of its player: {@code {"op": "changes", …}}. {@code waitMillis} means nothing here.
 *
 * <p>Frames are told at least once and may overtake the answer they follow: a client keeps a feed whose commits do not
 * begin right behind its own until the answer it waits for is there, and drops commits it knows.
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
     * A connection was opened by somebody who was let in. It counts as a request.
     *
     * @throws ProblemException 403, if it may not read; 429, if it asks more often than it may
     */
    public void opened(String connectionId, Caller caller) {
        caller.require(Scope.STATE_READ);
        limits.acquire(caller);
        connections.open(connectionId, caller);
    }

    /** A connection is closed, by whomever. */
    public void closed(String connectionId) {
        connections.close(connectionId);
    }

    /**
     * The answer to a frame.
     *
     * @param closing why the connection is of no use any more and is to be closed behind the frame; null if it is not
     */
    public record Answer(String frame, Sockets.@Nullable Closing closing) {}

    /**
     * A frame came.
     *
     * @return the frame that answers it
     */
    public String received(String connectionId, String frame) {
        return answer(connectionId, frame).frame();
    }

    /** A frame came that is no text: what answers it. */
    public String receivedBinary() {
        return frames.problem(null, Problem.badRequest(null, "Frames must be text. Binary frames are not supported."));
    }

    /** A frame came: what answers it, and whether the connection goes on. */
    public Answer answer(String connectionId, String frame) {
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
            return new Answer(synced(connection, id, json.bind(request, SyncRequest.class)), null);
        } catch (RuntimeException e) {
            Problem problem = json.problemOf(e);
            // What is wrong may stand anywhere in the frame; the client still learns which of its frames it was.
            JsonNode of =
                    id == null ? json.idOf(frame).filter(SocketResource::isId).orElse(null) : id;
            return new Answer(frames.problem(of, problem), closing(problem));
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
        SyncRequest now = new SyncRequest(
                request.clientId(),
                request.playerId(),
                request.cursors(),
                request.playerCursor(),
                request.updates(),
                request.atomic(),
                null);
        Caller caller = ConnectionService.caller(connection);
        sync.check(caller, now);
        Set<String> all = new HashSet<>(connection.cursors().keySet());
        all.remove(Connection.PLAYER);
        all.addAll(spaces);
        if (all.size() > config.spacesPerSync()) {
            throw new ProblemException(Problem.badRequest(
                    "cursors", "At most " + config.spacesPerSync() + " spaces per connection."));
        }
        connections.subscribe(connection, spaces, request.playerId());
        SyncResult synced = sync.sync(caller, now, frames.changesBytes());
        Frames.Frame answer = frames.synced(id, synced.answer());
        if (answer.whole()) {
            connections.advance(connection, request.playerId(), synced.news());
        }
        return answer.text();
    }

    /** What the answer is to be known by; it need not be there. */
    private static @Nullable JsonNode id(@Nullable JsonNode id) {
        if (id == null || isId(id)) {
            return id;
        }
        throw new ProblemException(Problem.badRequest("id", "An id must be a number or a string of 1 to 128 characters."));
    }

    private static boolean isId(JsonNode id) {
        return id.isNumber() || (id.isTextual() && ID.matcher(id.textValue()).matches());
    }
}
