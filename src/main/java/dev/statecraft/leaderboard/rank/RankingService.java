package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.rank.Distribution.Bucket;
import dev.statecraft.leaderboard.rank.RankTree.Place;
import dev.statecraft.leaderboard.rank.RankTree.Standing;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Computes ranks from the rank tree. The cost does not depend on the size of the board.
 */
@ApplicationScoped
public class RankingService {

    private final RankStore ranks;
    private final TiePositions ties;

    public RankingService(RankStore ranks, TiePositions ties) {
        this.ranks = ranks;
        this.ties = ties;
    }

    /**
     * Ranks the entry of a player. The entry is counted with its current score, also where the tree still counts an older one
     * (invariant: a player always sees its own last score).
     *
     * <p>Cost: one round trip, 0.5 RCU for each node of the score's path. With UNIQUE ranking the tied entries before the entry
     * are counted too, see {@link TiePositions}; with DENSE ranking the nodes of an older counted score are read too.
     */
    public EntryRank rank(Board board, int season, Entry entry) {
        return rankAll(board, season, List.of(entry)).get(0);
    }

    /** Ranks several entries with scores. Shared nodes are read once. */
    public List<EntryRank> rankAll(Board board, int season, List<Entry> ranked) {
        return rankAll(board, season, ranked, ranks.read(RankStore.treesOf(board, season), nodesOf(board, ranked)));
    }

    /** The current season of a board and a player's entry in it. */
    public record Standings(Board board, Entry entry) {}

