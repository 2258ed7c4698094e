/** Boards bound to source entity types, and the top entries of boards replicated as entities. */
@NullMarked
package dev.statecraft.integration.binding;

import org.jspecify.annotations.NullMarked;
