package dev.statecraft.replication.feed;

import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.commit.RecentCommits;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.EntityService.Updated;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.statistics.ReplicationStatisticsService;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.ContentionException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Processes a sync: applies the updates of a client and returns all new changes. */
@ApplicationScoped
public class SyncService {

    /** Deliveries to clients with an older cursor are not measured, because these clients were not waiting. */
    private static final long MAX_LATENCY_MILLIS = 30_000;

    private static final long MINUTE_MILLIS = 60_000;
    private static final long SECOND_NANOS = 1_000_000_000;

    /** Factor by which a response of an earlier schema version that is too large is reduced, and its smallest size. */
    private static final int SHRINK = 8;

    private static final long SMALLEST_ANSWER_BYTES = 1_000;

    private final EntityService entities;
    private final ConflictService conflicts;
    private final CommitService commits;
    private final RecentCommits recentCommits;
    private final SpaceFeedService feeds;
    private final PlayerFeedService playerFeeds;
    private final SchemaFeeds schemas;
    private final ReplicationStatisticsService statistics;
    private final ReplicationConfig config;
    private final Clock clock;
    private final Ticker ticker;

    public SyncService(
            EntityService entities,
            ConflictService conflicts,
            CommitService commits,
            RecentCommits recentCommits,
            SpaceFeedService feeds,
            PlayerFeedService playerFeeds,
            SchemaFeeds schemas,
            ReplicationStatisticsService statistics,
            ReplicationConfig config,
            Clock clock,
            Ticker ticker) {
        this.entities = entities;
        this.conflicts = conflicts;
        this.commits = commits;
        this.recentCommits = recentCommits;
        this.feeds = feeds;
        this.playerFeeds = playerFeeds;
        this.schemas = schemas;
        this.statistics = statistics;
        this.config = config;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** An update of one entity. */
    public record Update(String space, String entityId, EntityUpdate update, Source source, IdempotencyKey identity) {}

    /**
     * Applies updates independently of each other. The updates of one space are one commit, in order.
     *
     * @return result of each update, in order
     */
    public List<Updated> push(String game, List<Update> updates) {
        Map<String, List<Integer>> bySpace = new LinkedHashMap<>();
        for (int i = 0; i < updates.size(); i++) {
            bySpace.computeIfAbsent(updates.get(i).space(), space -> new ArrayList<>())
                    .add(i);
        }
        Map<Integer, Updated> results = new TreeMap<>();
        bySpace.forEach((space, indexes) -> {
            List<CommitResult> done = commits.commit(
                    game,
                    space,
                    indexes.stream()
                            .map(index -> mutation(game, updates.get(index)))
                            .toList());
            for (int i = 0; i < indexes.size(); i++) {
                Update update = updates.get(indexes.get(i));
                results.put(
                        indexes.get(i), entities.parkIfManual(game, done.get(i), update.source(), update.identity()));
            }
        });
        return List.copyOf(results.values());
    }

    /** Applies all updates of one space in one commit, or none of them. */
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

    /**
     * Cursors of a client: by space, and of its player feed. A null cursor requests a snapshot.
     *
     * @param schemaVersion the schema version that the client uses; null for the latest one
     */
    public record SyncCursors(
            Map<String, @Nullable FeedCursor> spaces,
            @Nullable String playerId,
            PlayerFeed.@Nullable Cursor player,
            @Nullable String schemaVersion) {

        /** Cursors of a client that uses the latest schema version. */
        public SyncCursors(
                Map<String, @Nullable FeedCursor> spaces,
                @Nullable String playerId,
                PlayerFeed.@Nullable Cursor player) {
            this(spaces, playerId, player, null);
        }
    }

    /** New changes for a client: feeds by space, the player feed, and the recommended time until the next poll. */
    public record Feeds(Map<String, Feed> spaces, @Nullable PlayerFeed player, long nextPollMillis) {

        /** No changes. */
        public static final Feeds NONE = new Feeds(Map.of(), null, 0);

        public boolean isEmpty() {
            return spaces.values().stream().noneMatch(Feed::hasChanges) && (player == null || !player.hasChanges());
        }

        /** Returns true if more changes are available immediately. */
        public boolean hasMore() {
            return spaces.values().stream().anyMatch(Feed::more) || (player != null && player.more());
        }
    }

    /**
     * Time to wait for changes.
     *
     * @param millis maximum wait in milliseconds
     * @param mayContinue called before each second except the first; false ends the wait
     */
    public record Wait(long millis, BooleanSupplier mayContinue) {

        /** No wait. */
        public static final Wait NONE = new Wait(0, () -> false);
    }

    /**
     * Returns all new changes in order. Without changes, waits and reads again once per {@code replication-interval}.
     *
     * @param wait maximum wait, limited by {@code longest-wait}
     * @param answerBytes approximate maximum size of the changes; {@code more} is set if there are more
     */
    public Feeds pull(String game, SyncCursors cursors, Wait wait, long answerBytes) {
        long start = ticker.nanos();
        long until = start + Math.min(wait.millis(), config.longestWait().toMillis()) * 1_000_000;
        long paid = start + SECOND_NANOS;
        Feeds result = pull(game, cursors, answerBytes);
        while (result.isEmpty()) {
            long now = ticker.nanos();
            long left = until - now;
            if (left <= 0) {
                break;
            }
            if (now >= paid) {
                if (!wait.mayContinue().getAsBoolean()) {
                    break;
                }
                paid += SECOND_NANOS;
            }
            ticker.sleep(Math.min(left, config.replicationInterval().toNanos()));
            result = pull(game, cursors, answerBytes);
        }
        measureLatency(game, cursors, result);
        return result;
    }

    /**
     * Returns recent commits of this instance from memory if they directly follow the cursor. Other changes are
     * returned by {@link #pull(String, SyncCursors, Wait, long)}. Cost: 1 RCU per {@code resync-cache}.
     *
     * @return no changes if memory has no commits that directly follow the cursor
     */
    public Feeds recent(String game, String space, FeedCursor cursor, long answerBytes) {
        List<LogEntry> recent = cursor.snapshotAfter().isEmpty() && feeds.isCurrent(game, cursor.at())
                ? recentCommits.after(game, space, cursor.epoch(), cursor.seq())
                : List.of();
        if (recent.isEmpty()) {
            return Feeds.NONE;
        }
        Map<String, @Nullable FeedCursor> cursors = new LinkedHashMap<>();
        cursors.put(space, cursor);
        Feeds result = new Feeds(
                Map.of(space, feeds.feedOf(game, cursor, recent, new AnswerBudget(answerBytes))),
                null,
                nextPollMillis());
        measureLatency(game, new SyncCursors(cursors, null, null), result);
        return result;
    }

    private Feeds pull(String game, SyncCursors cursors, long answerBytes) {
        conflicts.resolveOverdueThrottled(game);
        AnswerBudget budget = new AnswerBudget(answerBytes);
        Map<String, Feed> spaces = new LinkedHashMap<>();
        cursors.spaces().forEach((space, cursor) -> spaces.put(space, feeds.pull(game, space, cursor, budget)));
        PlayerFeed player = cursors.playerId() == null
                ? null
                : playerFeeds.pull(game, cursors.playerId(), cursors.player(), budget);
        Feeds feeds = new Feeds(spaces, player, nextPollMillis());
        return cursors.schemaVersion() == null
                ? feeds
                : converted(game, feeds, cursors, cursors.schemaVersion(), answerBytes);
    }

    /** Converts feeds. Whole states in place of steps may exceed the response; then fewer commits are read. */
    private Feeds converted(String game, Feeds feeds, SyncCursors cursors, String schemaVersion, long answerBytes) {
        Map<String, Feed> spaces = new LinkedHashMap<>();
        long bytes = 0;
        for (Map.Entry<String, Feed> space : feeds.spaces().entrySet()) {
            Feed feed = schemas.convert(game, space.getValue(), schemaVersion)
                    .orElseGet(() -> snapshot(game, space.getKey(), schemaVersion, answerBytes));
            bytes += SchemaFeeds.sizeBytes(feed);
            spaces.put(space.getKey(), feed);
        }
        PlayerFeed player = feeds.player();
        if (player != null) {
            player = schemas.convert(game, player, schemaVersion)
                    .orElseGet(() -> playerSnapshot(game, player(cursors), schemaVersion, answerBytes));
            bytes += SchemaFeeds.sizeBytes(player);
        }
        return bytes > config.answerBytes() && answerBytes > SMALLEST_ANSWER_BYTES
                ? pull(game, cursors, answerBytes / SHRINK)
                : new Feeds(spaces, player, feeds.nextPollMillis());
    }

    private static String player(SyncCursors cursors) {
        String player = cursors.playerId();
        if (player == null) {
            throw new IllegalStateException("a player feed has a player");
        }
        return player;
    }

    private Feed snapshot(String game, String space, String schemaVersion, long answerBytes) {
        Feed all = feeds.pull(game, space, null, new AnswerBudget(answerBytes));
        Feed resync = new Feed(all.cursor(), all.snapshot(), all.commits(), all.checksum(), true, all.more());
        return schemas.convert(game, resync, schemaVersion).orElseThrow(SyncService::changing);
    }

    private PlayerFeed playerSnapshot(String game, String player, String schemaVersion, long answerBytes) {
        PlayerFeed all = playerFeeds.pull(game, player, null, new AnswerBudget(answerBytes));
        PlayerFeed resync =
                new PlayerFeed(all.cursor(), all.entities(), all.first(), all.left(), all.commits(), true, all.more());
        return schemas.convert(game, resync, schemaVersion).orElseThrow(SyncService::changing);
    }

    /** The commits during the read of a snapshot are no longer stored, which another request hardly meets again. */
    private static ContentionException changing() {
        return new ContentionException("versions expired while a snapshot was read");
    }

    /** Returns the poll interval that keeps a client within its rate limit, at least {@code replication-interval}. */
    private long nextPollMillis() {
        long paced = (MINUTE_MILLIS + config.requestsPerMinute() - 1) / config.requestsPerMinute();
        return Math.max(paced, config.replicationInterval().toMillis());
    }

    /** Measures the delivery latency of commits to clients that were waiting for them. */
    private void measureLatency(String game, SyncCursors cursors, Feeds result) {
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
