package dev.statecraft.replication.commit;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.commit.CommitDraft.Made;
import dev.statecraft.replication.commit.CommitDraft.Step;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Space;
import dev.statecraft.replication.state.SpaceChecksum;
import dev.statecraft.replication.state.Strategy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Drafts of commits, and what they are made of. */
final class CommitDrafts {

    private CommitDrafts() {}

    static final MutationReceipt.Retention RETENTION = new MutationReceipt.Retention(2, 10, Duration.ofMinutes(1));
    static final CommitDraft.Settings SETTINGS =
            new CommitDraft.Settings(CommitDraft.MAX_ENTITIES, PackedJson.NEVER, RETENTION, false, null);
    static final Space HEAD = new Space("s", "epoch", 7, 1_000, 1, 3, 0, 10, 15, new SpaceChecksum(42));

    static CommitDraft draft(Entity... stored) {
        return draft(HEAD, 2_000, SETTINGS, stored);
    }

    static CommitDraft draft(Space head, long now, CommitDraft.Settings settings, Entity... stored) {
        Map<String, Entity> byId = new HashMap<>();
        for (Entity entity : stored) {
            byId.put(entity.id(), entity);
        }
        return new CommitDraft(new CommitSnapshot(head, byId), now, "new", settings);
    }

    static ObjectNode state(String text) {
        return JsonNodeFactory.instance.objectNode().put("a", text);
    }

    static Entity entity(String id, long version, @Nullable ObjectNode state) {
        return new Entity(
                "s",
                id,
                "T",
                version,
                state == null ? null : PackedJson.of(state, PackedJson.NEVER),
                "1.0.0",
                null,
                500,
                "before",
                null,
                null,
                4,
                2,
                3,
                EntitySession.NONE,
                List.of());
    }

    static Mutation.Write writing(@Nullable ObjectNode state, List<Conflict> conflicts, int limit) {
        return new Mutation.Write("T", state, "1.0.0", "owner", "by", Strategy.MERGE, conflicts, limit);
    }

    static Mutation write(String entity, @Nullable String id, @Nullable ObjectNode state) {
        return new Mutation(entity, id, "body " + id, current -> writing(state, List.of(), 5));
    }

    static Entity made(Step step) {
        return assertInstanceOf(Made.class, step).entity();
    }
}
