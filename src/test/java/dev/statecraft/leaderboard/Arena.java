package dev.statecraft.leaderboard;

import dev.statecraft.combining.CombiningConfig;
import dev.statecraft.combining.CombiningQueue;
import dev.statecraft.combining.IntentStore;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.BoardSettingsService;
import dev.statecraft.leaderboard.board.BoardStore;
import dev.statecraft.leaderboard.board.PurgeStore;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.SeasonStore;
import dev.statecraft.leaderboard.entry.CombinedEntryStore;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.OrderIndexStore;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.listing.ListingCache;
import dev.statecraft.leaderboard.listing.ListingService;
import dev.statecraft.leaderboard.listing.SurroundingsService;
import dev.statecraft.leaderboard.match.CombinedMatches;
import dev.statecraft.leaderboard.match.MatchService;
import dev.statecraft.leaderboard.match.MatchStore;
import dev.statecraft.leaderboard.match.MatchWriter;
import dev.statecraft.leaderboard.rank.BoardConsistencyService;
import dev.statecraft.leaderboard.rank.DistributionService;
import dev.statecraft.leaderboard.rank.KeptNodes;
import dev.statecraft.leaderboard.rank.RankCounter;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.rank.RecentWrites;
import dev.statecraft.leaderboard.rank.TiePositions;
import dev.statecraft.leaderboard.score.CombinedScores;
import dev.statecraft.leaderboard.score.EarlierReceiptService;
import dev.statecraft.leaderboard.score.MetadataMigrationService;
import dev.statecraft.leaderboard.score.MetadataService;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ReviewService;
import dev.statecraft.leaderboard.score.ReviewStore;
import dev.statecraft.leaderboard.score.ScoreRanking;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.score.ScoreService;
import dev.statecraft.leaderboard.score.ScoreWriter;
import dev.statecraft.leaderboard.score.Submission;
import dev.statecraft.leaderboard.score.SubmissionService;
import dev.statecraft.leaderboard.season.AwardStore;
import dev.statecraft.leaderboard.season.PlayerHistoryService;
import dev.statecraft.leaderboard.season.SampleStore;
import dev.statecraft.leaderboard.season.SeasonFinalizer;
import dev.statecraft.leaderboard.season.SeasonService;
import dev.statecraft.leaderboard.season.SnapshotService;
import dev.statecraft.leaderboard.season.SnapshotStore;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Reward;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.upkeep.LeaderboardErasureService;
import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.leaderboard.upkeep.LeaderboardStatisticsService;
import dev.statecraft.leaderboard.upkeep.PurgeService;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.Batches;
import dev.statecraft.table.Counters;
import dev.statecraft.table.Parallel;
import dev.statecraft.table.StreamRecord;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.StreamRecords;
import dev.statecraft.testing.TableStream;
import dev.statecraft.testing.TestDatabase;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** Leaderboards without Quarkus, on new tables of DynamoDB Local. */
public final class Arena {

    public static final String GAME = "default";

    /** Configurations by settings: the instances of a simulation share one. */
    private static final Map<Map<String, String>, SmallRyeConfig> CONFIGS = new ConcurrentHashMap<>();

    public final TableNames tables;
    public final BoardService boards;
    public final BoardSettingsService settings;
    public final ScoreService scores;
    public final RankingService rankings;
    public final DistributionService distributions;
    public final ListingService lists;
    public final SurroundingsService surroundings;
    public final ListingCache pages;
    public final MetadataService metadata;
    public final MetadataMigrationService migratedMetadata;
    public final SnapshotService snapshots;
    public final SeasonService seasons;
    public final PlayerHistoryService players;
    public final LeaderboardMaintenance upkeep;
    public final PurgeService purges;
    public final LeaderboardErasureService erasures;
    public final ReviewService reviews;
    public final BoardConsistencyService audits;
    public final MatchService matches;
    public final LeaderboardStatisticsService statistics;
    public final RankCounter counter;
    public final RankStore ranks;
    public final EntryStore entries;
    public final TableStream<StreamRecord> stream;
    public final CombiningQueue queue;
    public final CombinedScores combinedScores;
    public final CombinedMatches combinedMatches;
    final Clock clock;

    public Arena() {
        this(Map.of(), new ExecutionInterceptor() {}, Clock.systemUTC());
    }

