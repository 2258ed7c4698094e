/** Expressions of DynamoDB: conditions, updates, key conditions and document paths, with their errors. */
@NullMarked
package dev.statecraft.testing.dynamo.expression;

import org.jspecify.annotations.NullMarked;
