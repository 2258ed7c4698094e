/**
 * The expression language of migrations: CEL, with JSON as the only type of data.
 *
 * <p>{@link dev.statecraft.migration.expression.Expression} compiles a text and evaluates it for one record.
 * {@code ExpressionLanguage} parses the text and checks its types, {@code ExpressionEvaluation} interprets the checked tree
 * and {@code ExpressionMeter} ends an evaluation that exceeds its
 * {@link dev.statecraft.migration.expression.ExpressionBounds}. The functions are in {@code ExpressionFunctions},
 * {@code ExpressionCollections}, {@code ExpressionNumbers} and {@code ExpressionText}.
 */
@NullMarked
package dev.statecraft.migration.expression;

import org.jspecify.annotations.NullMarked;
