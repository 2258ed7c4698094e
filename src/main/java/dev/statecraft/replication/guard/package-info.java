/**
 * Guards: conditions on the values of a state. Only pure functions: equal arguments give equal results.
 *
 * <ul>
 *   <li>{@link dev.statecraft.replication.guard.Guard} has the rules of an update, by path, and checks them.
 *   <li>{@link dev.statecraft.replication.guard.GuardRule} is one kind of rule.
 *   <li>{@link dev.statecraft.replication.guard.GuardReader} reads guards from requests and stored commands.
 * </ul>
 */
@NullMarked
package dev.statecraft.replication.guard;

import org.jspecify.annotations.NullMarked;
