/** The event feed, its sources and the event bus. */
@NullMarked
package dev.statecraft.integration.event;

import org.jspecify.annotations.NullMarked;
