package dev.statecraft.testing.dynamo;

import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.Attributes;
import dev.statecraft.testing.dynamo.storage.CapacitySum;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/**
 * A model whose time stands still until a test moves it, and one table: keys {@code pk} and {@code sk}, a global index
 * {@code global} by {@code g} and {@code sk}, a local index {@code local} by {@code l}, both with keys only, a stream and
 * the expiry attribute {@code ttl}.
 */
// The SDK's methods with several consumers create generic arrays.
@SuppressWarnings("unchecked")
final class ModelFixture {

    static final String TABLE = "things";

    private final AtomicLong nanos = new AtomicLong();

    /** Elapsed time. */
    final Ticker ticker = new Ticker() {
        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public void sleep(long duration) {
            nanos.addAndGet(duration);
        }
    };

    /** The time of day, which starts at {@code 2026-01-01}. */
    final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.parse("2026-01-01T00:00:00Z").plusNanos(nanos.get());
        }
    };

    final ModelDynamo dynamo;

    ModelFixture(long seed, UnaryOperator<ModelSettings> settings) {
        dynamo = new ModelDynamo(settings.apply(ModelSettings.likeLocal(clock, ticker, new SplittableRandom(seed))));
        dynamo.createTable(table -> table.tableName(TABLE)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(
                        attribute("pk", ScalarAttributeType.S),
                        attribute("sk", ScalarAttributeType.S),
                        attribute("g", ScalarAttributeType.S),
                        attribute("l", ScalarAttributeType.N))
                .keySchema(key("pk", KeyType.HASH), key("sk", KeyType.RANGE))
                .globalSecondaryIndexes(index -> index.indexName("global")
                        .keySchema(key("g", KeyType.HASH), key("sk", KeyType.RANGE))
                        .projection(keysOnly()))
                .localSecondaryIndexes(index -> index.indexName("local")
                        .keySchema(key("pk", KeyType.HASH), key("l", KeyType.RANGE))
                        .projection(keysOnly()))
                .streamSpecification(
                        stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
        dynamo.updateTimeToLive(update -> update.tableName(TABLE)
                .timeToLiveSpecification(ttl -> ttl.enabled(true).attributeName("ttl")));
    }

    void advance(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    void put(String partition, String sort, long number) {
        put(item(partition, sort, number));
    }

    void put(Map<String, AttributeValue> item) {
        dynamo.putItem(put -> put.tableName(TABLE).item(item));
    }

    /** Write units that all requests have consumed. */
    double writeUnits() {
        return dynamo.consumed().getOrDefault(TABLE, new CapacitySum(0, 0)).writeUnits();
    }

    /** The number of an item; -1 if it is missing. */
    long number(String partition, String sort, boolean consistent) {
        Map<String, AttributeValue> item = dynamo.getItem(
                        get -> get.tableName(TABLE).key(key(partition, sort)).consistentRead(consistent))
                .item();
        return item.isEmpty() ? -1 : Attributes.number(item, "n");
    }

    /** The sort keys in a partition of an index; null for the table. */
    List<String> sortKeys(@Nullable String index, String keyName, String partition, boolean consistent) {
        return dynamo
                .query(query -> query.tableName(TABLE)
                        .indexName(index)
                        .consistentRead(consistent)
                        .keyConditionExpression(keyName + " = :key")
                        .expressionAttributeValues(Map.of(":key", s(partition))))
                .items()
                .stream()
                .map(item -> Attributes.string(item, "sk"))
                .toList();
    }

    static Map<String, AttributeValue> key(String partition, String sort) {
        return Map.of("pk", s(partition), "sk", s(sort));
    }

    static Map<String, AttributeValue> item(String partition, String sort, long number) {
        return Map.of("pk", s(partition), "sk", s(sort), "n", n(number));
    }

    static AttributeValue s(String text) {
        return AttributeValue.fromS(text);
    }

    static AttributeValue n(long number) {
        return AttributeValue.fromN(String.valueOf(number));
    }

    private static Projection keysOnly() {
        return Projection.builder().projectionType(ProjectionType.KEYS_ONLY).build();
    }

    private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }
}
