/**
 * The event feed of each game and its publication on an event bus.
 *
 * <p>Promises: a change is appended exactly once, even if its stream record is delivered repeatedly or concurrently.
 * The events of one source are in the order of its changes. Events have consecutive sequence numbers from 1 and expire
 * after {@code event-retention}. The bus receives every event at least once.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.integration.event.Event} and {@link dev.statecraft.integration.event.EventType}: the
 *       event as the API and the bus show it.
 *   <li>{@link dev.statecraft.integration.event.SourceChange}: the events of one stream record with the position that
 *       prevents duplicates.
 *   <li>{@link dev.statecraft.integration.event.EventStreamService}: converts stream records by {@code
 *       ReplicationEvents}, {@code LeaderboardEvents} and {@code MigrationEvents}.
 *   <li>{@link dev.statecraft.integration.event.EventFeedService} and {@link
 *       dev.statecraft.integration.event.EventFeedStore}: append and read the event feed; {@code ScoreEvents} merges
 *       score changes.
 *   <li>{@link dev.statecraft.integration.event.EventResource}: HTTP API.
 *   <li>{@link dev.statecraft.integration.event.BusService} and {@link dev.statecraft.integration.event.EventSink}:
 *       publish the event feed.
 *   <li>{@link dev.statecraft.integration.event.EventErasureService}: anonymizes an erased player.
 * </ol>
 */
@NullMarked
package dev.statecraft.integration.event;

import org.jspecify.annotations.NullMarked;