    public Arena(Map<String, String> settings, ExecutionInterceptor interceptor, Clock clock) {
        this(TestDatabase.freshTables(), settings, interceptor, clock);
    }

    /** Another instance of the application on the same tables. */
    public Arena(TableNames tables, Map<String, String> settings, ExecutionInterceptor interceptor, Clock clock) {
        this(Machine.real(clock), TestDatabase.client(interceptor), tables, settings);
    }

    /** An instance on existing tables of any database. Its own streams are those of DynamoDB Local. */
    public Arena(Machine machine, DynamoDbClient dynamo, TableNames tables, Map<String, String> settings) {
        this(machine, dynamo, TestDatabase::streams, tables, settings);
    }

    /** An instance on existing tables of any database, and the streams of that database. */
    public Arena(
            Machine machine,
            DynamoDbClient dynamo,
            Supplier<DynamoDbStreamsClient> streams,
            TableNames tables,
            Map<String, String> settings) {
        this.tables = tables;
        this.clock = machine.clock();
        Backoff backoff = machine.backoff();
        Batches batches = machine.batches(dynamo);
        SmallRyeConfig config = CONFIGS.computeIfAbsent(Map.copyOf(settings), Arena::config);
        LeaderboardConfig leaderboards = config.getConfigMapping(LeaderboardConfig.class);
        Parallel parallel = new Parallel(config.getConfigMapping(Parallel.Limits.class), machine.threads());
        entries = new EntryStore(dynamo, tables, batches, machine.random());
        OrderIndexStore index = new OrderIndexStore(dynamo, tables);
        ranks = new RankStore(dynamo, tables, batches, parallel);
        KeptNodes kept = new KeptNodes(ranks, leaderboards, machine.ticker());
        rankings = new RankingService(ranks, kept, entries, new TiePositions(index, parallel));
        distributions = new DistributionService(ranks);
        lists = new ListingService(index, ranks, kept, rankings);
        surroundings = new SurroundingsService(index, ranks, rankings, lists);
        SeasonStore closed = new SeasonStore(dynamo, tables, batches);
        SampleStore samples = new SampleStore(dynamo, tables, batches);
        AwardStore awards = new AwardStore(dynamo, tables, batches);
        BoardStore boardStore = new BoardStore(dynamo, tables);
        boards = new BoardService(boardStore, closed, leaderboards, clock, backoff);
        this.settings = new BoardSettingsService(boards, leaderboards, backoff);
        SnapshotStore snapshotStore = new SnapshotStore(dynamo, tables, batches);
        snapshots = new SnapshotService(snapshotStore, samples, lists, rankings, distributions, leaderboards);
        seasons = new SeasonService(boards, closed, awards, snapshots, leaderboards, backoff);
        players = new PlayerHistoryService(samples, closed, entries, rankings, parallel);
        RecentWrites recent = new RecentWrites(clock);
        pages = new ListingCache(lists, ranks, recent, leaderboards, clock);
        statistics = new LeaderboardStatisticsService(boards, ranks, recent, pages, leaderboards, clock);
        ReviewStore aside = new ReviewStore(dynamo, tables, batches, machine.random());
        SubmissionService submissions = new SubmissionService(
                new EarlierReceiptService(entries, closed, leaderboards, clock),
                rankings,
                leaderboards,
                clock,
                machine.random());
        CombiningConfig combining = config.getConfigMapping(CombiningConfig.class);
        queue = new CombiningQueue(
                new IntentStore(dynamo, tables, combining), combining, clock, machine.ticker(), machine.random());
        CombinedEntryStore combined = new CombinedEntryStore(dynamo, tables);
        combinedScores = new CombinedScores(queue, boards, entries, combined, submissions, recent);
        migratedMetadata = new MetadataMigrationService(boards, entries, combined, leaderboards, clock);
        ScoreWriter writer = new ScoreWriter(
                boards, submissions, entries, aside, combinedScores, recent, leaderboards, backoff, machine.threads());
        scores = new ScoreService(
                boards,
                entries,
                submissions,
                writer,
                new ScoreRanking(rankings),
                leaderboards,
                recent,
                parallel,
                clock,
                backoff);
        metadata = new MetadataService(scores, entries, recent, leaderboards, clock, backoff);
        reviews = new ReviewService(boards, aside, entries, submissions, recent, leaderboards, clock, backoff);
        MatchStore rated = new MatchStore(dynamo, tables);
        MatchWriter matchWriter = new MatchWriter(entries, rated, leaderboards, clock);
        combinedMatches = new CombinedMatches(queue, boards, matchWriter);
        matches = new MatchService(
                boards,
                entries,
                matchWriter,
                combinedMatches,
                rankings,
                leaderboards,
                recent,
                backoff,
                machine.threads());
        audits = new BoardConsistencyService(boards, entries, ranks, parallel, new Counters(), leaderboards, clock);
        counter = new RankCounter(ranks, parallel);
        SeasonFinalizer closings = new SeasonFinalizer(
                boards, closed, entries, ranks, rankings, lists, snapshots, awards, leaderboards, clock, backoff);
        upkeep = new LeaderboardMaintenance(boards, boardStore, closings, snapshots, audits, leaderboards, clock);
        PurgeStore waiting = new PurgeStore(dynamo, tables);
        purges = new PurgeService(
                waiting, entries, ranks, samples, awards, snapshotStore, aside, closed, parallel, leaderboards, clock);
        erasures = new LeaderboardErasureService(
                boards, waiting, entries, rated, samples, aside, snapshotStore, awards, leaderboards);
        stream = new TableStream<>(streams, tables.entries(), StreamRecords::scalars);
    }

