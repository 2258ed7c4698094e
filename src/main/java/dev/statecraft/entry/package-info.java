/** Where the outside comes in: API Gateway events, stream batches, schedules, and how errors go out. */
@NullMarked
package dev.statecraft.entry;

import org.jspecify.annotations.NullMarked;
