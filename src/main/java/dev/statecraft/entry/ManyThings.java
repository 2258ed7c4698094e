package dev.statecraft.entry;

/**
 * A body that brings many things at once, each of which has limits of its own; together they may hold more values than
 * other bodies ({@link RequestJson#MAX_VALUES_OF_MANY}).
 */
public interface ManyThings {}
