/**
 * Sessions of entities: one server at a time may write an entity, and hands it over.
 *
 * <p>Promises: no write under a fencing token is applied after a greater one was granted. A server that stops is replaced
 * after the time to live of its session. No clocks of different machines are compared to decide that.
 *
 * <p>The fencing token and the holder are in the entity's item (see {@code EntitySession}), and a commit grants and ends a
 * session. This package has what does not decide who may write:
 *
 * <ol>
 *   <li>{@link dev.statecraft.replication.session.SessionStore}: heartbeats, and who waits for a session.
 *   <li>{@link dev.statecraft.replication.session.SessionObservations}: how long an instance has seen a session without a
 *       sign of life.
 *   <li>{@link dev.statecraft.replication.session.HeartbeatService}: the heartbeats of a sync.
 * </ol>
 */
@NullMarked
package dev.statecraft.replication.session;

import org.jspecify.annotations.NullMarked;
