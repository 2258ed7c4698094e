/** Erasure, statistics, and stream records for other features. */
@NullMarked
package dev.statecraft.migration.upkeep;

import org.jspecify.annotations.NullMarked;
