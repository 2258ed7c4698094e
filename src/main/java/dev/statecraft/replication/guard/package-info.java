/**
 * Guards and schemas: conditions on the values of a state. Only pure functions: equal arguments give equal results.
 *
 * <ul>
 *   <li>{@link dev.statecraft.replication.guard.Guard} has the rules of an update or a type, by path, and checks them.
 *   <li>{@link dev.statecraft.replication.guard.GuardRule} is one kind of rule.
 *   <li>{@link dev.statecraft.replication.guard.GuardReader} reads guards from requests and stored commands.
 *   <li>{@link dev.statecraft.replication.guard.StateSchema} is the schema of the states of a type, {@code ValueSchema} of
 *       one value. {@link dev.statecraft.replication.guard.SchemaReader} reads and compiles it.
 *   <li>{@link dev.statecraft.replication.guard.TextPattern} is a regular expression that is searched in linear time.
 * </ul>
 */
@NullMarked
package dev.statecraft.replication.guard;

import org.jspecify.annotations.NullMarked;
