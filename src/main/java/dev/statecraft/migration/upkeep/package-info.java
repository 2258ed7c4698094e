/**
 * What other features call: erasure of a player from backups, statistics, and the ledger entries of stream records.
 */
@NullMarked
package dev.statecraft.migration.upkeep;

import org.jspecify.annotations.NullMarked;
