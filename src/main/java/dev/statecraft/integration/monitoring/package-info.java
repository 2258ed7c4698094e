/** Data points, traffic, unified statistics, health report and readiness. */
@NullMarked
package dev.statecraft.integration.monitoring;

import org.jspecify.annotations.NullMarked;
