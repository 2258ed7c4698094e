package dev.statecraft.migration.run;

import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.table.Batches;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Quarantined records of runs, in the migrations table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#quarantine#run, {@code sk} = space#entity.
 *   <li>Attributes: {@code v} version, {@code re} reason, {@code ax} attempts.
 *   <li>A record is added in the transaction that counts it as failed, and removed in the transaction that counts it as
 *       done or skipped instead.
 * </ul>
 */
@ApplicationScoped
public class QuarantineStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public QuarantineStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /** Lists quarantined records of a run by space and id. */
    public List<Quarantined> list(String game, String run, int limit) {
        return dynamo
                .query(query -> query.tableName(tables.migrations())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(SegmentItems.quarantinePartition(game, run))))
                        .limit(limit))
                .items()
                .stream()
                .map(SegmentItems::quarantined)
                .toList();
    }

    /** Which of at most 100 records of a run are quarantined, strongly consistent. Cost: 1 RCU per record. */
    public Set<EntityKey> find(String game, String run, Collection<EntityKey> records) {
        List<Map<String, AttributeValue>> keys = records.stream()
                .map(record -> SegmentItems.quarantineKey(game, run, record.space(), record.id()))
                .toList();
        Set<EntityKey> found = new HashSet<>();
        batches.get(Map.of(
                        tables.migrations(),
                        KeysAndAttributes.builder()
                                .keys(keys)
                                .consistentRead(true)
                                .build()))
                .getOrDefault(tables.migrations(), List.of())
                .forEach(item -> {
                    Quarantined record = SegmentItems.quarantined(item);
                    found.add(new EntityKey(record.space(), record.id()));
                });
        return found;
    }

    /**
     * Deletes the quarantined records of a run whose id is that of an erased player. Cost: 0.5 RCU per 4 KB, and 1 WCU
     * per record.
     */
    public int delete(String game, String run, String id) {
        int forgotten = 0;
        for (Map<String, AttributeValue> item : dynamo.queryPaginator(query -> query.tableName(tables.migrations())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(SegmentItems.quarantinePartition(game, run)))))
                .items()) {
            Quarantined record = SegmentItems.quarantined(item);
            if (record.id().equals(id)) {
                dynamo.deleteItem(delete -> delete.tableName(tables.migrations())
                        .key(SegmentItems.quarantineKey(game, run, record.space(), id)));
                forgotten++;
            }
        }
        return forgotten;
    }

    /** The writes that add records, for the transaction that counts them. */
    List<TransactWriteItem> adding(String game, String run, List<Quarantined> records) {
        return records.stream()
                .map(record -> TransactWriteItem.builder()
                        .put(put -> put.tableName(tables.migrations()).item(SegmentItems.toItem(game, run, record)))
                        .build())
                .toList();
    }

    /** The writes that remove records, for the transaction that counts them. */
    List<TransactWriteItem> removing(String game, String run, List<EntityKey> records) {
        return records.stream()
                .map(record -> TransactWriteItem.builder()
                        .delete(delete -> delete.tableName(tables.migrations())
                                .key(SegmentItems.quarantineKey(game, run, record.space(), record.id())))
                        .build())
                .toList();
    }
}
