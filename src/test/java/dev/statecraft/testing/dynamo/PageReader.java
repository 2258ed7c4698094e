package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.expression.Condition;
import dev.statecraft.testing.dynamo.expression.DocumentPath;
import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import dev.statecraft.testing.dynamo.expression.ItemExpression;
import dev.statecraft.testing.dynamo.expression.Placeholders;
import dev.statecraft.testing.dynamo.expression.ValueCheck;
import dev.statecraft.testing.dynamo.storage.Consumption;
import dev.statecraft.testing.dynamo.storage.IndexShape;
import dev.statecraft.testing.dynamo.storage.KeyShape;
import dev.statecraft.testing.dynamo.storage.ModelState;
import dev.statecraft.testing.dynamo.storage.ModelTable;
import dev.statecraft.testing.dynamo.storage.RowKey;
import dev.statecraft.testing.dynamo.storage.StoredItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Select;

/** Collects one page of a query or scan: counts the limit before the filter, and ends after 1 MB. */
final class PageReader {

    static final int PAGE_BYTES = 1024 * 1024;

    private final ModelTable table;
    private final @Nullable IndexShape index;
    private final @Nullable ItemExpression<Condition> filter;
    private final @Nullable ItemExpression<List<DocumentPath>> projection;
    private final Placeholders placeholders;
    private final boolean countsOnly;
    private final boolean fromTable;
    private final int limit;
    private final List<Map<String, AttributeValue>> items = new ArrayList<>();
    private final List<StoredItem> fetched = new ArrayList<>();
    private int count;
    private int scanned;
    private long sizeBytes;
    private @Nullable Map<String, AttributeValue> last;

    PageReader(
            ModelTable table,
            @Nullable IndexShape index,
            @Nullable ItemExpression<Condition> filter,
            @Nullable ItemExpression<List<DocumentPath>> projection,
            Placeholders placeholders,
            @Nullable Select select,
            @Nullable Integer limit) {
        this.table = table;
        this.index = index;
        this.filter = filter;
        this.projection = projection;
        this.placeholders = placeholders;
        this.countsOnly = select == Select.COUNT;
        this.limit = limit == null ? Integer.MAX_VALUE : limit;
        if (limit != null && limit < 1) {
            throw DynamoErrors.invalid("1 validation error detected: Value '" + limit + "' at 'limit' failed to satisfy"
                    + " constraint: Member must have value greater than or equal to 1");
        }
        if (select == Select.SPECIFIC_ATTRIBUTES && projection == null) {
            throw DynamoErrors.invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get"
                    + " SPECIFIC_ATTRIBUTES");
        }
        if (projection != null && select != null && select != Select.SPECIFIC_ATTRIBUTES) {
            throw DynamoErrors.invalid("Cannot specify the ProjectionExpression when choosing to get " + select);
        }
        if (select == Select.ALL_PROJECTED_ATTRIBUTES && index == null) {
            throw DynamoErrors.invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
        }
        if (projection != null) {
            DocumentPath.requireDisjoint(projection, placeholders);
        }
        if (filter != null) {
            filter.tree().check(filter.parameter(), placeholders);
            for (String attribute : filter.attributes(placeholders)) {
                if (index != null && !index.projects(attribute)) {
                    throw DynamoErrors.invalid("One or more parameter values were invalid: Secondary index "
                            + index.name() + " does not project one or more filter attributes: [" + attribute + "]");
                }
            }
        }
        this.fromTable = needsTable(select);
    }

    /** A local index reads what it does not project from the table; a global one cannot. */
    private boolean needsTable(@Nullable Select select) {
        if (index == null || index.attributes() == null) {
            return false;
        }
        boolean needs = select == Select.ALL_ATTRIBUTES
                || (projection != null
                        && projection.tree().stream().anyMatch(path -> !index.projects(path.attribute(placeholders))));
        if (needs && index.global()) {
            throw DynamoErrors.invalid("One or more parameter values were invalid: Global secondary index "
                    + index.name() + " does not project all requested attributes");
        }
        return needs;
    }

    /** Adds a row. Returns false if the page ends with it. */
    boolean add(StoredItem row, ModelState state) {
        scanned++;
        sizeBytes += row.sizeBytes();
        StoredItem item = row;
        if (fromTable) {
            item = state.current(
                    table,
                    table.key().partitionOf(row.attributes()),
                    RowKey.of(table.key().sortOf(row.attributes())));
            item = item == null ? row : item;
            fetched.add(item);
        }
        if (filter == null || filter.tree().test(item.attributes(), placeholders)) {
            count++;
            if (!countsOnly) {
                items.add(
                        projection == null
                                ? item.attributes()
                                : DocumentPath.project(item.attributes(), projection.tree(), placeholders));
            }
        }
        if (scanned == limit || sizeBytes > PAGE_BYTES) {
            last = row.attributes();
            return false;
        }
        return true;
    }

    /** Counts what was read. */
    double consume(Consumption consumption, boolean consistent) {
        fetched.forEach(item -> consumption.read(table, null, item.sizeBytes(), consistent));
        return consumption.read(table, index, sizeBytes, consistent);
    }

    List<Map<String, AttributeValue>> items() {
        return items;
    }

    boolean countsOnly() {
        return countsOnly;
    }

    int count() {
        return count;
    }

    int scanned() {
        return scanned;
    }

    /** The key of the last row if there may be more; null at the end. */
    @Nullable Map<String, AttributeValue> lastKey() {
        if (last == null) {
            return null;
        }
        Map<String, AttributeValue> key = new HashMap<>(table.key().keyOf(last));
        if (index != null) {
            key.putAll(index.key().keyOf(last));
        }
        return key;
    }

    /** The canonical start of a page; rejects anything but the key of a row. */
    static Map<String, AttributeValue> requireStart(
            ModelTable table, @Nullable IndexShape index, Map<String, AttributeValue> start) {
        requirePart(table.key(), start);
        if (index != null) {
            requirePart(index.key(), start);
        }
        for (String name : start.keySet()) {
            if (!table.key().contains(name) && (index == null || !index.key().contains(name))) {
                throw invalidStart();
            }
        }
        return ValueCheck.canonical(start);
    }

    private static void requirePart(KeyShape key, Map<String, AttributeValue> start) {
        AttributeValue partition = start.get(key.partition());
        AttributeValue sort = key.sort() == null ? null : start.get(key.sort());
        boolean valid = partition != null
                && partition.type() == key.partitionType()
                && (key.sort() == null || (sort != null && sort.type() == key.sortType()));
        if (!valid) {
            throw invalidStart();
        }
    }

    private static RuntimeException invalidStart() {
        return DynamoErrors.invalid("The provided starting key is invalid");
    }
}
