package dev.statecraft.replication.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.type.MergeRule;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One path that an update and the stored state disagreed about, and what became of it. A value is null where there is
 * none.
 *
 * @param path as {@link StatePath} writes it
 * @param base what the update was made on
 * @param ours what is stored
 * @param theirs what the update brings
 * @param rule what decided; null as long as nothing has
 * @param result what the path holds now, null as well as long as nothing has decided
 */
@Schema(name = "PathConflict")
public record Conflict(
        String path,
        @Nullable JsonNode base,
        @Nullable JsonNode ours,
        @Nullable JsonNode theirs,
        @Nullable MergeRule rule,
        @Nullable JsonNode result) {}
