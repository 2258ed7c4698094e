package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import dev.statecraft.testing.dynamo.storage.ModelState;
import dev.statecraft.testing.dynamo.storage.ModelTable;
import dev.statecraft.testing.dynamo.storage.StoredItem;
import dev.statecraft.testing.dynamo.storage.StreamLog;
import dev.statecraft.testing.dynamo.storage.TablePartition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.BillingModeSummary;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.ListTablesRequest;
import software.amazon.awssdk.services.dynamodb.model.ListTablesResponse;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveSpecification;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveRequest;

/** Creates, describes and deletes tables. A new table is active at once. */
final class TableAdministration {

    private static final String ARN = "arn:aws:dynamodb:ddblocal:000000000000:table/";
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{3,255}");
    private static final int MOST_NAMES = 100;

    private final ModelState state;
    private final ModelSettings settings;
    private int created;

    TableAdministration(ModelState state, ModelSettings settings) {
        this.state = state;
        this.settings = settings;
    }

    TableDescription create(CreateTableRequest request) {
        synchronized (state.lock) {
            String name = request.tableName();
            requireName(name);
            request.globalSecondaryIndexes().forEach(index -> requireName(index.indexName()));
            request.localSecondaryIndexes().forEach(index -> requireName(index.indexName()));

            if (state.tables.containsKey(name)) {
                throw DynamoErrors.of(
                        ResourceInUseException.builder(), "ResourceInUseException", "Cannot create preexisting table");
            }
            long now = settings.clock().millis();
            @Nullable StreamLog stream = null;
            if (request.streamSpecification() != null
                    && Boolean.TRUE.equals(request.streamSpecification().streamEnabled())) {
                String label = Instant.ofEpochMilli(now) + "-" + created++;
                stream = new StreamLog(
                        name,
                        ARN + name + "/stream/" + label,
                        label,
                        request.streamSpecification().streamViewType(),
                        settings.shards(),
                        settings.splitAfter(),
                        now);
            }
            ModelTable table = new ModelTable(request, now, stream);
            state.tables.put(name, table);
            return describe(table, TableStatus.ACTIVE);
        }
    }

    TableDescription describe(String name) {
        synchronized (state.lock) {
            return describe(existing(name), TableStatus.ACTIVE);
        }
    }

    TableDescription delete(String name) {
        synchronized (state.lock) {
            ModelTable table = existing(name);
            state.tables.remove(name);
            return describe(table, TableStatus.DELETING);
        }
    }

    ListTablesResponse list(ListTablesRequest request) {
        int limit = request.limit() == null ? MOST_NAMES : request.limit();
        List<String> names = new ArrayList<>();
        for (String name : state.tables.keySet()) {
            boolean after =
                    request.exclusiveStartTableName() == null || name.compareTo(request.exclusiveStartTableName()) > 0;
            if (after) {
                names.add(name);
            }
        }
        boolean more = names.size() > limit;
        ListTablesResponse.Builder response =
                ListTablesResponse.builder().tableNames(more ? names.subList(0, limit) : names);
        return (more ? response.lastEvaluatedTableName(names.get(limit - 1)) : response).build();
    }

    TimeToLiveDescription describeExpiry(String name) {
        synchronized (state.lock) {
            String attribute = existing(name).expiryAttribute();
            return TimeToLiveDescription.builder()
                    .timeToLiveStatus(attribute == null ? TimeToLiveStatus.DISABLED : TimeToLiveStatus.ENABLED)
                    .attributeName(attribute)
                    .build();
        }
    }

    TimeToLiveSpecification updateExpiry(UpdateTimeToLiveRequest request) {
        synchronized (state.lock) {
            ModelTable table = existing(request.tableName());
            TimeToLiveSpecification wanted = request.timeToLiveSpecification();
            boolean enabled = Boolean.TRUE.equals(wanted.enabled());
            if (enabled == (table.expiryAttribute() != null)) {
                throw DynamoErrors.invalid("TimeToLive is already " + (enabled ? "enabled" : "disabled"));
            }
            table.expireBy(enabled ? wanted.attributeName() : null);
            return wanted;
        }
    }

    private static void requireName(@Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw DynamoErrors.invalid("Invalid table/index name.  Table/index names must be between 3 and 255"
                    + " characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'");
        }
    }

    private ModelTable existing(String name) {
        ModelTable table = state.tables.get(name);
        if (table == null) {
            throw ModelState.missing("Requested resource not found: Table: " + name + " not found");
        }
        return table;
    }

    private static TableDescription describe(ModelTable table, TableStatus status) {
        CreateTableRequest definition = table.definition();
        TableDescription.Builder description = TableDescription.builder()
                .tableName(table.name())
                .tableStatus(status)
                .tableArn(ARN + table.name())
                .tableId(table.name())
                .creationDateTime(Instant.ofEpochMilli(table.createdMillis()))
                .keySchema(definition.keySchema())
                .attributeDefinitions(definition.attributeDefinitions())
                .billingModeSummary(BillingModeSummary.builder()
                        .billingMode(definition.billingMode())
                        .build());
        long count = 0;
        long sizeBytes = 0;
        for (TablePartition partition : table.partitions().values()) {
            for (StoredItem item : partition.rows(null).values()) {
                count++;
                sizeBytes += item.sizeBytes();
            }
        }
        description.itemCount(count).tableSizeBytes(sizeBytes);
        if (definition.hasLocalSecondaryIndexes()) {
            description.localSecondaryIndexes(definition.localSecondaryIndexes().stream()
                    .map(index -> LocalSecondaryIndexDescription.builder()
                            .indexName(index.indexName())
                            .keySchema(index.keySchema())
                            .projection(index.projection())
                            .build())
                    .toList());
        }
        if (definition.hasGlobalSecondaryIndexes()) {
            description.globalSecondaryIndexes(definition.globalSecondaryIndexes().stream()
                    .map(index -> GlobalSecondaryIndexDescription.builder()
                            .indexName(index.indexName())
                            .keySchema(index.keySchema())
                            .projection(index.projection())
                            .indexStatus(IndexStatus.ACTIVE)
                            .build())
                    .toList());
        }
        StreamLog stream = table.stream();
        if (stream != null) {
            description
                    .streamSpecification(definition.streamSpecification())
                    .latestStreamArn(stream.arn())
                    .latestStreamLabel(stream.label());
        }
        return description.build();
    }
}
