/**
 * Entities over HTTP: create, read, list, update, merge, delete and revert.
 *
 * <p>Promises: a successful response means that the change is committed. A request that is repeated with the same
 * mutation id takes effect once and returns the same version. A rejected update returns the current version and state.
 * A read is strongly consistent; the list of a type lags behind writes by about a second.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.replication.entity.EntityResource} and {@link
 *       dev.statecraft.replication.entity.EntityHistoryResource}: HTTP API; {@link
 *       dev.statecraft.replication.entity.EntityView} is the response.
 *   <li>{@link dev.statecraft.replication.entity.UpdateRequest} and {@link
 *       dev.statecraft.replication.command.EntityUpdate}: an update before and after its validation.
 *   <li>{@link dev.statecraft.replication.entity.EntityService}: makes commands of requests and commits them.
 *   <li>{@link dev.statecraft.replication.entity.EntityReader}: reads, lists and scans entities.
 *   <li>{@link dev.statecraft.replication.entity.UpdateProblems} and {@link
 *       dev.statecraft.replication.entity.EntityProblems}: convert results to responses and problems.
 * </ol>
 */
@NullMarked
package dev.statecraft.replication.entity;

import org.jspecify.annotations.NullMarked;
