/**
 * The segment worker: processes the records of one segment page by page.
 *
 * <p>{@link dev.statecraft.migration.segment.SegmentService} takes the lease of a segment and starts a
 * {@code SegmentWalk}, which scans records and forms pages until the time budget is used up.
 * {@link dev.statecraft.migration.segment.PageService} processes a page: it upgrades, downgrades or restores each record
 * and writes the records of a space in one commit. The transaction of the commit also stores the backup, adds to the
 * counts and checks the lease. {@link dev.statecraft.migration.segment.PageCompletion} then moves the checkpoint and
 * quarantines failed records. A record is therefore migrated exactly once, wherever a worker stops.
 *
 * <p>Read in this order: {@code RecordUpgrade} and {@code RecordDowngrade} (pure), {@code PageService},
 * {@code SegmentWalk}, {@code PageCompletion}. {@code RunCoordinator} decides which segments need work.
 */
@NullMarked
package dev.statecraft.migration.segment;

import org.jspecify.annotations.NullMarked;
