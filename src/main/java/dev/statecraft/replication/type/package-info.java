/** Entity types: conflict strategy, merge rules and schema versions. */
@NullMarked
package dev.statecraft.replication.type;

import org.jspecify.annotations.NullMarked;
