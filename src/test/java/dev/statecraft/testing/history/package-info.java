/** Checkers: whether a history of requests and responses, and what is stored at its end, follow the invariants. */
@NullMarked
package dev.statecraft.testing.history;

import org.jspecify.annotations.NullMarked;
