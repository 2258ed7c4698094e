package dev.statecraft.replication.socket;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.http.Problem;
import dev.statecraft.http.json.FrameJson;
import dev.statecraft.replication.feed.FeedView;
import dev.statecraft.replication.feed.HeldSessionView;
import dev.statecraft.replication.feed.PlayerFeed;
import dev.statecraft.replication.feed.SyncResource;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.session.HeldSession;
import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames that the server sends: {@code {"op": "synced", "id", …}} with the response to a sync frame, {@code
 * {"op": "changes", "spaces", "player"}} with changes, {@code {"op": "sessions", "sessions"}} with sessions of the client, {@code {"op": "problem", "id", "problem"}} with a problem.
 *
 * <p>Changes that do not fit into one frame are sent in several frames. If a single change is too large for a frame,
 * the frame lists its space in {@code fetch} instead; the client gets the change by {@code POST /v1/sync}.
 */
@ApplicationScoped
public class Frames {

    private final FrameJson json;
    private final ReplicationConfig config;

    public Frames(FrameJson json, ReplicationConfig config) {
        this.json = json;
        this.config = config;
    }

    /** A frame; {@code complete} is false if changes were omitted because they did not fit. */
    public record Frame(String text, boolean complete) {}

    /** Returns the maximum bytes of states and changes in a frame; the rest is for the JSON around them. */
    long changesBytes() {
        return config.frameBytes() * 2L / 3;
    }

    /** Returns a frame with changes for a connection. */
    public Frame changes(SyncService.Feeds feeds) {
        ObjectNode frame = frame("changes", null);
        ObjectNode spaces = frame.putObject("spaces");
        feeds.spaces().forEach((space, feed) -> spaces.set(space, json.tree(FeedView.of(feed))));
        PlayerFeed player = feeds.player();
        if (player != null) {
            frame.set("player", json.tree(FeedView.of(player)));
        }
        return fitting(frame);
    }

    /** Returns a frame with the state of a session for its holder. */
    String session(HeldSession session) {
        ObjectNode frame = frame("sessions", null);
        frame.putArray("sessions").add(json.tree(HeldSessionView.of(session)));
        return json.write(frame);
    }

    /** Returns the response to a sync frame; a problem frame if the response does not fit into a frame. */
    Frame synced(@Nullable JsonNode id, SyncResource.SyncAnswer answer) {
        ObjectNode frame = frame("synced", id);
        frame.setAll(json.tree(answer));
        Frame fitting = fitting(frame);
        return fits(fitting.text())
                ? fitting
                : new Frame(
                        problem(
                                id,
                                Problem.of(
                                        413,
                                        "answer-too-large",
                                        "The response exceeds the frame size",
                                        "The updates were processed. Call POST /v1/sync with the same"
                                                + " mutation ids to get their results.")),
                        false);
    }

    /** Returns a frame with a problem. */
    String problem(@Nullable JsonNode id, Problem problem) {
        ObjectNode frame = frame("problem", id);
        ObjectNode body = json.tree(problem);
        Integer retryAfterSeconds = problem.retryAfterSeconds();
        if (retryAfterSeconds != null) {
            body.put("retryAfter", retryAfterSeconds);
        }
        frame.set("problem", body);
        return json.write(frame);
    }

    private static ObjectNode frame(String op, @Nullable JsonNode id) {
        ObjectNode frame = JsonNodeFactory.instance.objectNode().put("op", op);
        if (id != null) {
            frame.set("id", id);
        }
        return frame;
    }

    private Frame fitting(ObjectNode frame) {
        String text = json.write(frame);
        if (fits(text)) {
            return new Frame(text, true);
        }
        Set<String> omitted = new TreeSet<>();
        frame.get("spaces").fieldNames().forEachRemaining(omitted::add);
        frame.putObject("spaces");
        frame.remove("player");
        var fetch = frame.putArray("fetch");
        omitted.forEach(fetch::add);
        return new Frame(json.write(frame), false);
    }

    private boolean fits(String frame) {
        return frame.length() <= config.frameBytes()
                && frame.getBytes(StandardCharsets.UTF_8).length <= config.frameBytes();
    }
}
