package dev.statecraft.testing.dynamo.storage;

import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndex;

/** A table with its indexes and stream. Everything that changes is guarded by the lock of {@link ModelState}. */
public final class ModelTable {

    private final CreateTableRequest definition;
    private final KeyShape key;
    private final List<IndexShape> indexes = new ArrayList<>();
    private final List<GlobalIndex> globals = new ArrayList<>();
    private final int localIndexes;
    private final NavigableMap<PartitionId, TablePartition> partitions = new TreeMap<>();
    private final @Nullable StreamLog stream;
    private final long createdMillis;
    private @Nullable String expiryAttribute;

    public ModelTable(CreateTableRequest definition, long createdMillis, @Nullable StreamLog stream) {
        this.definition = definition;
        this.createdMillis = createdMillis;
        this.stream = stream;
        key = KeyShape.of(definition.keySchema(), definition.attributeDefinitions());
        for (LocalSecondaryIndex local : definition.localSecondaryIndexes()) {
            indexes.add(IndexShape.of(
                    local.indexName(),
                    false,
                    indexes.size(),
                    local.keySchema(),
                    definition.attributeDefinitions(),
                    key,
                    local.projection()));
        }
        localIndexes = indexes.size();
        for (GlobalSecondaryIndex global : definition.globalSecondaryIndexes()) {
            indexes.add(IndexShape.of(
                    global.indexName(),
                    true,
                    globals.size(),
                    global.keySchema(),
                    definition.attributeDefinitions(),
                    key,
                    global.projection()));
            globals.add(new GlobalIndex());
        }
        requireUse(definition.attributeDefinitions());
    }

    private void requireUse(List<AttributeDefinition> definitions) {
        for (AttributeDefinition definition : definitions) {
            String name = definition.attributeName();
            if (!key.contains(name)
                    && indexes.stream().noneMatch(index -> index.key().contains(name))) {
                throw DynamoErrors.invalid(
                        "One or more parameter values were invalid: Some AttributeDefinitions are not"
                                + " used. AttributeDefinitions: [" + name + "]");
            }
        }
    }

    public String name() {
        return definition.tableName();
    }

    public CreateTableRequest definition() {
        return definition;
    }

    public KeyShape key() {
        return key;
    }

    public List<IndexShape> indexes() {
        return indexes;
    }

    /** The definition of an index; null if there is none of this name. */
    public @Nullable IndexShape index(String name) {
        return indexes.stream()
                .filter(index -> index.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    public GlobalIndex global(IndexShape index) {
        return globals.get(index.ordinal());
    }

    public NavigableMap<PartitionId, TablePartition> partitions() {
        return partitions;
    }

    /** The partition of a key; null if it has no items. */
    public @Nullable TablePartition partition(PartitionId id) {
        return partitions.get(id);
    }

    public TablePartition partitionToWrite(PartitionId id) {
        TablePartition partition = partitions.get(id);
        if (partition == null) {
            partition = new TablePartition(localIndexes);
            partitions.put(id, partition);
        }
        return partition;
    }

    public @Nullable StreamLog stream() {
        return stream;
    }

    public long createdMillis() {
        return createdMillis;
    }

    public @Nullable String expiryAttribute() {
        return expiryAttribute;
    }

    public void expireBy(@Nullable String attribute) {
        expiryAttribute = attribute;
    }
}
