package dev.statecraft.replication.commit;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityItems;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.Space;
import dev.statecraft.table.Batches;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Commits: one transaction over the log and the entities. It moves the head of the space from the commit it was made on
 * to the next number, adds that one log entry, and puts each entity in place of the version it was decided on, receipts
 * included. So sequence numbers and versions are dense, and readers see all of a commit or nothing.
 */
@ApplicationScoped
public class CommitStore {

    private static final int HEAD = 0;
    private static final int FIRST_ENTITY = 2;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final ReplicationConfig config;

    public CommitStore(DynamoDbClient dynamo, TableNames tables, ReplicationConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
    }

    /** What a commit is decided on: the head of a space, and entities by id without those that never were. */
    record Ground(Space space, Map<String, Entity> entities) {}

    /** How a commit ended; in order of precedence. */
    sealed interface Outcome {}

    /** It is made. */
    record Written() implements Outcome {}

    /** What was to be written with it cannot be, such as a conflict that is settled already; nothing was written. */
    record Foregone() implements Outcome {}

    /** Others were at the same items at the same moment; nothing is known of what they did. */
    record Contended() implements Outcome {}

    /** The number was taken or entities had changed; this is what is there now. */
    record Overtaken(Ground ground) implements Outcome {}

    /** Reads the head and up to 98 entities of a space, strongly consistent: one round trip. */
    Ground read(String game, String space, Collection<String> ids) {
        return read(game, space, ids, null);
    }

    /** The same; adds up what it consumes, unless nobody wants to know. */
    Ground read(String game, String space, Collection<String> ids, @Nullable CapacityUsage consumption) {
        List<Map<String, AttributeValue>> keys = ids.stream()
                .distinct()
                .map(id -> EntityItems.key(game, space, id))
                .toList();
        var found = Batches.get(
                dynamo,
                Map.of(
                        tables.log(),
                        consistent(List.of(LogStore.headKey(game, space))),
                        tables.entities(),
                        consistent(keys)),
                consumption);
        Map<String, Entity> entities = new HashMap<>();
        found.getOrDefault(tables.entities(), List.of()).forEach(item -> {
            Entity entity = EntityItems.fromItem(item);
            entities.put(entity.id(), entity);
        });
        return new Ground(
                found.getOrDefault(tables.log(), List.of()).stream()
                        .findFirst()
                        .map(LogStore::toSpace)
                        .orElseGet(() -> Space.empty(space)),
                entities);
    }

    /**
     * Writes a commit: 2 WCU for each KB of each entity, of the log entry, and of the head.
     *
     * @param ground what it was decided on
     */
    Outcome write(String game, CommitDraft draft, Ground ground) {
        return write(game, draft, ground, List.of(), null);
    }

    /**
     * Writes a commit together with writes of somebody else: all are done, or none.
     *
     * @return {@link Foregone} if a condition of those writes does not hold
     */
    Outcome write(String game, CommitDraft draft, Ground ground, TransactionWrites along, @Nullable CapacityUsage consumption) {
        return write(game, draft, ground, along.items(), consumption);
    }

    /**
     * Writes a commit that settles a parked conflict, in the same transaction: both are done, or neither.
     *
     * @param version the version that the commit makes of the entity
     */
    Outcome write(String game, CommitDraft draft, Ground ground, ConflictResolution settlement, long version) {
        return write(game, draft, ground, ConflictItems.resolving(tables, config, game, settlement, version), null);
    }

    private Outcome write(
            String game,
            CommitDraft draft,
            Ground ground,
            List<TransactWriteItem> beside,
            @Nullable CapacityUsage consumption) {
        List<TransactWriteItem> items = new ArrayList<>();
        items.add(head(game, draft));
        items.add(put(Put.builder()
                .tableName(tables.log())
                .item(LogStore.entryItem(game, draft.after(), draft.log(), config.logRetention()))
                .conditionExpression("attribute_not_exists(pk)")));
        draft.touched().forEach(entity -> items.add(entity(game, draft, entity)));
        items.addAll(beside);
        try {
            // The SDK gives each transaction a token, so that one it repeats after a lost answer is made once.
            TransactWriteItemsResponse response = dynamo.transactWriteItems(write -> write.transactItems(items)
                    .returnConsumedCapacity(consumption == null ? null : ReturnConsumedCapacity.TOTAL));
            if (consumption != null) {
                consumption.add(response.consumedCapacity());
            }
            return new Written();
        } catch (TransactionCanceledException e) {
            return cancelled(e, draft, ground);
        }
    }

    private TransactWriteItem head(String game, CommitDraft draft) {
        Put.Builder head = Put.builder().tableName(tables.log()).item(LogStore.headItem(game, draft.after()));
        return put(
                draft.before().seq() == 0
                        ? head.conditionExpression("attribute_not_exists(pk)")
                        : head.conditionExpression("q = :seq AND e = :epoch")
                                .expressionAttributeValues(Map.of(
                                        ":seq", n(draft.before().seq()),
                                        ":epoch", s(draft.before().epoch()))));
    }

    private TransactWriteItem entity(String game, CommitDraft draft, CommitDraft.Touched touched) {
        Put.Builder put = Put.builder()
                .tableName(tables.entities())
                .item(EntityItems.toItem(game, touched.after(), draft.steps(touched)));
        return put(
                touched.before().version() == 0
                        ? put.conditionExpression("attribute_not_exists(pk)")
                        : put.conditionExpression("v = :expected")
                                .expressionAttributeValues(
                                        Map.of(":expected", n(touched.before().version()))));
    }

    private static TransactWriteItem put(Put.Builder put) {
        return TransactWriteItem.builder()
                .put(put.returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                        .build())
                .build();
    }

    /** Tells apart why a transaction was not made; the reasons stand in the order of its items. */
    private static Outcome cancelled(TransactionCanceledException e, CommitDraft draft, Ground ground) {
        List<CancellationReason> reasons = e.cancellationReasons();
        boolean failed = false;
        Space space = ground.space();
        Map<String, Entity> entities = new HashMap<>(ground.entities());
        for (int i = 0; i < reasons.size(); i++) {
            CancellationReason reason = reasons.get(i);
            switch (Optional.ofNullable(reason.code()).orElse("None")) {
                case "None" -> {}
                case "ConditionalCheckFailed" -> {
                    failed = true;
                    if (i >= FIRST_ENTITY + draft.touched().size()) {
                        return new Foregone();
                    }
                    if (!reason.hasItem()) {
                        return new Contended();
                    }
                    if (i == HEAD) {
                        space = LogStore.toSpace(reason.item());
                    } else if (i >= FIRST_ENTITY) {
                        Entity entity = EntityItems.fromItem(reason.item());
                        entities.put(entity.id(), entity);
                    }
                }
                case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded" -> {
                    return new Contended();
                }
                default -> throw e;
            }
        }
        if (!failed || space.seq() <= draft.before().seq()) {
            return new Contended();
        }
        return new Overtaken(new Ground(space, entities));
    }

    private static KeysAndAttributes consistent(List<Map<String, AttributeValue>> keys) {
        return KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
    }
}
