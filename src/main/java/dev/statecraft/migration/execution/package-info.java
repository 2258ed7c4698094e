/** Starts, steps and ends runs; runs over HTTP. */
@NullMarked
package dev.statecraft.migration.execution;

import org.jspecify.annotations.NullMarked;
