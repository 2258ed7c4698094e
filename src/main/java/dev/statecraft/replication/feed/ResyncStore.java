package dev.statecraft.replication.feed;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Stores the time of the last requested resync of a game in the replication table.
 *
 * <ul>
 *   <li>Item: {@code pk} = game#resync, {@code sk} = {@code before}; {@code at} Unix milliseconds.
 *   <li>Guard: the time never decreases.
 * </ul>
 */
@ApplicationScoped
public class ResyncStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public ResyncStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Reads the time of the last requested resync, strongly consistent; 0 if there was none. Cost: 1 RCU. */
    long read(String game) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.replication()).key(key(game)).consistentRead(true))
                .item();
        return item.isEmpty() ? 0 : Attributes.number(item, "at");
    }

    /** Stores the time of a requested resync; returns false if this or a later time is stored. Cost: 1 WCU. */
    boolean raise(String game, long atMillis) {
        try {
            dynamo.updateItem(update -> update.tableName(tables.replication())
                    .key(key(game))
                    .updateExpression("SET #at = :at")
                    .conditionExpression("attribute_not_exists(#at) OR #at < :at")
                    .expressionAttributeNames(Map.of("#at", "at"))
                    .expressionAttributeValues(Map.of(":at", n(atMillis))));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    private static Map<String, AttributeValue> key(String game) {
        return Map.of("pk", s(PartitionKey.of(game, "resync")), "sk", s("before"));
    }
}
