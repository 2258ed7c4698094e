/** What ties the features together: the event feed, what follows from events, statistics, health, synchronization. */
@NullMarked
package dev.statecraft.integration;

import org.jspecify.annotations.NullMarked;
