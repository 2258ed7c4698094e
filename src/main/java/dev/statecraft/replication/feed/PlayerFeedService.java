package dev.statecraft.replication.feed;

import dev.statecraft.replication.feed.Player.Knowledge;
import dev.statecraft.replication.feed.Player.Subscription;
import dev.statecraft.replication.feed.PlayerFeed.Cursor;
import dev.statecraft.replication.feed.PlayerFeed.Position;
import dev.statecraft.replication.feed.PlayerFeed.SpaceCommit;
import dev.statecraft.replication.feed.SpaceFeedService.CommitPage;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.Space;
import dev.statecraft.replication.state.SpaceChecksum;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the player feed: the current state of entities that joined the feed, the entities that left it, and every
 * commit that changed the other subscribed entities. The feed covers the spaces of all subscribed entities; the
 * commits of each space are in order and without a gap.
 */
@ApplicationScoped
public class PlayerFeedService {

    private final PlayerService players;
    private final SpaceFeedService feeds;
    private final LogStore log;
    private final ReplicationConfig config;

    public PlayerFeedService(PlayerService players, SpaceFeedService feeds, LogStore log, ReplicationConfig config) {
        this.config = config;
        this.players = players;
        this.feeds = feeds;
        this.log = log;
    }

    /**
     * Returns the changes of a player feed after a cursor. Cost without changes: one query of the player and one of
     * each space of its entities.
     *
     * @param cursor null for a client without a cursor, which receives all entities
     */
    public PlayerFeed pull(String game, String playerId, @Nullable Cursor cursor, AnswerBudget budget) {
        Player player = players.read(game, playerId);
        PlayerFeed feed = null;
        if (cursor != null && feeds.isCurrent(game, cursor.at()) && isUsable(player, cursor)) {
            feed = pull(game, player, cursor, false, false, budget);
        }
        while (feed == null) {
            // A pull without a cursor returns null only if a space changes its epoch during the pull.
            feed = pull(game, player, PlayerFeed.begin(player, feeds.now(game)), true, cursor != null, budget);
        }
        players.markSynced(game, player);
        return feed;
    }

    private static boolean isUsable(Player player, Cursor cursor) {
        return cursor.player().equals(player.id())
                && cursor.resyncs() == player.resyncs()
                && player.subscriptions().stream()
                        .noneMatch(one -> one.knowledgeAt(cursor.joins(), cursor.leaves()) == Knowledge.UNKNOWN);
    }

    /** Pulls the changes after a cursor; null if the cursor is no longer valid. */
    private @Nullable PlayerFeed pull(
            String game, Player player, Cursor cursor, boolean first, boolean resync, AnswerBudget budget) {
        List<Subscription> had = known(player, cursor, Knowledge.HAS);
        List<Subscription> left = had.stream().filter(Subscription::isEnded).toList();
        List<Subscription> hadNot = known(player, cursor, Knowledge.HAS_NOT);
        List<Subscription> joining =
                hadNot.stream().filter(one -> !one.isEnded()).toList();
        // They started and ended after the cursor. A cursor that is past their start and not past their end would say
        // that
        // the client has their entities.
        List<Subscription> passing =
                hadNot.stream().filter(Subscription::isEnded).toList();
        Map<String, Position> positions = new TreeMap<>(cursor.spaces());
        // Each space costs a read. A forged cursor may contain spaces without entities of the player: drop them.
        positions.keySet().retainAll(spaces(had, joining));
        joining.forEach(subscription -> positions.computeIfAbsent(subscription.space(), space -> {
            Space head = log.head(game, space);
            return new Position(head.epoch(), feeds.visibleSeq(head));
        }));
        Map<Subscription, Entity> entities = players.read(game, joining);
        Map<Subscription, Entity> leaving = players.read(game, left);
        had.forEach(one -> positions.putIfAbsent(one.space(), new Position("", 0)));
        // Read after the entities, so that complete pages of commits include every version of the entities.
        Map<String, CommitPage> pages = new TreeMap<>();
        Map<String, Position> reached = new TreeMap<>();
        boolean incomplete = false;
        for (Map.Entry<String, Position> space : positions.entrySet()) {
            Position from = space.getValue();
            CommitPage found = feeds.commitsAfter(game, space.getKey(), from.epoch(), from.seq(), budget);
            if (found.lost()) {
                return null;
            }
            pages.put(space.getKey(), found);
            reached.put(space.getKey(), reached(from, found));
            incomplete |= found.more();
        }
        List<Subscription> joined = fitting(joining, entities, pages, budget);
        Map<String, Map<String, Long>> subscribed = new TreeMap<>();
        had.forEach(one -> addSubscribed(subscribed, one, 0));
        joined.forEach(one -> addSubscribed(subscribed, one, version(entities.get(one))));

        SpaceChecksum checksum = cursor.checksum();
        for (Subscription one : joined) {
            Entity entity = entities.get(one);
            checksum = entity == null ? checksum : PlayerFeed.toggle(checksum, entity);
        }
        List<SpaceCommit> commits = new ArrayList<>();
        for (Map.Entry<String, CommitPage> space : pages.entrySet()) {
            Map<String, Long> versions = subscribed.getOrDefault(space.getKey(), Map.of());
            List<LogEntry> own = own(space.getValue().commits(), versions);
            own.forEach(entry -> commits.add(new SpaceCommit(space.getKey(), entry)));
            checksum = after(checksum, space.getKey(), own);
        }
        boolean more = joined.size() < joining.size();
        // Entities leave the feed only after all joined entities and all commits are sent; until then, the cursor's
        // leaves do
        // not advance.
        boolean caughtUp = !more && !incomplete;
        List<Subscription> ended = caughtUp ? left : List.of();
        for (Subscription one : ended) {
            checksum = without(checksum, one, leaving.get(one), commits);
        }
        Set<String> staying = new HashSet<>();
        player.active().forEach(one -> staying.add(one.space()));
        (caughtUp ? List.<Subscription>of() : left).forEach(one -> staying.add(one.space()));
        reached.keySet().retainAll(staying);
        if (!first && reached.size() > config.playerCursorSpaces()) {
            return null;
        }
        long joins = more
                ? joined.isEmpty()
                        ? cursor.joins()
                        : joined.get(joined.size() - 1).joined()
                : player.change();
        long leaves = caughtUp ? player.change() : cursor.leaves();
        if (passing.stream().anyMatch(one -> one.knowledgeAt(joins, leaves) == Knowledge.HAS)) {
            return null;
        }
        return new PlayerFeed(
                new Cursor(player.id(), player.resyncs(), joins, leaves, feeds.now(game), checksum, reached),
                joined.stream()
                        .map(entities::get)
                        .filter(entity -> entity != null && !entity.deleted())
                        .toList(),
                first,
                ended,
                withoutLeft(commits, ended),
                resync,
                !caughtUp);
    }

