/** Migrations of entities and of metadata of leaderboards in a simulation, while game servers write what is migrated. */
@NullMarked
package dev.statecraft.testing.workload.migration;

import org.jspecify.annotations.NullMarked;
