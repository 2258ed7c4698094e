/** State replication: versioned entities in spaces, commits, conflicts, feeds. */
@NullMarked
package dev.statecraft.replication;

import org.jspecify.annotations.NullMarked;
