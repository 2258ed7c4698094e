/**
 * The changes that clients read: space feeds, player feeds and sync requests.
 *
 * <p>Promises: a feed contains every commit after the cursor of a client, in order and without a gap. A client whose
 * cursor is no longer valid receives {@code resync} and a snapshot. The checksum of a feed lets a client detect a
 * difference. A cursor is opaque to clients, and nothing is stored per cursor.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.replication.feed.SyncResource} and {@link dev.statecraft.replication.feed.SyncService}:
 *       one request that sends updates and reads feeds; {@link dev.statecraft.replication.feed.FeedView} is the
 *       response.
 *   <li>{@link dev.statecraft.replication.feed.SpaceFeedService}: feed of a space, with {@link
 *       dev.statecraft.replication.feed.Feed} and {@link dev.statecraft.replication.feed.FeedCursor}.
 *   <li>{@link dev.statecraft.replication.feed.Player} and {@link dev.statecraft.replication.feed.PlayerService}:
 *       subscriptions of players to entities, with their resources; {@code PlayerStore} documents the items.
 *   <li>{@link dev.statecraft.replication.feed.PlayerFeedService}: feed of a player's entities over all their spaces.
 *   <li>{@code FeedCursors}: converts cursors to text and validates them.
 *   <li>{@link dev.statecraft.replication.feed.ResyncService}: makes all clients of a game resync.
 * </ol>
 */
@NullMarked
package dev.statecraft.replication.feed;

import org.jspecify.annotations.NullMarked;
