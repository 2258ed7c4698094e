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
 * Tells a player what became of its entities: those new to its feed as they are, those that left it, and all commits
 * that changed the others, without a gap. The feed spans the spaces of the entities; within each, commits are in order.
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
     * What a player is told. Nothing new: one request for the player and one for each space its entities are in.
     *
     * @param cursor null for one that begins
     */
    public PlayerFeed pull(String game, String playerId, @Nullable Cursor cursor, AnswerBudget budget) {
        Player player = players.read(game, playerId);
        PlayerFeed feed = null;
        if (cursor != null && feeds.isCurrent(game, cursor.at()) && isUsable(player, cursor)) {
            feed = pull(game, player, cursor, false, false, budget);
        }
        while (feed == null) {
            // Without a cursor nothing can be lost, but for a space that changes its epoch this very moment.
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

    /** One player's pull at work; null from it means that the cursor is worth nothing. */
    private @Nullable PlayerFeed pull(
            String game, Player player, Cursor cursor, boolean first, boolean resync, AnswerBudget budget) {
        List<Subscription> had = known(player, cursor, Knowledge.HAS);
        List<Subscription> left = had.stream().filter(Subscription::isEnded).toList();
        List<Subscription> wanted = known(player, cursor, Knowledge.HAS_NOT).stream()
                .filter(subscription -> !subscription.isEnded())
                .toList();
        Map<String, Position> positions = new TreeMap<>(cursor.spaces());
        // Each costs a read: a cursor is what a client sent, and may tell of spaces that are none of the player's.
        positions.keySet().retainAll(spaces(had, wanted));
        wanted.forEach(subscription -> positions.computeIfAbsent(subscription.space(), space -> {
            Space head = log.head(game, space);
            return new Position(head.epoch(), head.seq());
        }));
        Map<Subscription, Entity> entities = players.read(game, wanted);
        Map<Subscription, Entity> leaving = players.read(game, left);
        had.forEach(one -> positions.putIfAbsent(one.space(), new Position("", 0)));
        // After the entities, so that where the news are complete they reach at least as far as the entities.
        Map<String, CommitPage> news = new TreeMap<>();
        Map<String, Position> reached = new TreeMap<>();
        boolean behind = false;
        for (Map.Entry<String, Position> space : positions.entrySet()) {
            Position from = space.getValue();
            CommitPage found = feeds.commitsAfter(game, space.getKey(), from.epoch(), from.seq(), budget);
            if (found.lost()) {
                return null;
            }
            news.put(space.getKey(), found);
            reached.put(space.getKey(), reached(from, found));
            behind |= found.more();
        }
        List<Subscription> joined = fitting(wanted, entities, news, budget);
        Map<String, Map<String, Long>> followed = new TreeMap<>();
        had.forEach(one -> follow(followed, one, 0));
        joined.forEach(one -> follow(followed, one, version(entities.get(one))));

        SpaceChecksum checksum = cursor.checksum();
        for (Subscription one : joined) {
            Entity entity = entities.get(one);
            checksum = entity == null ? checksum : PlayerFeed.toggle(checksum, entity);
        }
        List<SpaceCommit> commits = new ArrayList<>();
        for (Map.Entry<String, CommitPage> space : news.entrySet()) {
            Map<String, Long> versions = followed.getOrDefault(space.getKey(), Map.of());
            List<LogEntry> own = own(space.getValue().commits(), versions);
            own.forEach(entry -> commits.add(new SpaceCommit(space.getKey(), entry)));
            checksum = after(checksum, space.getKey(), own);
        }
        boolean more = joined.size() < wanted.size();
        // Until all that joined is sent, what left stays: to be told of both, a reader has to be told of all of one.
        boolean settled = !more && !behind;
        List<Subscription> gone = settled ? left : List.of();
        for (Subscription one : gone) {
            checksum = without(checksum, one, leaving.get(one), commits);
        }
        Set<String> staying = new HashSet<>();
        player.active().forEach(one -> staying.add(one.space()));
        (settled ? List.<Subscription>of() : left).forEach(one -> staying.add(one.space()));
        reached.keySet().retainAll(staying);
        if (!first && reached.size() > config.playerCursorSpaces()) {
            return null;
        }
        long joins = more
                ? joined.isEmpty()
                        ? cursor.joins()
                        : joined.get(joined.size() - 1).joined()
                : player.change();
        return new PlayerFeed(
                new Cursor(
                        player.id(),
                        player.resyncs(),
                        joins,
                        settled ? player.change() : cursor.leaves(),
                        feeds.now(game),
                        checksum,
                        reached),
                joined.stream()
                        .map(entities::get)
                        .filter(entity -> entity != null && !entity.deleted())
                        .toList(),
                first,
                gone,
                withoutLeft(commits, gone),
                resync,
                !settled);
    }

    private static Set<String> spaces(List<Subscription> had, List<Subscription> wanted) {
        Set<String> spaces = new HashSet<>();
        had.forEach(one -> spaces.add(one.space()));
        wanted.forEach(one -> spaces.add(one.space()));
        return spaces;
    }

    private static List<Subscription> known(Player player, Cursor cursor, Knowledge knowledge) {
        return player.subscriptions().stream()
                .filter(one -> one.knowledgeAt(cursor.joins(), cursor.leaves()) == knowledge)
                .toList();
    }

    /**
     * The first of the entities that join. One whose space is not read to the end waits: later commits would tell of
     * versions that it has left behind.
     */
    private static List<Subscription> fitting(
            List<Subscription> wanted,
            Map<Subscription, Entity> entities,
            Map<String, CommitPage> news,
            AnswerBudget budget) {
        List<Subscription> fitting = new ArrayList<>();
        for (Subscription one : wanted) {
            Entity entity = entities.get(one);
            CommitPage ofSpace = news.get(one.space());
            long size = entity == null ? 0 : AnswerBudget.sizeBytes(entity);
            if (ofSpace == null || ofSpace.more() || !budget.take(size)) {
                return fitting;
            }
            fitting.add(one);
        }
        return fitting;
    }

    private static void follow(Map<String, Map<String, Long>> followed, Subscription one, long version) {
        followed.computeIfAbsent(one.space(), space -> new LinkedHashMap<>()).put(one.entityId(), version);
    }

    private static long version(@Nullable Entity entity) {
        return entity == null ? 0 : entity.version();
    }

    private static Position reached(Position from, CommitPage news) {
        List<LogEntry> commits = news.commits();
        return commits.isEmpty()
                ? new Position(news.epoch(), from.seq())
                : new Position(news.epoch(), commits.get(commits.size() - 1).seq());
    }

    /** The commits with the changes of the followed entities only, without those that are known already. */
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
                own.add(new LogEntry(
                        entry.seq(), entry.epoch(), entry.at(), entry.checksum(), changes, entry.sizeBytes()));
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

    /** Takes the version out that the checksum has of an entity after the commits: its last one there, or the one read. */
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

    private static List<SpaceCommit> withoutLeft(List<SpaceCommit> commits, List<Subscription> gone) {
        if (gone.isEmpty()) {
            return commits;
        }
        Set<String> keys = new HashSet<>();
        gone.forEach(one -> keys.add(PlayerFeed.key(one.space(), one.entityId())));
        List<SpaceCommit> left = new ArrayList<>();
        for (SpaceCommit commit : commits) {
            LogEntry entry = commit.commit();
            List<Change> changes = entry.changes().stream()
                    .filter(change -> !keys.contains(PlayerFeed.key(commit.space(), change.entityId())))
                    .toList();
            if (!changes.isEmpty()) {
                left.add(new SpaceCommit(
                        commit.space(),
                        new LogEntry(
                                entry.seq(), entry.epoch(), entry.at(), entry.checksum(), changes, entry.sizeBytes())));
            }
        }
        return left;
    }
}
