package dev.statecraft.replication.feed;

import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.commit.CommitService.Result;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.commit.Mutation;
import dev.statecraft.replication.commit.RecentCommits;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.EntityService.Updated;
import dev.statecraft.replication.entity.EntityUpdate;
import dev.statecraft.replication.entity.IdempotencyKey;
import dev.statecraft.replication.entity.Source;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.statistics.ReplicationStatisticsService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One synchronisation: takes a client's updates, and tells it everything new. */
@ApplicationScoped
public class SyncService {

    /** A reader that was away longer was not waiting for what it is told. */
    private static final long MAX_LATENCY_MILLIS = 30_000;

    private static final long MINUTE_MILLIS = 60_000;
    private static final long SECOND_NANOS = 1_000_000_000;

    private final EntityService entities;
    private final ConflictService conflicts;
    private final CommitService commits;
    private final RecentCommits recentCommits;
    private final SpaceFeedService feeds;
    private final PlayerFeedService playerFeeds;
    private final ReplicationStatisticsService statistics;
    private final ReplicationConfig config;
    private final Clock clock;

    public SyncService(
            EntityService entities,
            ConflictService conflicts,
            CommitService commits,
            RecentCommits recentCommits,
            SpaceFeedService feeds,
            PlayerFeedService playerFeeds,
            ReplicationStatisticsService statistics,
            ReplicationConfig config,
            Clock clock) {
        this.entities = entities;
        this.conflicts = conflicts;
        this.commits = commits;
        this.recentCommits = recentCommits;
        this.feeds = feeds;
        this.playerFeeds = playerFeeds;
        this.statistics = statistics;
        this.config = config;
        this.clock = clock;
    }

    /** An update of a batch. */
    public record Update(String space, String entityId, EntityUpdate update, Source source, IdempotencyKey identity) {}

    /**
     * Takes updates, each for itself; those of one space are one commit, in order.
     *
     * @return what became of each, in order
     */
    public List<Updated> push(String game, List<Update> updates) {
        Map<String, List<Integer>> bySpace = new LinkedHashMap<>();
        for (int i = 0; i < updates.size(); i++) {
            bySpace.computeIfAbsent(updates.get(i).space(), space -> new ArrayList<>())
                    .add(i);
        }
        Map<Integer, Updated> results = new TreeMap<>();
        bySpace.forEach((space, indexes) -> {
            List<Result> done = commits.commit(
                    game,
                    space,
                    indexes.stream()
                            .map(index -> mutation(game, updates.get(index)))
                            .toList());
            for (int i = 0; i < indexes.size(); i++) {
                Update update = updates.get(indexes.get(i));
                results.put(
                        indexes.get(i),
                        entities.parkedIfUndecided(game, done.get(i), update.source(), update.identity()));
            }
        });
        return List.copyOf(results.values());
    }

    /** Takes updates of one space, all or none; readers see them in one commit. */
    public List<Updated> pushAtomically(String game, String space, List<Update> updates) {
        return commits
                .commitAtomically(
                        game,
                        space,
                        updates.stream().map(update -> mutation(game, update)).toList())
                .stream()
                .map(result -> (Updated) new EntityService.Decided(result))
                .toList();
    }

    private Mutation mutation(String game, Update update) {
        return entities.mutation(game, update.entityId(), update.update(), update.source(), update.identity());
    }

    /** What a client wants to be told: cursors by space, and those of its player; null for one that begins. */
    public record SyncCursors(
            Map<String, @Nullable FeedCursor> spaces,
            @Nullable String playerId,
            PlayerFeed.@Nullable Cursor player) {}

    /** What a client is told. */
    public record Feeds(Map<String, Feed> spaces, @Nullable PlayerFeed player, long nextPollMillis) {

        /** Nothing new. */
        public static final Feeds NONE = new Feeds(Map.of(), null, 0);

        public boolean isEmpty() {
            return spaces.values().stream().noneMatch(Feed::hasChanges) && (player == null || !player.hasChanges());
        }

        /** Whether there was more than the answer could hold. */
        public boolean hasMore() {
            return spaces.values().stream().anyMatch(Feed::more) || (player != null && player.more());
        }
    }

    /**
     * How long to wait for result.
     *
     * @param millis at most
     * @param another asked before each second but the first whether it may be waited for; the wait is over if not
     */
    public record Wait(long millis, BooleanSupplier another) {

