package dev.statecraft.access.audit;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.access.AccessConfig;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.PaddedNumber;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/**
 * The audit trail, in the integration table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#audit, {@code sk} = time in Unix milliseconds (16 digits), a hyphen, and a random
 *       suffix: a descending query returns the newest first.
 *   <li>Attributes: {@code by}, {@code k} key, {@code ac} action, {@code m} method, {@code ta} target, {@code st}
 *       status, {@code ttl}.
 *   <li>No guard: records are only added. UpdateItem adds them, because every function with access to this table may
 *       call it.
 * </ul>
 */
@ApplicationScoped
public class AuditStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final AccessConfig config;

    AuditStore(DynamoDbClient dynamo, TableNames tables, AccessConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
    }

    /** Adds a record. The suffix distinguishes records of the same millisecond. Cost: 1 WCU. */
    void add(String game, AuditRecord record, String suffix) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":by", s(record.by()));
        values.put(":key", s(record.keyId()));
        values.put(":action", s(record.action()));
        values.put(":method", s(record.method()));
        values.put(":target", s(record.target()));
        values.put(":status", n(record.status()));
        values.put(":ttl", n(record.at().plus(config.auditRetention()).getEpochSecond()));
        dynamo.updateItem(update -> update.tableName(tables.integration())
                .key(key(game, position(record.at().toEpochMilli()) + "-" + suffix))
                .updateExpression("SET #by = :by, #key = :key, #action = :action, #method = :method, #target = :target,"
                        + " #status = :status, #ttl = :ttl")
                .expressionAttributeNames(Map.of(
                        "#by", "by",
                        "#key", "k",
                        "#action", "ac",
                        "#method", "m",
                        "#target", "ta",
                        "#status", "st",
                        "#ttl", "ttl"))
                .expressionAttributeValues(values));
    }

    /** A page of records, newest first; {@code next} is the position of the last one, null on the last page. */
    record Page(List<AuditRecord> records, @Nullable String next) {}

    /**
     * Reads records, newest first, with strong consistency. Cost: 1 RCU per about 20 records.
     *
     * @param before position after which the page starts; null for the newest records
     */
    Page newest(String game, @Nullable String before, int limit) {
        QueryRequest.Builder query = QueryRequest.builder()
                .tableName(tables.integration())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "audit"))))
                .scanIndexForward(false)
                .consistentRead(true)
                .limit(limit);
        if (before != null) {
            query.exclusiveStartKey(key(game, before));
        }
        QueryResponse response = dynamo.query(query.build());
        return new Page(
                response.items().stream().map(AuditStore::fromItem).toList(),
                response.lastEvaluatedKey().isEmpty() ? null : Attributes.string(response.lastEvaluatedKey(), "sk"));
    }

    private static AuditRecord fromItem(Map<String, AttributeValue> item) {
        String position = Attributes.string(item, "sk");
        return new AuditRecord(
                Instant.ofEpochMilli(Long.parseLong(position.substring(0, position.indexOf('-')))),
                Attributes.string(item, "by"),
                Attributes.string(item, "k"),
                Attributes.string(item, "ac"),
                Attributes.string(item, "m"),
                Attributes.string(item, "ta"),
                (int) Attributes.number(item, "st"));
    }

    private static String position(long millis) {
        return PaddedNumber.of(millis, 16);
    }

    private static Map<String, AttributeValue> key(String game, String position) {
        return Map.of("pk", s(PartitionKey.of(game, "audit")), "sk", s(position));
    }
}
