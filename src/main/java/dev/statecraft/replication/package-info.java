/**
 * State replication: entities in spaces, with the same state for game servers and clients.
 *
 * <p>Promises:
 *
 * <ul>
 *   <li>An entity has a JSON state and a version. Every change makes the next version, without gaps.
 *   <li>Every change is a commit of a space. A commit is one transaction with the next sequence number of the space. It
 *       is applied completely or not at all, and a repeated mutation id takes effect once.
 *   <li>A transaction over several spaces is a commit of each of them, in one transaction of DynamoDB.
 *   <li>A client that applies the feed of a space or a player in order has the state of the server. A checksum detects
 *       differences, and a client with an invalid cursor receives a snapshot.
 *   <li>An update that was based on an old version is merged with the current state. The entity type sets the strategy.
 *       An update with the strategy MANUAL is parked until a decision or a deadline.
 * </ul>
 *
 * <p>Entry points:
 *
 * <ul>
 *   <li>HTTP request: the resources of {@code entity}, {@code feed}, {@code transaction}, {@code type}, {@code commit}
 *       (conflicts) and {@code statistics}. A change passes through {@code EntityService}, {@code CommitService} and {@code CommitStore}. In a
 *       space that several instances write, {@code CombiningQueue} combines their changes.
 *   <li>Stream record: {@code ReplicationStreamService} in {@code upkeep} converts the records of the log, entities and
 *       replication tables. {@code ConnectionNotifier} pushes commits, {@code HistoryService} stores versions, and
 *       {@code ReplicationStatisticsService} counts heads.
 *   <li>Scheduled step: {@code ConflictService} resolves conflicts whose deadline has passed.
 *   <li>Socket frame: {@code SocketResource} in {@code socket}.
 * </ul>
 *
 * <p>State is stored in five tables: entities ({@code EntityStore}), log with the heads of spaces ({@code LogStore}),
 * history ({@code HistoryStore}), connections ({@code ConnectionStore}), and replication with types, subscriptions,
 * parked conflicts and counters ({@code EntityTypeStore}, {@code PlayerStore}, {@code ConflictStore}, {@code
 * ReplicationStatisticsStore}). Instances only hold caches.
 *
 * <p>Packages, in the order to read them:
 *
 * <ol>
 *   <li>{@code state}: entities, operations and heads of spaces.
 *   <li>{@code guard}: conditions on the values of a state.
 *   <li>{@code type}: settings and schema versions of entity types.
 *   <li>{@code log}: commit log and version history.
 *   <li>{@code statistics}: counters of a game.
 *   <li>{@code merge}: three-way merge of an update.
 *   <li>{@code command}: requested changes as data, and their evaluation.
 *   <li>{@code commit}: commits and parked conflicts.
 *   <li>{@code entity}: HTTP API of entities.
 *   <li>{@code feed}: what clients read.
 *   <li>{@code socket}: WebSocket connections and push.
 *   <li>{@code transaction}: updates of entities in several spaces, all of them or none.
 *   <li>{@code upkeep}: erasure and stream records.
 * </ol>
 */
@NullMarked
package dev.statecraft.replication;

import org.jspecify.annotations.NullMarked;
