/** Registered migrations, their history, and the dry run. */
@NullMarked
package dev.statecraft.migration.registry;

import org.jspecify.annotations.NullMarked;
