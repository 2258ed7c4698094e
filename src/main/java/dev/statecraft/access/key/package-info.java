/** API keys and the games they belong to. */
@NullMarked
package dev.statecraft.access.key;

import org.jspecify.annotations.NullMarked;
