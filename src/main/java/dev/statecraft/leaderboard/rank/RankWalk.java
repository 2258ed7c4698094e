package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.EntryItems;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Walks the nodes of the rank tree of one season. Each node is read at most once. */
public final class RankWalk {

    /** The totals in the root node of a season. */
    public record Summary(long total, Instant lastUpdated, Instant asOf) {}

    private final RankStore ranks;
    private final Board board;
    private final int season;
    private final List<String> trees;
    private final Map<String, RankNode> seen = new HashMap<>();
    private final @Nullable KeptNodes kept;
    private final KeptNodes.@Nullable Cut cut;
    private boolean torn;

    /** A walk that reads all nodes from the table. */
    public RankWalk(RankStore ranks, Board board, int season) {
        this(ranks, board, season, null, null);
    }

    /**
     * A walk that starts from the kept root, or from the root that it reads. If it turns out to be {@link #isTorn torn}, the
     * caller starts a walk from the table.
     */
    public static RankWalk of(KeptNodes kept, RankStore ranks, Board board, int season) {
        return new RankWalk(ranks, board, season, kept, kept.cut(board, season));
    }

    private RankWalk(RankStore ranks, Board board, int season, @Nullable KeptNodes kept, KeptNodes.@Nullable Cut cut) {
        this.ranks = ranks;
        this.board = board;
        this.season = season;
        this.trees = RankStore.treesOf(board, season);
        this.kept = kept;
        this.cut = cut;
    }

    /** A walk that starts with nodes which were read together with the root. */
    public RankWalk(RankStore ranks, Board board, int season, Map<String, RankNode> read) {
        this(ranks, board, season);
        seen.putAll(read);
        seen.putIfAbsent(ScorePath.ROOT, RankNode.EMPTY);
    }

    /** A node of the tree. Cost: 0.5 RCU if it was not read before. */
    public RankNode node(String key) {
        if (!seen.containsKey(key)) {
            expect(List.of(key));
        }
        return seen.getOrDefault(key, RankNode.EMPTY);
    }

    /** Reads nodes in one request that the walk will probably need. Cost: 0.5 RCU for each one that was not read before. */
    public void expect(Collection<String> keys) {
        List<String> unseen =
                keys.stream().filter(key -> !seen.containsKey(key)).toList();
        Map<String, RankNode> read = Map.of();
        if (kept == null || cut == null) {
            read = ranks.read(trees, unseen);
        } else if (!torn) {
            Optional<Map<String, RankNode>> complete = kept.complete(cut, trees, unseen);
            torn = complete.isEmpty();
            read = complete.orElse(read);
        }
        for (String key : unseen) {
            seen.put(key, read.getOrDefault(key, RankNode.EMPTY));
        }
    }

    /** Reads the nodes on the way to a position that follow from the root, and the one that probably comes next. */
    public void expectPosition(long index, long enough) {
        List<String> likely = RankTree.likely(index, board.order(), node(ScorePath.ROOT), enough);
        if (!likely.isEmpty() && (cut == null || cut.node(likely.get(0)) == null)) {
            expect(likely);
        }
    }

    /** Whether a node counts later changes than the kept root: the result of this walk is not that of one moment. */
    public boolean isTorn() {
        return torn;
    }

    /** The totals in the root. */
    public Summary summary() {
        RankNode root = node(ScorePath.ROOT);
        Instant lastUpdated = root.times().values().stream()
                .max(Long::compare)
                .map(Instant::ofEpochMilli)
                .orElse(startOf(board, season));
        return new Summary(root.total(), lastUpdated, asOf(board, season, root));
    }

    /** All shards of the order index with entries, best first. */
    public List<Integer> shards() {
        if (board.settings().lanes() == 1) {
            return List.of(0);
        }
        return node(ScorePath.ROOT).bestFirst(board.order()).entrySet().stream()
                .filter(child -> child.getValue() > 0)
                .map(child -> ScorePath.classOfRootChild(child.getKey()))
                .distinct()
                .toList();
    }

    /** The shard of a score and the following shards in one direction. */
    public List<Integer> shardsFrom(Score score, boolean worse) {
        int own = EntryItems.shardOf(board, score);
        List<Integer> all = new ArrayList<>(shards());
        if (!worse) {
            Collections.reverse(all);
        }
        List<Integer> result = new ArrayList<>(List.of(own));
        boolean rising = (board.order() == Order.ASCENDING) == worse;
        all.stream().filter(shard -> rising ? shard > own : shard < own).forEach(result::add);
        return result;
    }

    /**
     * The tree with this root counts every score written up to this time: the start of the season while a lane has no counted
     * write, because its first one may be in flight.
     */
    static Instant asOf(Board board, int season, RankNode root) {
        return root.times().size() < board.settings().lanes()
                ? startOf(board, season)
                : Instant.ofEpochMilli(Collections.min(root.times().values()));
    }

    private static Instant startOf(Board board, int season) {
        return season == board.season() ? board.seasons().startedAt() : board.createdAt();
    }
}
