package dev.statecraft.leaderboard.entry;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import dev.statecraft.table.TransientFailure;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Writes the entry of a player, an item of {@link EntryStore}, in one transaction with the state of the queue from which its
 * scores were taken. Guard: the version that the entry was computed from, and the conditions of the other writes.
 */
@ApplicationScoped
public class CombinedEntryStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public CombinedEntryStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /**
     * Writes an entry and other items, all or nothing. Cost: 2 WCU, 2 or 4 in the order index if the score changed, and the
     * other items.
     *
     * @return false if another writer won the race
     */
    public boolean put(Board board, int season, Entry entry, long expectedVersion, TransactionWrites others) {
        List<TransactWriteItem> items = new ArrayList<>();
        items.add(EntryItems.transactional(tables, board, season, entry, expectedVersion));
        items.addAll(others.items());
        try {
            // The SDK adds a client request token, so its own retry after a lost response does not commit twice.
            dynamo.transactWriteItems(write -> write.transactItems(items));
            return true;
        } catch (TransactionCanceledException e) {
            boolean rejected =
                    e.cancellationReasons().stream().anyMatch(reason -> "ConditionalCheckFailed".equals(reason.code()));
            if (rejected || TransientFailure.is(e)) {
                return false;
            }
            throw e;
        }
    }

    /** An entry to write, and the version that it was computed from. */
    public record Change(Entry entry, long expectedVersion) {}

    /** Result of writing several entries. Variants are listed in order of precedence. */
    public enum PutAll {
        /** A condition of the other writes failed. */
        OTHERS_REJECTED,
        /** Another writer won the race for an entry; nothing was written. */
        OVERTAKEN,
        STORED
    }

    /**
     * Writes several entries of a season and other items, all or nothing; at most 100 items. Cost: 2 WCU for each KB of the
     * entries, the same in the order index, and the other items.
     *
     * @param consumption sums the consumed capacity
     */
    public PutAll putAll(
            Board board, int season, List<Change> changes, TransactionWrites others, CapacityUsage consumption) {
        List<TransactWriteItem> items = new ArrayList<>();
        changes.forEach(change ->
                items.add(EntryItems.transactional(tables, board, season, change.entry(), change.expectedVersion())));
        items.addAll(others.items());
        try {
            consumption.add(dynamo.transactWriteItems(
                            write -> write.transactItems(items).returnConsumedCapacity(ReturnConsumedCapacity.TOTAL))
                    .consumedCapacity());
            return PutAll.STORED;
        } catch (TransactionCanceledException e) {
            boolean[] rejected = new boolean[2];
            for (int i = 0; i < e.cancellationReasons().size(); i++) {
                rejected[i < changes.size() ? 0 : 1] |= "ConditionalCheckFailed"
                        .equals(e.cancellationReasons().get(i).code());
            }
            if (rejected[1]) {
                return PutAll.OTHERS_REJECTED;
            }
            if (rejected[0] || TransientFailure.is(e)) {
                return PutAll.OVERTAKEN;
            }
            throw e;
        }
    }
}
