/**
 * WebSocket connections of clients, and the push of commits to them.
 *
 * <p>Promises: a connection receives every commit of the spaces and player feed it subscribes to, in order and at
 * least once. A push fails without effect on the commit; the stream of the commit log retries it.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.replication.socket.SocketResource}: entry point for opened and closed connections and
 *       for frames of clients.
 *   <li>{@link dev.statecraft.replication.socket.Connection} and {@link
 *       dev.statecraft.replication.socket.ConnectionService}: open connections with their subscriptions and cursors;
 *       {@code KnownConnections} caches them.
 *   <li>{@link dev.statecraft.replication.socket.ConnectionNotifier}: pushes commits to subscribed connections.
 *   <li>{@link dev.statecraft.replication.socket.Frames}: writes frames; {@link
 *       dev.statecraft.replication.socket.Sockets} sends them by API Gateway or in dev mode.
 *   <li>{@link dev.statecraft.replication.socket.ConnectionStore} documents the connections table.
 * </ol>
 */
@NullMarked
package dev.statecraft.replication.socket;

import org.jspecify.annotations.NullMarked;
