package dev.statecraft.http.json;

/**
 * A body that brings many things at once, each of which has limits of its own; together they may hold more values than
 * other bodies ({@link RequestJson#MAX_VALUES_OF_MANY}). Its fields that are lists are read item by item: what is wrong
 * with one is the problem of that item, see {@link ItemList}.
 */
public interface BulkRequest {}
