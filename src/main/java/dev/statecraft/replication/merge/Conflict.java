package dev.statecraft.replication.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.type.MergeRule;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A path at which an update conflicts with the stored state, and the resolution. A value is null if the path has none.
 *
 * @param path the path, in the text form of {@link StatePath}
 * @param base the value that the update was based on
 * @param ours the stored value
 * @param theirs the value that the update sets
 * @param rule the rule that resolved the conflict; null if it is not resolved
 * @param result the resulting value; null if the conflict is not resolved
 */
@Schema(name = "PathConflict")
public record Conflict(
        String path,
        @Nullable JsonNode base,
        @Nullable JsonNode ours,
        @Nullable JsonNode theirs,
        @Nullable MergeRule rule,
        @Nullable JsonNode result) {}
