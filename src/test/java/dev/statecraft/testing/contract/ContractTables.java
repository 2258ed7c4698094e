package dev.statecraft.testing.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.core.waiters.WaiterOverrideConfiguration;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;

/** The tables of one run of the contract suite. Tests share them and write under partition keys of their own. */
public final class ContractTables implements AutoCloseable {

    private static final Duration ACTIVE_LIMIT = Duration.ofMinutes(3);

    private final ContractDatabase database;
    private final List<String> created = new ArrayList<>();

    /** Strings as keys, with the kinds of indexes that the project uses. */
    public final String items;

    /** A number as the sort key. */
    public final String numbers;

    /** Binary values as the sort key. */
    public final String binaries;

    /** A partition key only. */
    public final String singles;

    /** Stream of both images. */
    public final String changes;

    /** Stream of new images. */
    public final String images;

    /** Stream of keys. */
    public final String keys;

    public ContractTables(ContractDatabase database) {
        this.database = database;
        items = database.prefix() + "items";
        numbers = database.prefix() + "numbers";
        binaries = database.prefix() + "binaries";
        singles = database.prefix() + "singles";
        changes = database.prefix() + "changes";
        images = database.prefix() + "images";
        keys = database.prefix() + "keys";
        createItems();
        create(numbers, ScalarAttributeType.N, r -> {});
        create(binaries, ScalarAttributeType.B, r -> {});
        create(r -> r.tableName(singles)
                .attributeDefinitions(attribute("pk", ScalarAttributeType.S))
                .keySchema(hash("pk")));
        create(changes, ScalarAttributeType.S, stream(StreamViewType.NEW_AND_OLD_IMAGES));
        create(images, ScalarAttributeType.S, stream(StreamViewType.NEW_IMAGE));
        create(keys, ScalarAttributeType.S, stream(StreamViewType.KEYS_ONLY));
        awaitActive();
    }

    /** The database of the tables. */
    public ContractDatabase database() {
        return database;
    }

    private void createItems() {
        create(r -> r.tableName(items)
                .attributeDefinitions(
                        attribute("pk", ScalarAttributeType.S),
                        attribute("sk", ScalarAttributeType.S),
                        attribute("dpk", ScalarAttributeType.S),
                        attribute("due", ScalarAttributeType.N),
                        attribute("opk", ScalarAttributeType.S),
                        attribute("osk", ScalarAttributeType.B),
                        attribute("wpk", ScalarAttributeType.S),
                        attribute("lsk", ScalarAttributeType.S))
                .keySchema(hash("pk"), range("sk"))
                .globalSecondaryIndexes(
                        GlobalSecondaryIndex.builder()
                                .indexName("due")
                                .keySchema(hash("dpk"), range("due"))
                                .projection(p -> p.projectionType(ProjectionType.KEYS_ONLY))
                                .build(),
                        GlobalSecondaryIndex.builder()
                                .indexName("order")
                                .keySchema(hash("opk"), range("osk"))
                                .projection(p ->
                                        p.projectionType(ProjectionType.INCLUDE).nonKeyAttributes("meta"))
                                .build(),
                        GlobalSecondaryIndex.builder()
                                .indexName("whole")
                                .keySchema(hash("wpk"))
                                .projection(p -> p.projectionType(ProjectionType.ALL))
                                .build())
                .localSecondaryIndexes(LocalSecondaryIndex.builder()
                        .indexName("lane")
                        .keySchema(hash("pk"), range("lsk"))
                        .projection(p -> p.projectionType(ProjectionType.KEYS_ONLY))
                        .build()));
    }

    private void create(String name, ScalarAttributeType sortKey, Consumer<CreateTableRequest.Builder> more) {
        create(r -> {
            r.tableName(name)
                    .attributeDefinitions(attribute("pk", ScalarAttributeType.S), attribute("sk", sortKey))
                    .keySchema(hash("pk"), range("sk"));
            more.accept(r);
        });
    }

    private void create(Consumer<CreateTableRequest.Builder> request) {
        CreateTableRequest.Builder builder = CreateTableRequest.builder().billingMode(BillingMode.PAY_PER_REQUEST);
        request.accept(builder);
        created.add(database.client()
                .createTable(builder.build())
                .tableDescription()
                .tableName());
    }

    private static Consumer<CreateTableRequest.Builder> stream(StreamViewType view) {
        return r -> r.streamSpecification(s -> s.streamEnabled(true).streamViewType(view));
    }

    private void awaitActive() {
        WaiterOverrideConfiguration waiting = WaiterOverrideConfiguration.builder()
                .backoffStrategyV2(BackoffStrategy.fixedDelayWithoutJitter(Duration.ofMillis(50)))
                .waitTimeout(ACTIVE_LIMIT)
                .maxAttempts(Integer.MAX_VALUE)
                .build();
        try (DynamoDbWaiter waiter = DynamoDbWaiter.builder()
                .client(database.client())
                .overrideConfiguration(waiting)
                .build()) {
            created.forEach(table -> waiter.waitUntilTableExists(r -> r.tableName(table)));
        }
    }

    /** Deletes the tables and ends the database. */
    @Override
    public void close() {
        created.forEach(table -> database.client().deleteTable(r -> r.tableName(table)));
        database.end().run();
    }

    static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }

    static KeySchemaElement hash(String name) {
        return KeySchemaElement.builder()
                .attributeName(name)
                .keyType(KeyType.HASH)
                .build();
    }

    static KeySchemaElement range(String name) {
        return KeySchemaElement.builder()
                .attributeName(name)
                .keyType(KeyType.RANGE)
                .build();
    }
}
