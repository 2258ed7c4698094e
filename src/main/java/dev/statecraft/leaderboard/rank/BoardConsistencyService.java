package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.Board.Mending;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.Counters;
import dev.statecraft.table.Parallel;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jboss.logging.Logger;

/**
 * Checks that a rank tree agrees with the entries of its season, and rebuilds the tree.
 *
 * <p>A rebuild never writes counts. It starts a new generation of the tree and writes every entry once more with the new
 * generation; the stream consumer then moves each entry from the old tree to the new one exactly once, regardless of
 * concurrent writes. The first entry moves {@code rebuild-after} after the start: a first score that an instance writes for
 * the old generation then precedes the move of its lane. A written entry never returns to an older generation. Both trees count together until the old one is empty; what remains in it is the drift and is deleted.
 * Therefore a rebuild is safe under load and can be interrupted and resumed at any point.
 */
@ApplicationScoped
public class BoardConsistencyService {

    private static final Logger LOG = Logger.getLogger(BoardConsistencyService.class);
    private static final int PAGE = 500;
    private static final int MOST_DRIFTS = 100;

    private final BoardService boards;
    private final EntryStore entries;
    private final RankStore ranks;
    private final Parallel parallel;
    private final Counters counters;
    private final LeaderboardConfig config;
    private final Clock clock;

    public BoardConsistencyService(
            BoardService boards,
            EntryStore entries,
            RankStore ranks,
            Parallel parallel,
            Counters counters,
            LeaderboardConfig config,
            Clock clock) {
        this.counters = counters;
        this.boards = boards;
        this.entries = entries;
        this.ranks = ranks;
        this.parallel = parallel;
        this.config = config;
        this.clock = clock;
    }

    /**
     * A count that differs from the entries: of entries, or, on a board with DENSE ranking, of distinct scores.
     */
    @Schema(name = "RankDrift")
    public record Drift(String node, int child, long expected, long counted) {}

    /**
     * Result of a consistency check.
     *
     * @param entries number of entries with a score
     * @param nodes number of compared nodes
     * @param drifts the first {@value #MOST_DRIFTS} counts that differ
     * @param drift number of counts that differ
     * @param settled whether the rank tree had counted every write; if not, a difference may be a write in flight
     * @param mending whether a rebuild is in progress
     */
    @Schema(name = "BoardAuditReport")
    public record Report(
            int season, long entries, long nodes, List<Drift> drifts, long drift, boolean settled, boolean mending) {}

    /** Compares the entries of a season with its rank tree. Reads every entry and node, writes nothing. */
    public Report audit(Board board, int season) {
        Map<String, NavigableMap<Integer, Long>> expected = new HashMap<>();
        NewestWrites newest = new NewestWrites();
        Set<Score> pairs = new HashSet<>();
        long count = 0;
        for (int lane = 0; lane < board.settings().lanes(); lane++) {
            String next = null;
            do {
                EntryStore.LanePage page = entries.lane(board, season, lane, next, PAGE);
                for (Entry entry : page.entries()) {
                    newest.add(lane, entry);
                    Score score = entry.score();
                    if (score != null) {
                        count++;
                        pairs.add(score);
                        ScorePath.of(score)
                                .forEach(step -> expected.computeIfAbsent(step.node(), node -> new TreeMap<>())
                                        .merge(step.child(), 1L, Long::sum));
                    }
                }
                next = page.next();
            } while (next != null);
        }
        Map<String, RankNode> counted = new HashMap<>();
        RankStore.treesOf(board, season)
                .forEach(tree -> ranks.all(tree).forEach((path, node) -> counted.merge(path, node, RankNode::plus)));
        RankNode root = counted.getOrDefault(ScorePath.ROOT, RankNode.EMPTY);
        boolean settled = newest.counted(root);
        List<Drift> drifts = new ArrayList<>();
        long drift = 0;
        Set<String> paths = new TreeSet<>(expected.keySet());
        paths.addAll(counted.keySet());
        for (String path : paths) {
            Map<Integer, Long> want = expected.getOrDefault(path, new TreeMap<>());
            Map<Integer, Long> have = counted.getOrDefault(path, RankNode.EMPTY).counts();
            Set<Integer> children = new TreeSet<>(want.keySet());
            children.addAll(have.keySet());
            for (int child : children) {
                long wanted = want.getOrDefault(child, 0L);
                long had = have.getOrDefault(child, 0L);
                if (wanted != had) {
                    drift++;
                    add(drifts, new Drift(path, child, wanted, had));
                }
            }
        }
        // During a rebuild both trees may count a score.
        if (board.settings().ranking() == Ranking.DENSE && board.mending() == null) {
            drift += distinctDrift(pairs, counted, drifts);
        }
        counters.add(Counters.RANK_DRIFT, settled ? drift : 0);
        return new Report(season, count, paths.size(), drifts, drift, settled, board.mending() != null);
    }

    private static void add(List<Drift> drifts, Drift drift) {
        if (drifts.size() < MOST_DRIFTS) {
            drifts.add(drift);
        }
    }

