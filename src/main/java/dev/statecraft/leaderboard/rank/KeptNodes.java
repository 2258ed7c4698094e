package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The upper nodes of the rank trees that this instance reads often. The answer is that of one moment: no entry that moves is
 * counted twice or missed because some of the nodes are older than others.
 *
 * <p>A root counts every change of its tree, and it is written after all nodes below it. A node that is read after a root
 * therefore counts all changes that the root counts. Its watermarks show whether it counts later ones too; then all nodes are
 * read again. Nodes that are read together with the root may be older than it and are not kept.
 *
 * <p>Nodes are used without a check for {@code rank-nodes.checked-after}. Then the root is read again: while it has not changed,
 * the nodes remain valid. A replica may have answered with an older node, so a node remains valid only if it was read at least
 * {@code rank-nodes.settled-after} after its root was first seen. Nodes of the last level are not kept: there are too many.
 *
 * <p>If a node counts later changes than the kept root, the tree is read from the table for a pause of {@code
 * rank-nodes.checked-after}, which doubles while that happens again, up to 32 times. So a tree that changes too
 * fast costs what it would cost without kept nodes.
 */
@ApplicationScoped
public class KeptNodes {

    /** The pause of a tree whose nodes change too fast doubles up to 32 times {@code checked-after}. */
    private static final int MOST_FAILURES = 5;

    private final RankStore ranks;
    private final LeaderboardConfig.RankNodes limits;
    private final int leastReceipts;
    private final Ticker ticker;
    private final ConcurrentMap<String, Cut> cuts = new ConcurrentHashMap<>();
    private int kept;

    public KeptNodes(RankStore ranks, LeaderboardConfig config, Ticker ticker) {
        this.ranks = ranks;
        this.limits = config.rankNodes();
        this.leastReceipts = config.receipts().least();
        this.ticker = ticker;
    }

    private record Kept(RankNode node, long readNanos) {}

    /** A root, and nodes that count the same changes. */
    static final class Cut {

        private final RankNode root;
        private final long sinceNanos;
        private final long checkedNanos;
        private final int failures;
        private final ConcurrentMap<String, Kept> nodes = new ConcurrentHashMap<>();
        private volatile boolean overtaken;

        private Cut(RankNode root, long sinceNanos, long checkedNanos, int failures) {
            this.root = root;
            this.sinceNanos = sinceNanos;
            this.checkedNanos = checkedNanos;
            this.failures = failures;
        }

        /** A kept node, null if it is not kept. */
        @Nullable RankNode node(String key) {
            Kept found = nodes.get(key);
            return key.equals(ScorePath.ROOT) ? root : found == null ? null : found.node();
        }

        /** Whether a node counts no change that the root does not count. */
        private boolean covers(RankNode node) {
            return node.watermarks().entrySet().stream()
                    .allMatch(lane -> root.watermarks()
                                    .getOrDefault(lane.getKey(), BigInteger.ZERO)
                                    .compareTo(lane.getValue())
                            >= 0);
        }

        private int size() {
            return nodes.size() + 1;
        }
    }

    /**
     * Reads nodes and the root, eventually consistent. Cost: 0.5 RCU for each node that is not kept, in one round trip; none if
     * all are kept. If one of them counts later changes than the kept root, a second round trip reads all.
     *
     * @param own entries whose counted scores must follow from the nodes and the receipts of the entry
     * @return the nodes found, by path
     */
    public Map<String, RankNode> read(Board board, int season, Collection<String> keys, List<Entry> own) {
        List<String> trees = RankStore.treesOf(board, season);
        Set<String> all = new LinkedHashSet<>(keys);
        all.add(ScorePath.ROOT);
        if (!keeps(board, trees)) {
            return ranks.read(trees, all);
        }
        if (isPaused(trees.get(0))) {
            return ranks.read(trees, all);
        }
        Cut cut = current(trees.get(0));
        if (cut != null) {
            Optional<Map<String, RankNode>> nodes = complete(cut, trees, all);
            if (nodes.isPresent() && own.stream().allMatch(entry -> knows(board, entry, nodes.get()))) {
                return nodes.get();
            }
            return ranks.read(trees, all);
        }
        long asked = ticker.nanos();
        Map<String, RankNode> nodes = ranks.read(trees, all);
        RankNode root = nodes.get(ScorePath.ROOT);
        if (root != null) {
            keep(trees.get(0), root, asked);
        }
        return nodes;
    }

