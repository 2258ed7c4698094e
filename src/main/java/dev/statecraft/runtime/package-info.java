/**
 * Elapsed time, pauses, locks and threads of the process. All other packages receive them, a {@link java.time.Clock} and
 * a {@link java.util.random.RandomGenerator} as constructor parameters, so that a test can replace them: the simulation
 * then decides the time of each pause and the order in which threads run.
 */
@NullMarked
package dev.statecraft.runtime;

import org.jspecify.annotations.NullMarked;