        /** Not at all. */
        public static final Wait NONE = new Wait(0, () -> false);
    }

    /**
     * Tells a client everything new, in order. Waits for result if there are none: looks for them once every replication
     * interval.
     *
     * @param wait how long at most
     * @param answerBytes how much to tell, about; what is left is {@code more}
     */
    public Feeds pull(String game, SyncCursors cursors, Wait wait, long answerBytes) {
        long begun = System.nanoTime();
        long until = begun + Math.min(wait.millis(), config.longestWait().toMillis()) * 1_000_000;
        long paid = begun + SECOND_NANOS;
        Feeds result = pull(game, cursors, answerBytes);
        while (result.isEmpty()) {
            long now = System.nanoTime();
            long left = until - now;
            if (left <= 0) {
                break;
            }
            if (now >= paid) {
                if (!wait.another().getAsBoolean()) {
                    break;
                }
                paid += SECOND_NANOS;
            }
            LockSupport.parkNanos(Math.min(left, config.replicationInterval().toNanos()));
            result = pull(game, cursors, answerBytes);
        }
        deliver(game, cursors, result);
        return result;
    }

    /**
     * Tells a client of a space's commits that this process has just made, if they are right behind its cursor. Costs
     * 1 RCU in {@code resync-cache}, and nothing else. Anything else that is new is left to
     * {@link #pull(String, SyncCursors, Wait, long)}.
     *
     * @return empty result if nothing is known that is right behind
     */
    public Feeds recent(String game, String space, FeedCursor cursor, long answerBytes) {
        List<LogEntry> made = cursor.snapshotAfter().isEmpty() && feeds.isCurrent(game, cursor.at())
                ? recentCommits.after(game, space, cursor.epoch(), cursor.seq())
                : List.of();
        if (made.isEmpty()) {
            return Feeds.NONE;
        }
        Map<String, @Nullable FeedCursor> cursors = new LinkedHashMap<>();
        cursors.put(space, cursor);
        Feeds result = new Feeds(
                Map.of(space, feeds.feedOf(game, cursor, made, new AnswerBudget(answerBytes))), null, nextPollMillis());
        deliver(game, new SyncCursors(cursors, null, null), result);
        return result;
    }

    private Feeds pull(String game, SyncCursors cursors, long answerBytes) {
        conflicts.settleDueNowAndThen(game);
        AnswerBudget budget = new AnswerBudget(answerBytes);
        Map<String, Feed> spaces = new LinkedHashMap<>();
        cursors.spaces().forEach((space, cursor) -> spaces.put(space, feeds.pull(game, space, cursor, budget)));
        PlayerFeed player =
                cursors.playerId() == null
                        ? null
                        : playerFeeds.pull(game, cursors.playerId(), cursors.player(), budget);
        return new Feeds(spaces, player, nextPollMillis());
    }

    /** So often that a client keeps within its requests a minute, and not more often than there is result. */
    private long nextPollMillis() {
        long paced = (MINUTE_MILLIS + config.requestsPerMinute() - 1) / config.requestsPerMinute();
        return Math.max(paced, config.replicationInterval().toMillis());
    }

    /** Measures how long result took to readers that were waiting for them. */
    private void deliver(String game, SyncCursors cursors, Feeds result) {
        long now = clock.millis();
        List<Long> millis = new ArrayList<>();
        result.spaces().forEach((space, feed) -> {
            FeedCursor cursor = cursors.spaces().get(space);
            if (cursor != null && feed.snapshot() == null) {
                feed.commits().forEach(commit -> measure(millis, cursor.at(), commit, now));
            }
        });
        PlayerFeed.Cursor player = cursors.player();
        if (player != null && result.player() != null && !result.player().first()) {
            result.player().commits().forEach(commit -> measure(millis, player.at(), commit.commit(), now));
        }
        statistics.recordDeliveries(
                game, millis.size(), millis.stream().mapToLong(Long::longValue).sum());
    }

    private static void measure(List<Long> millis, long waitingSince, LogEntry commit, long now) {
        if (commit.at() >= waitingSince && now - waitingSince <= MAX_LATENCY_MILLIS) {
            millis.add(Math.max(0, now - commit.at()));
        }
    }
}
