/** Pages of records leased to game servers. */
@NullMarked
package dev.statecraft.migration.work;

import org.jspecify.annotations.NullMarked;
