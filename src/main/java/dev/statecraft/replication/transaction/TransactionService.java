package dev.statecraft.replication.transaction;

import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.commit.TransactionCommits;
import dev.statecraft.replication.commit.TransactionCommits.Part;
import dev.statecraft.replication.commit.TransactionCommits.TransactionResult;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.table.Sha256;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Applies transactions. */
@ApplicationScoped
public class TransactionService {

    /** With three items for each update, a transaction of DynamoDB has at most 100 items. */
    private static final int MOST_UPDATES = 33;

    private final EntityService entities;
    private final TransactionCommits commits;
    private final int maxUpdates;

    public TransactionService(EntityService entities, TransactionCommits commits, ReplicationConfig config) {
        this.entities = entities;
        this.commits = commits;
        this.maxUpdates = config.maxTransactionUpdates();
        if (maxUpdates < 1 || maxUpdates > MOST_UPDATES) {
            throw new IllegalArgumentException("statecraft.replication.max-transaction-updates: " + maxUpdates
                    + "; a value from 1 to " + MOST_UPDATES + " is required");
        }
    }

    /** Maximum number of updates in a transaction. */
    public int maxUpdates() {
        return maxUpdates;
    }

    /**
     * Applies all updates or none, in order. Cost: one read of the entities and the heads of their spaces, and one DynamoDB
     * transaction.
     *
     * @param id the mutation id of the request. Each update has it in the receipts of its entity, with the hash of the whole
     *     request.
     */
    public TransactionResult apply(String game, String id, List<SyncService.Update> updates) {
        StringBuilder all = new StringBuilder();
        updates.forEach(update -> all.append('\n')
                .append(update.space())
                .append(' ')
                .append(update.entityId())
                .append(' ')
                .append(update.identity().body()));
        String body = "transaction " + Sha256.hex(all.toString(), 32);
        Map<EntityKey, Integer> counts = new HashMap<>();
        List<Part> parts = new ArrayList<>();
        for (SyncService.Update update : updates) {
            int count = counts.merge(new EntityKey(update.space(), update.entityId()), 1, Integer::sum);
            IdempotencyKey identity = new IdempotencyKey(receiptId(id, count), body);
            parts.add(new Part(
                    update.space(),
                    entities.mutation(game, update.entityId(), update.update(), update.source(), identity)));
        }
        return commits.commit(game, id, parts);
    }

    /**
     * The id of the receipt of an entity's update. The first update of an entity has the id of the request, so that the id
     * is rejected if a single update of the entity had it. The others have an id that no request can have.
     */
    private static String receiptId(String id, int count) {
        return count == 1 ? id : "transaction " + id + " " + count;
    }
}
