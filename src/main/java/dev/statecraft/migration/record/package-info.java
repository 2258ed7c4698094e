/**
 * The records that migrations change: entities, and the metadata of leaderboard entries, which is handled as the state of an
 * entity. {@link dev.statecraft.migration.record.RecordReader} finds and reads records, {@link
 * dev.statecraft.migration.record.RecordCommitService} writes them.
 */
@NullMarked
package dev.statecraft.migration.record;

import org.jspecify.annotations.NullMarked;
