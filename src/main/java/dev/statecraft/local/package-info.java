/** The part of a deployment that a developer's machine has to play itself; never in the production artifact. */
@NullMarked
package dev.statecraft.local;

import org.jspecify.annotations.NullMarked;
