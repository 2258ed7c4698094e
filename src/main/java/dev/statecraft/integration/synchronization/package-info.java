/** System synchronization on demand, and the scheduled work of integration. */
@NullMarked
package dev.statecraft.integration.synchronization;

import org.jspecify.annotations.NullMarked;
