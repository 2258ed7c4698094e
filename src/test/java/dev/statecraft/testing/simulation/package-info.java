/** Instances, callers, streams and schedules in virtual time, of which one seed decides every step. */
@NullMarked
package dev.statecraft.testing.simulation;

import org.jspecify.annotations.NullMarked;
