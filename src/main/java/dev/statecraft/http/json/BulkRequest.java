package dev.statecraft.http.json;

/**
 * A request body with many items, each of which has its own limits. It may contain more values than other bodies
 * ({@link JsonLimits#MAX_BULK_VALUES}). Its list fields are parsed item by item: a fault in an item is the problem of
 * that item, see {@link ItemList}.
 */
public interface BulkRequest {}
