@NullMarked
package dev.statecraft.access;

import org.jspecify.annotations.NullMarked;