    /**
     * Ranks entries in the current seasons of different boards with shared requests of 100 nodes. A player without a score has
     * rank 0, with {@code total} and {@code asOf}.
     */
    public List<EntryRank> rankAcross(List<Standings> asked) {
        List<Map<String, RankNode>> nodes = ranks.read(asked.stream()
                .map(one -> new RankStore.Wanted(
                        RankStore.treesOf(one.board(), one.board().season()),
                        nodesOf(one.board(), one.entry().score() == null ? List.of() : List.of(one.entry()))))
                .toList());
        List<EntryRank> ranked = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            Board board = asked.get(i).board();
            Entry entry = asked.get(i).entry();
            if (entry.score() == null) {
                RankNode root = nodes.get(i).getOrDefault(ScorePath.ROOT, RankNode.EMPTY);
                ranked.add(new EntryRank(0, 0, 0, root.total(), RankWalk.asOf(board, board.season(), root)));
            } else {
                ranked.add(rankAll(board, board.season(), List.of(entry), nodes.get(i))
                        .get(0));
            }
        }
        return ranked;
    }

    private static Set<String> nodesOf(Board board, List<Entry> entries) {
        Set<String> keys = new LinkedHashSet<>();
        keys.add(ScorePath.ROOT);
        entries.forEach(entry -> keys.addAll(RankTree.nodesOf(entry.requireScore(), board.subscored())));
        return keys;
    }

    private List<EntryRank> rankAll(Board board, int season, List<Entry> ranked, Map<String, RankNode> nodes) {
        Instant asOf = RankWalk.asOf(board, season, nodes.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        List<EntryRank> places = ranked.stream()
                .map(entry -> {
                    Score score = entry.requireScore();
                    Standing others = RankTree.standing(
                            score,
                            board.order(),
                            board.subscored(),
                            without(entry, board.laneOf(entry.playerId()), nodes));
                    long place = others.better() + 1;
                    return new EntryRank(place, place, others.equal() + 1, others.total() + 1, asOf);
                })
                .toList();
        return switch (board.ranking()) {
            case COMPETITION -> places;
            case UNIQUE -> unique(board, season, ranked, places);
            case DENSE -> {
                DistinctRanks distinct = distinct(board, season, ranked, nodes);
                List<EntryRank> dense = new ArrayList<>();
                for (int i = 0; i < ranked.size(); i++) {
                    Entry own = ranked.get(i);
                    dense.add(places.get(i).withRank(distinct.rank(own.requireScore(), List.of(own))));
                }
                yield dense;
            }
        };
    }

    /**
     * The positions of entries in the list, in the given order: the first position of the tie plus the tied entries before.
     * Cost: that of {@link TiePositions}; none on a board with UNIQUE ranking, where positions are ranks.
     */
    public List<Long> positions(Board board, int season, List<Entry> entries, List<EntryRank> standings) {
        return board.ranking() == Ranking.UNIQUE
                ? standings.stream().map(EntryRank::rank).toList()
                : ties.of(board, season, entries, standings);
    }

    private List<EntryRank> unique(Board board, int season, List<Entry> entries, List<EntryRank> places) {
        List<Long> positions = ties.of(board, season, entries, places);
        List<EntryRank> unique = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            unique.add(places.get(i).withRank(positions.get(i)));
        }
        return unique;
    }

    /**
     * Ranks entries of different players that were written together. Each is counted with its written score, also where the tree
     * still counts an older one.
     */
    public List<EntryRank> rankTogether(Board board, int season, List<Entry> written) {
        Map<String, RankNode> read = ranks.read(RankStore.treesOf(board, season), nodesOf(board, written));
        Instant asOf = RankWalk.asOf(board, season, read.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        Map<String, RankNode> nodes = read;
        for (Entry entry : written) {
            nodes = without(entry, board.laneOf(entry.playerId()), nodes);
        }
        List<EntryRank> ranked = new ArrayList<>();
        for (Entry entry : written) {
            Score score = entry.requireScore();
            Standing others = RankTree.standing(score, board.order(), board.subscored(), nodes);
            long better = written.stream()
                    .filter(other -> board.order().better(other.requireScore(), score))
                    .count();
            long equal = written.stream()
                    .filter(other -> other.requireScore().equals(score))
                    .count();
            long place = others.better() + better + 1;
            ranked.add(new EntryRank(place, place, others.equal() + equal, others.total() + written.size(), asOf));
        }
        return switch (board.ranking()) {
            case COMPETITION -> ranked;
            case UNIQUE -> unique(board, season, written, ranked);
            case DENSE -> {
                DistinctRanks distinct = distinct(board, season, written, read);
                List<EntryRank> dense = new ArrayList<>();
                for (int i = 0; i < ranked.size(); i++) {
                    dense.add(
                            ranked.get(i).withRank(distinct.rank(written.get(i).requireScore(), written)));
                }
                yield dense;
            }
        };
    }

    /**
     * The rank that a score would have if it were reached now, therefore after all ties with UNIQUE ranking. {@code ties} is the
     * number of entries with that score.
     */
    public EntryRank rankOf(Board board, int season, Score score) {
        Set<String> keys = new LinkedHashSet<>(RankTree.nodesOf(score, board.subscored()));
        Map<String, RankNode> nodes = ranks.read(RankStore.treesOf(board, season), keys);
        Standing standing = RankTree.standing(score, board.order(), board.subscored(), nodes);
        Instant asOf = RankWalk.asOf(board, season, nodes.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        long place = standing.better() + 1;
        long distinct = board.ranking() == Ranking.DENSE
                ? RankTree.distinctBetter(score, board.order(), board.subscored(), nodes) + 1
                : 0;
        long rank = board.ranking().of(place, distinct, place + standing.equal());
        return new EntryRank(rank, place, standing.equal(), standing.total(), asOf);
    }

    /**
     * The rank of an existing score, with one entry counted with its current score, also where the tree still counts an older
     * one.
     */
    public EntryRank rankBeside(Board board, int season, Score score, Entry own) {
        Set<String> keys = nodesOf(board, List.of(own));
        keys.addAll(RankTree.nodesOf(score, board.subscored()));
        Map<String, RankNode> nodes = ranks.read(RankStore.treesOf(board, season), keys);
        Standing others = RankTree.standing(
                score, board.order(), board.subscored(), without(own, board.laneOf(own.playerId()), nodes));
        long place = others.better() + (board.order().better(own.requireScore(), score) ? 1 : 0) + 1;
        long distinct = board.ranking() == Ranking.DENSE
                ? distinct(board, season, List.of(own), nodes).rank(score, List.of(own))
                : 0;
        Instant asOf = RankWalk.asOf(board, season, nodes.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        long rank = board.ranking().of(place, distinct, place);
        return new EntryRank(rank, place, others.equal(), others.total() + 1, asOf);
    }

    /** The rank of a player without a score: rank 0, with the total and time of the season. Cost: 0.5 RCU. */
    public EntryRank unranked(Board board, int season) {
        RankWalk.Summary summary = summary(board, season);
        return new EntryRank(0, 0, 0, summary.total(), summary.asOf());
    }

    /** Prepares dense ranks. Cost: one batch read more if the tree still counts an entry with another score. */
    private DistinctRanks distinct(Board board, int season, List<Entry> entries, Map<String, RankNode> read) {
        Set<String> missing = DistinctRanks.missing(board, entries, read);
        Map<String, RankNode> nodes = new HashMap<>(read);
        if (!missing.isEmpty()) {
            ranks.read(RankStore.treesOf(board, season), missing).forEach(nodes::putIfAbsent);
        }
        return new DistinctRanks(board, nodes);
    }

    /** Total and times of a season from its root node. Cost: 0.5 RCU. */
    public RankWalk.Summary summary(Board board, int season) {
        return new RankWalk(ranks, board, season).summary();
    }

    /**
     * The distribution of values in buckets of equal width between the lowest and the highest value.
     *
     * @param buckets maximum number of buckets; fewer for a narrow range
     */
    public Distribution distribution(Board board, int season, int buckets) {
        RankWalk walk = new RankWalk(ranks, board, season);
        RankWalk.Summary summary = walk.summary();
        Optional<Place> lowest = RankTree.select(0, Order.ASCENDING, false, walk::node, 0);
        Optional<Place> highest = RankTree.select(0, Order.DESCENDING, false, walk::node, 0);
        if (lowest.isEmpty() || highest.isEmpty()) {
            return new Distribution(List.of(), 0, summary.asOf());
        }
        long from = lowest.get().from().value();
        long to = Math.max(from, highest.get().from().value());
        long width = Math.max(1, (to - from + buckets) / buckets);
        List<Long> bounds = new ArrayList<>();
        for (long bound = from; bound <= to; bound += width) {
            bounds.add(bound);
        }
        Set<String> keys = new LinkedHashSet<>();
        bounds.forEach(bound -> keys.addAll(RankTree.nodesOf(new Score(bound, 0), false)));
        Map<String, RankNode> nodes = ranks.read(RankStore.treesOf(board, season), keys);
        List<Bucket> result = new ArrayList<>();
        for (int i = 0; i < bounds.size(); i++) {
            boolean last = i == bounds.size() - 1;
            long below = RankTree.below(bounds.get(i), nodes);
            long until = last ? summary.total() : RankTree.below(bounds.get(i + 1), nodes);
            result.add(new Bucket(bounds.get(i), last ? to : bounds.get(i + 1), Math.max(0, until - below)));
        }
        return new Distribution(result, summary.total(), summary.asOf());
    }

    /** The nodes without the counts of this player. */
    private static Map<String, RankNode> without(Entry entry, int lane, Map<String, RankNode> nodes) {
        Map<String, RankNode> others = new HashMap<>(nodes);
        nodes.forEach((key, node) -> {
            Score counted = entry.countedAt(node.times().get(lane));
            if (counted != null) {
                for (Step step : ScorePath.of(counted)) {
                    if (step.node().equals(key)) {
                        others.put(key, node.minusOne(step.child()));
                    }
                }
            }
        });
        return others;
    }
}
