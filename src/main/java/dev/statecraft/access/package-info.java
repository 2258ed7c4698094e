/** Who is calling and for which game. */
@NullMarked
package dev.statecraft.access;

import org.jspecify.annotations.NullMarked;
