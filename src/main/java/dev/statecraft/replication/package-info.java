/** Entities in spaces, kept the same for game servers and clients: commits, conflicts, history, sync. */
@NullMarked
package dev.statecraft.replication;

import org.jspecify.annotations.NullMarked;
