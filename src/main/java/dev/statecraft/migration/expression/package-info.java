/** The expression language of migrations (CEL): parser, type checker and an evaluator with limits. */
@NullMarked
package dev.statecraft.migration.expression;

import org.jspecify.annotations.NullMarked;