    private static Set<String> spaces(List<Subscription> had, List<Subscription> joining) {
        Set<String> spaces = new HashSet<>();
        had.forEach(one -> spaces.add(one.space()));
        joining.forEach(one -> spaces.add(one.space()));
        return spaces;
    }

    private static List<Subscription> known(Player player, Cursor cursor, Knowledge knowledge) {
        return player.subscriptions().stream()
                .filter(one -> one.knowledgeAt(cursor.joins(), cursor.leaves()) == knowledge)
                .toList();
    }

    /**
     * Returns the first joining entities that fit the budget. Stops at an entity whose space has unread commits,
     * because these commits may contain versions older than the entity.
     */
    private static List<Subscription> fitting(
            List<Subscription> joining,
            Map<Subscription, Entity> entities,
            Map<String, CommitPage> pages,
            AnswerBudget budget) {
        List<Subscription> fitting = new ArrayList<>();
        for (Subscription one : joining) {
            Entity entity = entities.get(one);
            CommitPage page = pages.get(one.space());
            long size = entity == null ? 0 : AnswerBudget.sizeBytes(entity);
            if (page == null || page.more() || !budget.take(size)) {
                return fitting;
            }
            fitting.add(one);
        }
        return fitting;
    }

    private static void addSubscribed(Map<String, Map<String, Long>> subscribed, Subscription one, long version) {
        subscribed.computeIfAbsent(one.space(), space -> new LinkedHashMap<>()).put(one.entityId(), version);
    }

    private static long version(@Nullable Entity entity) {
        return entity == null ? 0 : entity.version();
    }

    private static Position reached(Position from, CommitPage page) {
        List<LogEntry> commits = page.commits();
        return commits.isEmpty()
                ? new Position(page.epoch(), from.seq())
                : new Position(page.epoch(), commits.get(commits.size() - 1).seq());
    }

    /** Returns the commits with only the changes of subscribed entities that the client does not have. */
    private static List<LogEntry> own(List<LogEntry> commits, Map<String, Long> versions) {
        List<LogEntry> own = new ArrayList<>();
        for (LogEntry entry : commits) {
            List<Change> changes = entry.changes().stream()
                    .filter(change -> {
                        Long known = versions.get(change.entityId());
                        return known != null && change.version() > known;
                    })
                    .toList();
            if (!changes.isEmpty()) {
                own.add(entry.withChanges(changes));
            }
        }
        return own;
    }

    private static SpaceChecksum after(SpaceChecksum checksum, String space, List<LogEntry> commits) {
        SpaceChecksum after = checksum;
        for (LogEntry entry : commits) {
            for (Change change : entry.changes()) {
                after = change.toggle(after, PlayerFeed.key(space, change.entityId()));
            }
        }
        return after;
    }

    /** Removes an entity from the checksum: its version in the last commit, otherwise the version that was read. */
    private static SpaceChecksum without(
            SpaceChecksum checksum, Subscription one, @Nullable Entity read, List<SpaceCommit> commits) {
        Change last = null;
        for (SpaceCommit commit : commits) {
            for (Change change : commit.commit().changes()) {
                if (commit.space().equals(one.space()) && change.entityId().equals(one.entityId())) {
                    last = change;
                }
            }
        }
        if (last != null) {
            return last.kind() == Change.Kind.DELETED
                    ? checksum
                    : checksum.toggled(PlayerFeed.key(one.space(), one.entityId()), last.version());
        }
        return read == null ? checksum : PlayerFeed.toggle(checksum, read);
    }

    private static List<SpaceCommit> withoutLeft(List<SpaceCommit> commits, List<Subscription> ended) {
        if (ended.isEmpty()) {
            return commits;
        }
        Set<String> keys = new HashSet<>();
        ended.forEach(one -> keys.add(PlayerFeed.key(one.space(), one.entityId())));
        List<SpaceCommit> left = new ArrayList<>();
        for (SpaceCommit commit : commits) {
            LogEntry entry = commit.commit();
            List<Change> changes = entry.changes().stream()
                    .filter(change -> !keys.contains(PlayerFeed.key(commit.space(), change.entityId())))
                    .toList();
            if (!changes.isEmpty()) {
                left.add(new SpaceCommit(commit.space(), entry.withChanges(changes)));
            }
        }
        return left;
    }
}
