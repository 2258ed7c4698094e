/**
 * Statistics, monitoring data points, the health report and the readiness check.
 *
 * <p>Promises: statistics read only counters and heads, so their cost does not depend on the number of entities and
 * entries. A data point is recorded in every minute in which something happened, once after the last activity, and every
 * few hours otherwise; it is kept for {@code monitoring-retention}. Request counts of an instance are stored every few
 * seconds; counts that are not stored when the instance ends are lost.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.integration.monitoring.UnifiedStatisticsService} with its resource: current statistics.
 *   <li>{@link dev.statecraft.integration.monitoring.Traffic} and {@link
 *       dev.statecraft.integration.monitoring.RequestTrafficFilter}: request counts and durations.
 *   <li>{@link dev.statecraft.integration.monitoring.MonitoringService}, {@link
 *       dev.statecraft.integration.monitoring.MonitoringStore} and the resource: data points over time.
 *   <li>{@link dev.statecraft.integration.monitoring.HealthReportService}, {@link
 *       dev.statecraft.integration.monitoring.HealthReport} and the resource: statistics compared with thresholds.
 *   <li>{@link dev.statecraft.integration.monitoring.TablesReadiness}: readiness check of the tables.
 * </ol>
 */
@NullMarked
package dev.statecraft.integration.monitoring;

import org.jspecify.annotations.NullMarked;
