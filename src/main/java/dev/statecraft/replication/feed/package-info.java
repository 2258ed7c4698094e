/** What clients read: cursors, the feed of a space, the feed of a player, and sync. */
@NullMarked
package dev.statecraft.replication.feed;

import org.jspecify.annotations.NullMarked;
