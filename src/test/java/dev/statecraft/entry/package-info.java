@NullMarked
package dev.statecraft.entry;

import org.jspecify.annotations.NullMarked;
