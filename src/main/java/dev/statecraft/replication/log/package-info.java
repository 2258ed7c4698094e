/**
 * The commit log of a space and the version history of an entity.
 *
 * <ul>
 *   <li>A {@link dev.statecraft.replication.log.LogEntry} is one commit. It contains a
 *       {@link dev.statecraft.replication.log.Change} for each version that the commit made. {@code LogStore} documents
 *       the log table.
 *   <li>{@link dev.statecraft.replication.log.HistoryService} stores the versions that the stream of the entities table
 *       reports, and reads them. It derives a version that is not stored yet from the commit log. {@code HistoryStore}
 *       documents the history table.
 *   <li>{@code FeedChanged} and {@code SpaceCommitted} report new commits to other packages.
 * </ul>
 *
 * <p>Read {@code LogEntry}, {@code Change} and {@code HistoryService} in this order.
 */
@NullMarked
package dev.statecraft.replication.log;

import org.jspecify.annotations.NullMarked;
