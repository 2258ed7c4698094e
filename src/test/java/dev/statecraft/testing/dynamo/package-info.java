/**
 * A model of DynamoDB in memory: the operations and expressions that the stores use, with the conflicts, lag and limits
 * that DynamoDB Local does not show.
 */
@NullMarked
package dev.statecraft.testing.dynamo;

import org.jspecify.annotations.NullMarked;
