/** The counters of replication, one set for each game. */
@NullMarked
package dev.statecraft.replication.statistics;

import org.jspecify.annotations.NullMarked;
