package dev.statecraft.replication.upkeep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.commit.ConflictResolution;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.commit.ConflictStore;
import dev.statecraft.replication.commit.ParkedConflict;
import dev.statecraft.replication.feed.PlayerService;
import dev.statecraft.replication.log.HistoryStore;
import dev.statecraft.replication.session.MessageService;
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
 * Erases a player from state replication. An entity belongs to the player if its owner, its id or its field {@code
 * playerId} is the player. Entities of the player are deleted with all their versions by ordinary commits, so that
 * clients receive the deletion, and so are the messages to their holders. Versions that the player wrote of other entities are anonymized. Replicated boards are
 * anonymized and lose their earlier versions. The commit log still contains the commits until its entries expire.
 */
@ApplicationScoped
public class ReplicationErasureService {

    private static final int PAGE_SIZE = 100;

    /** Limits the duration of a call, because each subscription needs several sequential requests. */
    private static final int SUBSCRIPTIONS_PER_CALL = 20;

    private final PlayerService players;
    private final ConflictService conflicts;
    private final CommitService commits;
    private final EntityStore entities;
    private final HistoryStore history;
    private final MessageService messages;

    public ReplicationErasureService(
            PlayerService players,
            ConflictService conflicts,
            CommitService commits,
            EntityStore entities,
            HistoryStore history,
            MessageService messages) {
        this.messages = messages;
        this.players = players;
        this.conflicts = conflicts;
        this.commits = commits;
        this.entities = entities;
        this.history = history;
    }

    /**
     * Ends up to {@value #SUBSCRIPTIONS_PER_CALL} subscriptions of the player. When none is left, resolves the
     * player's parked conflicts with SERVER. Idempotent.
     *
     * @return a page with a next cursor if subscriptions are left
     */
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
                    conflicts.resolve(
                            game, conflict.id(), ConflictResolution.Choice.SERVER, null, ScanPage.ERASED_PLAYER);
                    touched++;
                }
            }
            after = page.next();
        } while (after != null);
        return new ScanPage(null, touched);
    }

    /**
     * Scans the next entities of the game and erases the player from them. Idempotent. Cost: 128 RCU, and a commit per
     * changed entity.
     *
     * @param cursor cursor of the previous page; null to start
     */
    public ScanPage eraseEntities(String game, String playerId, @Nullable String cursor) {
        EntityStore.GamePage page = entities.scanGame(game, cursor);
        long touched = 0;
        for (Entity entity : page.entities()) {
            if (belongs(entity, playerId)) {
                touched += messages.erase(game, entity.place());
            }
            if (concerns(entity, playerId) || mayList(entity, playerId)) {
                commit(game, entity, playerId);
                touched++;
            }
        }
        return new ScanPage(page.next(), touched);
    }

    /**
     * Scans the next sessions of the game and deletes the messages to entities whose id is the player. An entity that was
     * never created has messages too, but no item that {@link #eraseEntities} finds. Idempotent. Cost: 128 RCU, and 1 WCU
     * per KB of deleted messages.
     *
     * @param cursor cursor of the previous page; null to start
     */
    public ScanPage eraseMessages(String game, String playerId, @Nullable String cursor) {
        return messages.eraseAll(game, playerId, cursor);
    }

    /**
     * Scans the next earlier versions of the game and erases the player from them. Deletes versions that belong to the
     * player, regardless of the current owner of the entity. Anonymizes other versions that the player wrote.
     * Idempotent. Cost: 128 RCU, and 1 WCU per KB of changed versions.
     *
     * @param cursor cursor of the previous page; null to start
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
        CommitResult result = commits.commit(game, entity.space(), mutation);
        if (!(result instanceof Done) && !(result instanceof CommitResult.Refused)) {
            throw new ContentionException("the erasure of an entity lost the race to concurrent writers");
        }
    }

    /** Returns the write that erases the player from an entity; a rejection if the entity is already erased. */
    private static Mutation.Decision erased(Entity entity, String playerId) {
        if (mayList(entity, playerId)) {
            return new Mutation.Write(
                    entity.type(),
                    entity.deleted() ? null : anonymized(entity.json(), playerId),
                    entity.schemaVersion(),
                    entity.owner(),
                    ScanPage.ERASED_PLAYER,
                    null,
                    List.of(),
                    1);
        }
        if (!concerns(entity, playerId)) {
            return new Mutation.Reject(new Rejection.NotFound());
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

    /**
     * Returns true if the entity is a replicated board that lists the player, or whose earlier versions may list it.
     */
    private static boolean mayList(Entity entity, String playerId) {
        return entity.type().equals(EntityType.LEADERBOARD_STATE)
                && (entity.kept() > 1 || !anonymized(entity.json(), playerId).equals(entity.json()));
    }

    private static ObjectNode anonymized(ObjectNode board, String playerId) {
        ObjectNode anonymized = board.deepCopy();
        for (JsonNode entry : anonymized.path("entries")) {
            if (entry instanceof ObjectNode listed
                    && JsonValues.id(listed.path("playerId"))
                            .filter(playerId::equals)
                            .isPresent()) {
                listed.put("playerId", ScanPage.ERASED_PLAYER);
            }
        }
        return anonymized;
    }

    /** Returns true if the player wrote the current version, or the entity belongs to the player and is not erased. */
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

    /**
     * Returns true if the entity is erased. Its id may still be the player id, because its version must not restart.
     */
    private static boolean isErased(Entity entity) {
        return entity.deleted() && entity.owner() == null && entity.by().equals(ScanPage.ERASED_PLAYER);
    }
}
