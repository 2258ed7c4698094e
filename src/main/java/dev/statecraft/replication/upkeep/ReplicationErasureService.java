package dev.statecraft.replication.upkeep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.commit.CommitService.Done;
import dev.statecraft.replication.commit.CommitService.Result;
import dev.statecraft.replication.commit.ConflictResolution;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.commit.ConflictStore;
import dev.statecraft.replication.commit.Mutation;
import dev.statecraft.replication.commit.ParkedConflict;
import dev.statecraft.replication.commit.Rejection;
import dev.statecraft.replication.feed.PlayerService;
import dev.statecraft.replication.log.HistoryStore;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.table.ContentionException;
import dev.statecraft.table.ScanPage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a player out of state replication. Entities that belong to it, by their owner, their id or their field {@code
 * playerId}, are deleted with all their versions, by commits like any other, so that whoever has them is told. Where the
 * player only changed what belongs to others, its name is taken off. Tops of boards lose their past versions. The log still holds what was committed until its
 * entries expire.
 */
@ApplicationScoped
public class ReplicationErasureService {

    private static final int PAGE_SIZE = 100;

    /** Each costs some calls one after the other, and a step has to end within moments. */
    private static final int SUBSCRIPTIONS_PER_CALL = 20;

    private final PlayerService players;
    private final ConflictService conflicts;
    private final CommitService commits;
    private final EntityStore entities;
    private final HistoryStore history;

    ReplicationErasureService(
            PlayerService players,
            ConflictService conflicts,
            CommitService commits,
            EntityStore entities,
            HistoryStore history) {
        this.players = players;
        this.conflicts = conflicts;
        this.commits = commits;
        this.entities = entities;
        this.history = history;
    }

    /** Ends some of the player's subscriptions, and in the end decides what it has waiting against it. May be repeated. */
    public ScanPage removeSubscriptions(String game, String playerId) {
        ScanPage ended = players.removeSubscriptions(game, playerId, SUBSCRIPTIONS_PER_CALL);
        if (ended.next() != null) {
            return ended;
        }
        long touched = ended.touched();
        String after = null;
        do {
            ConflictStore.ConflictPage page = conflicts.list(game, after, PAGE_SIZE);
            for (ParkedConflict conflict : page.conflicts()) {
                if (conflict.by().equals(playerId)) {
                    conflicts.decide(game, conflict.id(), ConflictResolution.Choice.SERVER, null, ScanPage.ERASED_PLAYER);
                    touched++;
                }
            }
            after = page.next();
        } while (after != null);
        return new ScanPage(null, touched);
    }

    /** Goes through the next entities of the game: 128 RCU, and a commit for each that is the player's. May be repeated. */
    public ScanPage eraseEntities(String game, String playerId, @Nullable String cursor) {
        EntityStore.GamePage page = entities.scanGame(game, cursor);
        long touched = 0;
        for (Entity entity : page.entities()) {
            if (concerns(entity, playerId) || mayShow(entity, playerId)) {
                commit(game, entity, playerId);
                touched++;
            }
        }
        return new ScanPage(page.next(), touched);
    }

    /**
     * Goes through the next past versions of the game: 128 RCU, and 1 WCU for each KB of the player's. Those that belonged
     * to the player are removed, whoever the entity belongs to now; where it only made them its name is taken off. May be
     * repeated.
     */
    public ScanPage eraseHistory(String game, String playerId, @Nullable String cursor) {
        return history.erase(
                game,
                version -> !version.deleted() && belongs(version, playerId),
                playerId,
                ScanPage.ERASED_PLAYER,
                cursor);
    }

    private void commit(String game, Entity entity, String playerId) {
        Mutation mutation = new Mutation(entity.id(), null, "", current -> erased(current, playerId));
        Result result = commits.commit(game, entity.space(), mutation);
        if (!(result instanceof Done) && !(result instanceof CommitService.Refused)) {
            throw new ContentionException("an entity that is to be erased");
        }
    }

    /** What becomes of an entity; nothing if somebody else has erased it. */
    private static Mutation.Decision erased(Entity entity, String playerId) {
        if (mayShow(entity, playerId)) {
            return new Mutation.Write(
                    entity.type(),
                    entity.deleted() ? null : withoutName(entity.json(), playerId),
                    entity.schemaVersion(),
                    entity.owner(),
                    ScanPage.ERASED_PLAYER,
                    null,
                    List.of(),
                    1);
        }
        if (!concerns(entity, playerId)) {
            return new Mutation.Refuse(new Rejection.NotFound());
        }
        boolean own = belongs(entity, playerId);
        return new Mutation.Write(
                entity.type(),
                own || entity.deleted() ? null : entity.json(),
                entity.schemaVersion(),
                own ? null : entity.owner(),
                ScanPage.ERASED_PLAYER,
                null,
                List.of(),
                own ? 1 : Math.max(1, entity.kept() + 1));
    }

    /** Whether an entity is the top of a board, which listed the player if not now then perhaps in a version before. */
    private static boolean mayShow(Entity entity, String playerId) {
        return entity.type().equals(EntityType.LEADERBOARD_STATE)
                && (entity.kept() > 1 || !withoutName(entity.json(), playerId).equals(entity.json()));
    }

    private static ObjectNode withoutName(ObjectNode top, String playerId) {
        ObjectNode other = top.deepCopy();
        for (JsonNode entry : other.path("entries")) {
            if (entry instanceof ObjectNode listed
                    && JsonValues.id(listed.path("playerId"))
                            .filter(playerId::equals)
                            .isPresent()) {
                listed.put("playerId", ScanPage.ERASED_PLAYER);
            }
        }
        return other;
    }

    private static boolean concerns(Entity entity, String playerId) {
        return entity.by().equals(playerId) || (belongs(entity, playerId) && !isErased(entity));
    }

    private static boolean belongs(Entity entity, String playerId) {
        return playerId.equals(entity.owner())
                || entity.id().equals(playerId)
                || JsonValues.id(entity.json().path("playerId"))
                        .filter(playerId::equals)
                        .isPresent();
    }

    /** An entity that bears the player's id keeps it, as its version has to go on. */
    private static boolean isErased(Entity entity) {
        return entity.deleted() && entity.owner() == null && entity.by().equals(ScanPage.ERASED_PLAYER);
    }
}
