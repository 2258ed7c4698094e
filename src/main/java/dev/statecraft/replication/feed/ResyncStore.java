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
 * From when on the readers of a game have to begin anew, in the replication table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#resync, {@code sk} = {@code before}; {@code at} epoch milliseconds.
 *   <li>Guard: it only ever moves forward.
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

    /** Reads it, strongly consistent; 1 RCU. 0 if nobody ever had to begin anew. */
    long read(String game) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.replication()).key(key(game)).consistentRead(true))
                .item();
        return item.isEmpty() ? 0 : Attributes.number(item, "at");
    }

    /** Moves it forward; 1 WCU. False if it is there already, or further. */
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
