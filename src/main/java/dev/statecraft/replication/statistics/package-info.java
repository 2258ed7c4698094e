/**
 * Replication statistics of a game.
 *
 * <p>Promises: each commit is counted exactly once, about a second after it was made. The cost of a read does not
 * depend on the number of spaces and entities. Latencies of deliveries are approximate: an instance that ends may lose
 * a few seconds.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@code ReplicationStatisticsStore}: counters and counted heads in the replication table.
 *   <li>{@link dev.statecraft.replication.statistics.ReplicationStatisticsService}: counts the heads of the stream,
 *       reads the counters and reconciles them.
 *   <li>{@link dev.statecraft.replication.statistics.ReplicationStatisticsResource}: HTTP API.
 * </ol>
 */
@NullMarked
package dev.statecraft.replication.statistics;

import org.jspecify.annotations.NullMarked;
