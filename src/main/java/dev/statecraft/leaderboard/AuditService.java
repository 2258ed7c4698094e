package dev.statecraft.leaderboard;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Recounts a season from its entries, compares it with the rank tree node by node, and mends the tree.
 *
 * <p>Mending never writes a count itself. It begins a new generation of the tree and writes every entry once more, now
 * belonging to the new generation; the stream then takes each entry out of the old tree and into the new one, exactly
 * once, whatever else is written meanwhile. Both trees count together until the old one is empty; what is left in it is
 * the drift, and is thrown away. So mending is safe under load and can be broken off and taken up at any point.
 */
@ApplicationScoped
public class AuditService {

    private static final Logger LOG = Logger.getLogger(AuditService.class);
    private static final int PAGE = 500;
    private static final int MOST_DRIFTS = 100;

    private final BoardService boards;
    private final EntryStore entries;
    private final RankStore ranks;
    private final LeaderboardConfig config;
    private final Clock clock;

    AuditService(BoardService boards, EntryStore entries, RankStore ranks, LeaderboardConfig config, Clock clock) {
        this.boards = boards;
        this.entries = entries;
        this.ranks = ranks;
        this.config = config;
        this.clock = clock;
    }

    /** A count that is not what the entries say. */
    public record Drift(String node, int child, long expected, long counted) {}

    /**
     * What an audit found.
     *
     * @param entries how many entries have a score
     * @param nodes how many nodes were compared
     * @param drifts counts that differ, the first {@value #MOST_DRIFTS}
     * @param drift how many counts differ
     * @param settled whether the ranking had counted everything that was written; if not, a difference may only be
     *     what is still on its way
     * @param mending whether entries are being moved to a new tree; ask again to go on
     * @param mended how many counts a mending that is now complete did away with, null if none was completed
     */
    public record Report(
            int season,
            long entries,
            long nodes,
            List<Drift> drifts,
            long drift,
            boolean settled,
            boolean mending,
            @Nullable Long mended) {}

    /** Compares; reads every entry and node of the season, writes nothing. */
    public Report audit(Board board, int season) {
        Map<String, NavigableMap<Integer, Long>> expected = new HashMap<>();
        Map<Integer, Long> written = new HashMap<>();
        long count = 0;
        for (int lane = 0; lane < board.settings().lanes(); lane++) {
            String next = null;
            do {
                EntryStore.LanePage page = entries.lane(board, season, lane, next, PAGE);
                for (Entry entry : page.entries()) {
                    written.merge(lane, entry.writtenAt(), Math::max);
                    Score score = entry.score();
                    if (score != null) {
                        count++;
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
        boolean settled = written.entrySet().stream()
                .allMatch(lane -> root.times().getOrDefault(lane.getKey(), 0L) >= lane.getValue());
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
                    if (drifts.size() < MOST_DRIFTS) {
                        drifts.add(new Drift(path, child, wanted, had));
                    }
                }
            }
        }
        Board.Mending mending = board.mending();
        return new Report(season, count, paths.size(), drifts, drift, settled, mending != null, null);
    }

    /**
     * Begins mending, or goes on with it. Every entry is written once (1 WCU each, none in the index); the old tree is
     * dropped when the stream has moved them all, which a later call finds done.
     */
    public Report mend(Board asked, int season) {
        Board board = boards.read(asked.game(), asked.id()).orElse(asked);
        if (board.mending() == null) {
            Board next = board.mending(season);
            if (!boards.replace(next, board)) {
                return audit(board, season);
            }
            board = next;
        }
        Optional<Long> mended = goOn(board);
        Board after = boards.read(board.game(), board.id()).orElse(board);
        Report report = audit(after, season);
        return new Report(
                season,
                report.entries(),
                report.nodes(),
                report.drifts(),
                report.drift(),
                report.settled(),
                report.mending(),
                mended.orElse(null));
    }

    /**
     * Moves entries that are still counted by the old tree, and drops it once nothing moves any more.
     *
     * @return the drift that was thrown away, if the mending is now complete
     */
    public Optional<Long> goOn(Board board) {
        Board.Mending mending = board.mending();
        if (mending == null) {
            return Optional.empty();
        }
        int season = mending.season();
        int generation = board.generation(season);
        Map<Integer, Long> lastMove = new HashMap<>();
        boolean allMoved = true;
        for (int lane = 0; lane < board.settings().lanes(); lane++) {
            String next = null;
            do {
                EntryStore.LanePage page = entries.lane(board, season, lane, next, PAGE);
                for (Entry entry : page.entries()) {
                    lastMove.merge(lane, entry.writtenAt(), Math::max);
                    if (entry.tree() != generation) {
                        allMoved = false;
                        move(board, season, entry, generation);
                    }
                }
                next = page.next();
            } while (next != null);
        }
        RankNode root = ranks.read(List.of(RankStore.treeKey(board, season, generation)), ScorePath.ROOT);
        boolean counted = lastMove.entrySet().stream()
                .allMatch(lane -> root.times().getOrDefault(lane.getKey(), 0L) >= lane.getValue());
        if (!allMoved || !counted) {
            return Optional.empty();
        }
        String old = RankStore.treeKey(board, season, mending.from());
        NavigableMap<String, RankNode> left = ranks.all(old);
        long drift = left.values().stream()
                .mapToLong(node -> node.counts().values().stream()
                        .filter(count -> count != 0)
                        .count())
                .sum();
        if (!boards.replace(board.mended(), board)) {
            return Optional.empty();
        }
        ranks.delete(old, left.keySet());
        if (drift > 0) {
            LOG.warnf("rank drift mended: board %s, season %d, %d counts", board.id(), season, drift);
        }
        return Optional.of(drift);
    }

    /** A live writer that comes first has moved the entry itself, or the next pass finds it. */
    private void move(Board board, int season, Entry entry, int generation) {
        Entry current = entry;
        for (int attempt = 0; attempt < config.writeAttempts() && current.tree() != generation; attempt++) {
            Entry moved = current.movedTo(generation, clock.millis());
            if (entries.put(board, season, moved, current.version()) instanceof EntryStore.Overtaken overtaken) {
                current = overtaken.current();
            } else {
                return;
            }
        }
    }
}
