/**
 * The three-way merge of an update, its base and the current state. Only pure functions: equal arguments give equal
 * results.
 *
 * <ul>
 *   <li>{@link dev.statecraft.replication.merge.Merge} finds the conflicting paths of an update and resolves them by
 *       the strategy.
 *   <li>{@link dev.statecraft.replication.merge.MergeBase} contains the values that the update was based on.
 *   <li>{@code ValueMerge} merges two values of a path by a rule.
 *   <li>{@link dev.statecraft.replication.merge.Conflict} is a conflicting path and its resolution; {@code
 *       ConflictExplanation} is its JSON form.
 * </ul>
 *
 * <p>Read {@code Merge} first.
 */
@NullMarked
package dev.statecraft.replication.merge;

import org.jspecify.annotations.NullMarked;