    /**
     * The kept root, or the root that is read. Cost: none or 0.5 RCU.
     *
     * @return null if no nodes of this tree are kept
     */
    @Nullable Cut cut(Board board, int season) {
        List<String> trees = RankStore.treesOf(board, season);
        if (!keeps(board, trees) || isPaused(trees.get(0))) {
            return null;
        }
        Cut cut = current(trees.get(0));
        if (cut != null) {
            return cut;
        }
        long asked = ticker.nanos();
        return keep(trees.get(0), ranks.read(trees, ScorePath.ROOT), asked);
    }

    /** Dense ranks correct nodes of different moments by their versions, and a rebuild sums the nodes of two trees. */
    private boolean keeps(Board board, List<String> trees) {
        return !limits.checkedAfter().isZero() && board.ranking() != Ranking.DENSE && trees.size() == 1;
    }

    /** Whether the nodes of a tree change too fast to be kept for now. */
    private boolean isPaused(String tree) {
        Cut cut = cuts.get(tree);
        return cut != null
                && cut.overtaken
                && ticker.nanos() - cut.checkedNanos < (limits.checkedAfter().toNanos() << cut.failures);
    }

    private @Nullable Cut current(String tree) {
        Cut cut = cuts.get(tree);
        return cut != null
                        && ticker.nanos() - cut.checkedNanos
                                < limits.checkedAfter().toNanos()
                ? cut
                : null;
    }

    /** Reads nodes of a cut; empty if one of them counts later changes than the root. */
    Optional<Map<String, RankNode>> complete(Cut cut, List<String> trees, Collection<String> keys) {
        Map<String, RankNode> nodes = new HashMap<>();
        List<String> missing = new ArrayList<>();
        for (String key : keys) {
            RankNode found = cut.node(key);
            if (found == null) {
                missing.add(key);
            } else {
                nodes.put(key, found);
            }
        }
        Map<String, RankNode> read = ranks.read(trees, missing);
        if (!read.values().stream().allMatch(cut::covers)) {
            cut.overtaken = true;
            return Optional.empty();
        }
        keep(cut, read);
        nodes.putAll(read);
        return Optional.of(nodes);
    }

    /** Whether the score that each node counts for an entry follows from its receipts: none since then was dropped. */
    private boolean knows(Board board, Entry entry, Map<String, RankNode> nodes) {
        if (entry.receipts().size() < leastReceipts
                && (entry.version() <= 1 || !entry.receipts().isEmpty())) {
            return true;
        }
        long oldest = entry.receipts().isEmpty()
                ? entry.writtenAt()
                : entry.receipts().get(0).at();
        int lane = board.laneOf(entry.playerId());
        long player = CountedWrites.tagOf(entry.playerId());
        return nodes.values().stream()
                .map(node -> node.countedUntil(lane, player))
                .allMatch(until -> until != null && until >= oldest);
    }

    private synchronized void keep(Cut cut, Map<String, RankNode> read) {
        long now = ticker.nanos();
        read.forEach((key, node) -> {
            if (isInner(key, node) && kept < limits.most() && cut.nodes.put(key, new Kept(node, now)) == null) {
                kept++;
            }
        });
    }

    private static boolean isInner(String key, RankNode node) {
        return !node.counts().isEmpty() && !ScorePath.exact(key, node.counts().firstKey());
    }

    private synchronized Cut keep(String tree, RankNode root, long asked) {
        Cut old = cuts.remove(tree);
        kept -= old == null ? 0 : old.size();
        if (kept >= limits.most()) {
            cuts.clear();
            kept = 0;
        }
        boolean same = old != null && old.root.watermarks().equals(root.watermarks());
        int failures = old != null && old.overtaken ? Math.min(MOST_FAILURES, old.failures + 1) : 0;
        Cut next = new Cut(root, same ? Objects.requireNonNull(old).sinceNanos : ticker.nanos(), asked, failures);
        if (same) {
            long settled = next.sinceNanos + limits.settledAfter().toNanos();
            Objects.requireNonNull(old).nodes.forEach((key, node) -> {
                if (node.readNanos() - settled >= 0) {
                    next.nodes.put(key, node);
                }
            });
        }
        kept += next.size();
        cuts.put(tree, next);
        return next;
    }
}
