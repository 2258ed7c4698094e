/** The segment worker: pages of records, upgrade, downgrade and backups. */
@NullMarked
package dev.statecraft.migration.segment;

import org.jspecify.annotations.NullMarked;
