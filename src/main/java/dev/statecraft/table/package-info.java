/** The DynamoDB foundation of all Stores: table names, keys, typed attributes, batches, consumed capacity. */
@NullMarked
package dev.statecraft.table;

import org.jspecify.annotations.NullMarked;
