/** Versioned changes of live data: what there is to apply, what it would do, what was done. */
@NullMarked
package dev.statecraft.migration;

import org.jspecify.annotations.NullMarked;
