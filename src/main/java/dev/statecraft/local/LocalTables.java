package dev.statecraft.local;

import dev.statecraft.local.template.Template;
import dev.statecraft.local.template.Template.Table;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.waiters.WaiterOverrideConfiguration;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;

/** Creates the tables of template.yaml without a CloudFormation stack. */
public final class LocalTables {

    private static final Duration ACTIVE_LIMIT = Duration.ofSeconds(60);

    private final DynamoDbClient dynamoDb;
    private final Template template;
    private final String prefix;

    /**
     * @param prefix prefix of all table names
     */
    public LocalTables(DynamoDbClient dynamoDb, Template template, String prefix) {
        this.dynamoDb = dynamoDb;
        this.template = template;
        this.prefix = prefix;
    }

    /**
     * Creates missing tables with their streams and TTL, and returns when all tables are active. Existing tables keep
     * their data.
     *
     * @throws IllegalStateException if the keys, indexes or stream of an existing table differ from the template
     */
    public void createMissing() {
        for (Table table : template.tables()) {
            @Nullable TableDescription existing = describe(table);
            if (existing == null) {
                create(table);
            } else {
                requireSameDefinition(table, existing);
            }
        }
        WaiterOverrideConfiguration waiting = WaiterOverrideConfiguration.builder()
                .backoffStrategyV2(BackoffStrategy.fixedDelayWithoutJitter(Duration.ofMillis(50)))
                .waitTimeout(ACTIVE_LIMIT)
                .maxAttempts(Integer.MAX_VALUE)
                .build();
        try (DynamoDbWaiter waiter = DynamoDbWaiter.builder()
                .client(dynamoDb)
                .overrideConfiguration(waiting)
                .build()) {
            template.tables().forEach(table -> waiter.waitUntilTableExists(r -> r.tableName(fullName(table))));
        }
        template.tables().forEach(this::enableExpiry);
    }

    /** Deletes the tables with their data and creates them again. */
    public void recreate() {
        delete();
        createMissing();
    }

    /** Deletes the existing tables. */
    public void delete() {
        for (Table table : template.tables()) {
            if (describe(table) != null) {
                dynamoDb.deleteTable(r -> r.tableName(fullName(table)));
            }
        }
    }

    private String fullName(Table table) {
        return prefix + table.name();
    }

    private @Nullable TableDescription describe(Table table) {
        try {
            return dynamoDb.describeTable(r -> r.tableName(fullName(table))).table();
        } catch (ResourceNotFoundException e) {
            return null;
        }
    }

    private void create(Table table) {
        CreateTableRequest.Builder request = CreateTableRequest.builder()
                .tableName(fullName(table))
                .keySchema(table.key())
                .attributeDefinitions(table.attributes())
                .billingMode(BillingMode.PAY_PER_REQUEST);
        // DynamoDB rejects an empty list of indexes, but accepts a missing one.
        if (!table.globalIndexes().isEmpty()) {
            request.globalSecondaryIndexes(table.globalIndexes());
        }
        if (!table.localIndexes().isEmpty()) {
            request.localSecondaryIndexes(table.localIndexes());
        }
        if (table.streamView() != null) {
            request.streamSpecification(s -> s.streamEnabled(true).streamViewType(table.streamView()));
        }
        dynamoDb.createTable(request.build());
    }

    private void enableExpiry(Table table) {
        if (table.ttlAttribute() == null) {
            return;
        }
        TimeToLiveStatus status = dynamoDb.describeTimeToLive(r -> r.tableName(fullName(table)))
                .timeToLiveDescription()
                .timeToLiveStatus();
        if (status != TimeToLiveStatus.ENABLED && status != TimeToLiveStatus.ENABLING) {
            dynamoDb.updateTimeToLive(r -> r.tableName(fullName(table))
                    .timeToLiveSpecification(s -> s.enabled(true).attributeName(table.ttlAttribute())));
        }
    }

    private void requireSameDefinition(Table table, TableDescription existing) {
        boolean streams = existing.streamSpecification() != null
                && Boolean.TRUE.equals(existing.streamSpecification().streamEnabled());
        Set<String> globalIndexes = existing.globalSecondaryIndexes().stream()
                .map(GlobalSecondaryIndexDescription::indexName)
                .collect(Collectors.toSet());
        Set<String> localIndexes = existing.localSecondaryIndexes().stream()
                .map(LocalSecondaryIndexDescription::indexName)
                .collect(Collectors.toSet());
        boolean same = existing.keySchema().equals(table.key())
                && streams == (table.streamView() != null)
                && globalIndexes.equals(names(table.globalIndexes().stream()
                        .map(index -> index.indexName())
                        .toList()))
                && localIndexes.equals(names(table.localIndexes().stream()
                        .map(index -> index.indexName())
                        .toList()));
        if (!same) {
            throw new IllegalStateException("The table " + fullName(table)
                    + " was created from another version of template.yaml: delete the data directory, or point"
                    + " -Dstatecraft.local.data to a new one.");
        }
    }

    private static Set<String> names(List<String> names) {
        return Set.copyOf(names);
    }
}
