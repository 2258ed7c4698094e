package dev.statecraft.leaderboard;

import dev.statecraft.leaderboard.Distribution.Bucket;
import dev.statecraft.leaderboard.RankTree.Place;
import dev.statecraft.leaderboard.RankTree.Standing;
import dev.statecraft.leaderboard.ScorePath.Step;
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
 * Answers who stands where, from the rank tree. Nothing here costs more on a larger board.
 */
@ApplicationScoped
public class RankingService {

    private final RankStore ranks;

    RankingService(RankStore ranks) {
        this.ranks = ranks;
    }

    /**
     * Where a player stands.
     *
     * @param rank 1 + how many are better
     * @param ties how many have the same score, the player included
     * @param total all entries, the player included
     * @param asOf every score written up to then is counted
     */
    public record Ranked(long rank, long ties, long total, Instant asOf) {}

    /**
     * Ranks a player's entry: one round trip, 0.5 RCU for each node of the score's path. The player's own score is
     * counted as it stands in the entry, also where the tree still counts an older one (invariant: a player always sees
     * its own last score).
     */
    public Ranked rank(Board board, int season, Entry entry) {
        return rankAll(board, season, List.of(entry)).get(0);
    }

    /** Ranks several entries that have scores, with the nodes they share read once. */
    public List<Ranked> rankAll(Board board, int season, List<Entry> ranked) {
        Set<String> keys = new LinkedHashSet<>();
        keys.add(ScorePath.ROOT);
        for (Entry entry : ranked) {
            keys.addAll(RankTree.nodesOf(scoreOf(entry), board.subscored()));
        }
        Map<String, RankNode> nodes = ranks.read(RankStore.treesOf(board, season), keys);
        Instant asOf = RankWalk.asOf(board, season, nodes.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        return ranked.stream()
                .map(entry -> {
                    Score score = scoreOf(entry);
                    Standing others = RankTree.standing(
                            score,
                            board.order(),
                            board.subscored(),
                            without(entry, board.laneOf(entry.playerId()), nodes));
                    return new Ranked(others.better() + 1, others.equal() + 1, others.total() + 1, asOf);
                })
                .toList();
    }

    /**
     * Ranks the entries of different players that were written together: each is counted for all of them as it was
     * written, also where the tree still counts an older score.
     */
    public List<Ranked> rankTogether(Board board, int season, List<Entry> written) {
        Set<String> keys = new LinkedHashSet<>();
        keys.add(ScorePath.ROOT);
        written.forEach(entry -> keys.addAll(RankTree.nodesOf(scoreOf(entry), board.subscored())));
        Map<String, RankNode> read = ranks.read(RankStore.treesOf(board, season), keys);
        Instant asOf = RankWalk.asOf(board, season, read.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        Map<String, RankNode> nodes = read;
        for (Entry entry : written) {
            nodes = without(entry, board.laneOf(entry.playerId()), nodes);
        }
        List<Ranked> ranked = new ArrayList<>();
        for (Entry entry : written) {
            Score score = scoreOf(entry);
            Standing others = RankTree.standing(score, board.order(), board.subscored(), nodes);
            long better = written.stream()
                    .filter(other -> board.order().better(scoreOf(other), score))
                    .count();
            long equal = written.stream()
                    .filter(other -> scoreOf(other).equals(score))
                    .count();
            ranked.add(new Ranked(
                    others.better() + better + 1, others.equal() + equal, others.total() + written.size(), asOf));
        }
        return ranked;
    }

    /** The rank a score would have; {@code ties} counts those who have it. */
    public Ranked rankOf(Board board, int season, Score score) {
        Set<String> keys = new LinkedHashSet<>(RankTree.nodesOf(score, board.subscored()));
        Map<String, RankNode> nodes = ranks.read(RankStore.treesOf(board, season), keys);
        Standing standing = RankTree.standing(score, board.order(), board.subscored(), nodes);
        Instant asOf = RankWalk.asOf(board, season, nodes.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        return new Ranked(standing.better() + 1, standing.equal(), standing.total(), asOf);
    }

    /** Total and times of a season, from its root node: 0.5 RCU. */
    public RankWalk.Summary summary(Board board, int season) {
        return new RankWalk(ranks, board, season).summary();
    }

    /**
     * How the values are spread over buckets of equal width between the lowest and the highest.
     *
     * @param buckets how many at most; fewer where the values do not reach so far
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

    /** The nodes as they are without this player, wherever they count it. */
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

    /** The score of an entry that has one. */
    static Score scoreOf(Entry entry) {
        Score score = entry.score();
        if (score == null) {
            throw new IllegalArgumentException("an entry without a score has no rank");
        }
        return score;
    }
}