    /** Compares the number of distinct scores below each child with the count that the parent stores. */
    private static long distinctDrift(Set<Score> pairs, Map<String, RankNode> counted, List<Drift> drifts) {
        Map<Step, Long> expected = new HashMap<>();
        for (Score pair : pairs) {
            List<Step> steps = ScorePath.of(pair);
            for (int i = 0; i < steps.size() - 1; i++) {
                expected.merge(steps.get(i), 1L, Long::sum);
            }
        }
        Map<Step, Long> had = new HashMap<>();
        counted.forEach((path, node) ->
                node.below().forEach((child, below) -> had.put(new Step(path, child), below.distinct())));
        Set<Step> all = new HashSet<>(expected.keySet());
        all.addAll(had.keySet());
        long drift = 0;
        for (Step step : all) {
            long wanted = expected.getOrDefault(step, 0L);
            long have = had.getOrDefault(step, 0L);
            if (wanted != have) {
                drift++;
                add(drifts, new Drift(step.node(), step.child(), wanted, have));
            }
        }
        return drift;
    }

    /**
     * Starts a rebuild of the tree of a season. Cost: two writes at any size. {@link #goOn} continues it.
     *
     * @return whether it started; false if another rebuild of the board is in progress
     */
    public boolean mend(Board board, int season) {
        return board.mending() == null && boards.replace(board.mending(season, now()), board, true);
    }

    /**
     * Continues a rebuild once {@code rebuild-after} has passed since its start: moves entries to the new tree page by page while there is time, then writes a marker into each
     * lane, and deletes the old tree once the stream consumer has counted the markers and therefore all moves. May be called at
     * any time and is idempotent. Cost: 1 WCU for each entry, none in the order index.
     *
     * @param timeLeft checked before each page
     * @return number of wrong counts if the rebuild is complete now
     */
    public Optional<Long> goOn(Board board, BooleanSupplier timeLeft) {
        Board current = board;
        Mending mending = current.mending();
        if (mending != null && now().isBefore(mending.startedAt().plus(config.rebuildAfter()))) {
            return Optional.empty();
        }
        int generation = mending == null ? 0 : current.generation(mending.season());
        while (mending != null && mending.lane() < current.settings().lanes()) {
            if (!timeLeft.getAsBoolean()) {
                return Optional.empty();
            }
            Board further = current.mendedUntil(movePage(current, mending, generation));
            if (!boards.replace(further, current, false)) {
                return Optional.empty();
            }
            current = further;
            mending = current.mending();
        }
        if (mending != null && mending.markedAt() == null) {
            Instant at = entries.mark(current, mending.season(), mending.from(), now());
            Board marked = current.mendedUntil(new Mending(
                    mending.season(), mending.from(), mending.startedAt(), mending.lane(), mending.after(), at));
            if (!boards.replace(marked, current, false)) {
                return Optional.empty();
            }
            current = marked;
            mending = current.mending();
        }
        return mending == null ? Optional.empty() : finish(current, mending);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private Mending movePage(Board board, Mending mending, int generation) {
        int season = mending.season();
        EntryStore.LanePage page = entries.lane(board, season, mending.lane(), mending.after(), PAGE);
        parallel.all(page.entries().stream()
                .map(entry -> (Callable<Boolean>) () -> move(board, season, entry, generation))
                .toList());
        int lane = page.next() == null ? mending.lane() + 1 : mending.lane();
        return new Mending(season, mending.from(), mending.startedAt(), lane, page.next(), null);
    }

    private Optional<Long> finish(Board board, Mending mending) {
        int season = mending.season();
        long mark = Objects.requireNonNull(mending.markedAt()).toEpochMilli();
        // A root is written after all nodes below it, in both trees, so both roots show the progress.
        Map<String, RankNode> roots = ranks.roots(RankStore.treesOf(board, season));
        boolean counted = RankStore.treesOf(board, season).stream()
                .map(tree -> roots.getOrDefault(tree, RankNode.EMPTY))
                .allMatch(root -> root.passed(mark, board.settings().lanes()));
        if (!counted) {
            return Optional.empty();
        }
        String old = RankStore.treeKey(board, season, mending.from());
        NavigableMap<String, RankNode> left = ranks.all(old);
        long drift = left.values().stream()
                .mapToLong(node -> node.counts().values().stream()
                        .filter(count -> count != 0)
                        .count())
                .sum();
        if (!boards.replace(board.mended(), board, true)) {
            return Optional.empty();
        }
        ranks.delete(old, left.keySet());
        if (drift > 0) {
            LOG.warnf("rank drift mended: board %s, season %d, %d counts", board.id(), season, drift);
        }
        return Optional.of(drift);
    }

    /** Writes an entry with the new generation, unless a concurrent writer did. */
    private boolean move(Board board, int season, Entry entry, int generation) {
        Entry current = entry;
        // Do not re-create an entry that was erased concurrently.
        while (current.version() > 0 && current.tree() != generation) {
            Entry moved = current.movedTo(generation, clock.millis());
            if (!(entries.put(board, season, moved, current.version()) instanceof EntryStore.Overtaken overtaken)) {
                return true;
            }
            current = overtaken.current();
        }
        return true;
    }
}
