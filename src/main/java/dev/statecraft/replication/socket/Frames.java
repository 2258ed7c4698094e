package dev.statecraft.replication.socket;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.http.Problem;
import dev.statecraft.http.json.FrameJson;
import dev.statecraft.replication.feed.FeedView;
import dev.statecraft.replication.feed.PlayerFeed;
import dev.statecraft.replication.feed.SyncResource;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The frames that are sent over a socket: {@code {"op": "synced", "id", …}} with the answer to a synchronisation,
 * {@code {"op": "changes", "spaces", "player"}} with news, {@code {"op": "problem", "id", "problem"}}.
 *
 * <p>News that do not fit into one frame are told in several. A single change that is too large for a frame is left out
 * and its space named in {@code fetch}: {@code POST /v1/sync} has it.
 */
@ApplicationScoped
public class Frames {

    private final FrameJson json;
    private final ReplicationConfig config;

    public Frames(FrameJson json, ReplicationConfig config) {
        this.json = json;
        this.config = config;
    }

    /** A frame; {@code whole} is whether nothing was left out. */
    public record Frame(String text, boolean whole) {}

    /** How many bytes of states and changes go into a frame, with room for what stands around them. */
    long changesBytes() {
        return config.frameBytes() * 2L / 3;
    }

    /** News for a connection. */
    public Frame changes(SyncService.Feeds news) {
        ObjectNode frame = frame("changes", null);
        ObjectNode spaces = frame.putObject("spaces");
        news.spaces().forEach((space, feed) -> spaces.set(space, json.tree(FeedView.of(feed))));
        PlayerFeed player = news.player();
        if (player != null) {
            frame.set("player", json.tree(FeedView.of(player)));
        }
        return fitting(frame);
    }

    /** The answer to a synchronisation. */
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

    /** That something could not be done. */
    String problem(@Nullable JsonNode id, Problem problem) {
        ObjectNode frame = frame("problem", id);
        ObjectNode told = json.tree(problem);
        Integer retryAfterSeconds = problem.retryAfterSeconds();
        if (retryAfterSeconds != null) {
            told.put("retryAfter", retryAfterSeconds);
        }
        frame.set("problem", told);
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
        String whole = json.write(frame);
        if (fits(whole)) {
            return new Frame(whole, true);
        }
        Set<String> left = new TreeSet<>();
        frame.get("spaces").fieldNames().forEachRemaining(left::add);
        frame.putObject("spaces");
        frame.remove("player");
        var fetch = frame.putArray("fetch");
        left.forEach(fetch::add);
        return new Frame(json.write(frame), false);
    }

    private boolean fits(String frame) {
        return frame.length() <= config.frameBytes()
                && frame.getBytes(StandardCharsets.UTF_8).length <= config.frameBytes();
    }
}