    private static SmallRyeConfig config(Map<String, String> settings) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(LeaderboardConfig.class)
                .withMapping(Parallel.Limits.class)
                .withMapping(CombiningConfig.class)
                .withDefaultValue("statecraft.leaderboard.board-cache", "PT0S")
                .withDefaultValue("statecraft.leaderboard.rank-nodes.checked-after", "PT0S")
                .withDefaultValue("statecraft.leaderboard.count-wait", "PT0S");
        settings.forEach(builder::withDefaultValue);
        return builder.build();
    }

    public Board create(String id, RankingType type, Order order, @Nullable Operator operator, int lanes) {
        return boards.create(GAME, id, BoardSettings.of(type, order, operator, 0, lanes))
                .orElseThrow();
    }

    public Board create(String id, BoardSettings settings) {
        return boards.create(GAME, id, settings).orElseThrow();
    }

    /** Creates a descending SCORE board with lanes, bounds and rewards. */
    public Board create(String id, int lanes, Bounds bounds, List<Reward> rewards) {
        return create(
                id,
                new BoardSettings(
                        "",
                        RankingType.SCORE,
                        Order.DESCENDING,
                        null,
                        0,
                        0,
                        lanes,
                        null,
                        bounds,
                        rewards,
                        List.of(),
                        null));
    }

    public Season reset(String id, String reason, @Nullable String requestId) {
        return ((SeasonService.Done) seasons.reset(GAME, id, reason, requestId)).closed();
    }

    /** Runs all scheduled work. Drains the streams before, during and after it. */
    public void upkeep() {
        drain();
        upkeep.run(GAME, () -> true);
        drain();
        upkeep.run(GAME, () -> true);
    }

    public Board createRated(String id, RatingSystem system) {
        BoardSettings settings = new BoardSettings(
                "", RankingType.RATING, Order.DESCENDING, null, 2, 0, 1, null, null, List.of(), List.of(), system);
        return boards.create(GAME, id, settings).orElseThrow();
    }

    public Taken submit(String board, String player, long value, long subscore, @Nullable String id) {
        NewScore score = new NewScore(player, BigDecimal.valueOf(value), BigDecimal.valueOf(subscore), null, id, null);
        return (Taken) scores.submit(GAME, board, score, true);
    }

    /** The entry that a first submission would write. It is not written. */
    public Entry submitted(Board board, String player, long value) {
        Submission submission = new Submission(player, new Score(value, 0), null, "s", true, null);
        Receipt.Retention retention = new Receipt.Retention(16, 64, Duration.ofMinutes(1));
        return ((Submission.Write) submission.on(board, Entry.none(player), clock.millis(), retention)).entry();
    }

    public Board board(String id) {
        return boards.read(GAME, id).orElseThrow();
    }

    /** Counts all pending stream records, so that the rank trees are up to date. */
    public void drain() {
        List<StreamRecord> records = stream.next();
        while (!records.isEmpty()) {
            if (counter.count(records).isPresent()) {
                throw new AssertionError("a batch was not counted");
            }
            records = stream.next();
        }
    }
}
