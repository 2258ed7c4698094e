/** Rate limits: a token bucket for each key and each player. */
@NullMarked
package dev.statecraft.access.limit;

import org.jspecify.annotations.NullMarked;
