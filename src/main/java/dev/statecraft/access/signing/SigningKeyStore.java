package dev.statecraft.access.signing;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Signing keys of tokens, in the access table: {@code pk} = ~#signing#number of the period, {@code sk} = {@code
 * signing}; {@code k} the key, {@code ttl}. Guard: only the first instance stores the key of a period; all others use
 * it.
 */
@ApplicationScoped
public class SigningKeyStore {

    private static final String NO_GAME = "~";

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public SigningKeyStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** The signing key of a period, read with strong consistency; empty if there is none. Cost: 1 RCU. */
    public Optional<byte[]> read(long period) {
        Map<String, AttributeValue> item = dynamo.getItem(
                        get -> get.tableName(tables.access()).key(key(period)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(Attributes.bytes(item, "k"));
    }

    /** Stores the signing key of a period; does nothing if there is one. Cost: 1 WCU. */
    void create(long period, byte[] signingKey, long expiresAtSeconds) {
        Map<String, AttributeValue> key = key(period);
        try {
            dynamo.putItem(put -> put.tableName(tables.access())
                    .item(Map.of(
                            "pk", key.get("pk"), "sk", key.get("sk"), "k", b(signingKey), "ttl", n(expiresAtSeconds)))
                    .conditionExpression("attribute_not_exists(pk)"));
        } catch (ConditionalCheckFailedException e) {
            // Another instance stored its key first; the caller reads that key.
        }
    }

    private static Map<String, AttributeValue> key(long period) {
        return Map.of("pk", s(PartitionKey.of(NO_GAME, "signing", period)), "sk", s("signing"));
    }
}
