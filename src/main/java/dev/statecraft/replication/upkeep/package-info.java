/** Erasure of replicated data, and stream records for other features. */
@NullMarked
package dev.statecraft.replication.upkeep;

import org.jspecify.annotations.NullMarked;
