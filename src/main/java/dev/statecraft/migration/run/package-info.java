/**
 * The stored state of a run.
 *
 * <p>A {@link dev.statecraft.migration.run.Run} applies one migration to all entities of a type, or rolls it back. It has a
 * phase and is divided into {@link dev.statecraft.migration.run.Segment segments}, which workers process in parallel. A
 * segment has a lease with a fencing token, a checkpoint and counts. Every change of a run has the condition that its
 * revision has not changed. Every write of a worker has the condition that its token is current. So any number of
 * processes may drive the same run.
 *
 * <p>Read {@code Run}, {@code Segment} and {@code Progress} first, then {@code RunStore} and {@code SegmentStore}.
 */
@NullMarked
package dev.statecraft.migration.run;

import org.jspecify.annotations.NullMarked;
