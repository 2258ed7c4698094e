package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.rank.RankTree.Standing;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes ranks from the rank tree. The cost does not depend on the size of the board.
 */
@ApplicationScoped
public class RankingService {

    /** Each read of outdated nodes may show that deeper ones are outdated. */
    private static final int OUTDATED_READS = 3;

    private final RankStore ranks;
    private final KeptNodes kept;
    private final EntryStore entries;
    private final TiePositions ties;

    public RankingService(RankStore ranks, KeptNodes kept, EntryStore entries, TiePositions ties) {
        this.ranks = ranks;
        this.kept = kept;
        this.entries = entries;
        this.ties = ties;
    }

    /**
     * Ranks the entry of a player. The entry is counted with its current score and exactly once, also where the tree still
     * counts an older one (invariant: a player always sees its own last score). Which score a node counts for the player
     * follows from the node, see {@link CountedWrites}, and from the receipts of the entry, not from clocks.
     *
     * <p>Other players are counted as far as the stream consumer has come, see {@link EntryRank}.
     *
     * <p>Cost: one round trip, 0.5 RCU for each node of the score's path. With UNIQUE ranking the tied entries before the entry
     * are counted too, see {@link TiePositions}; with DENSE ranking the nodes of an older counted score are read too.
     */
    public EntryRank rank(Board board, int season, Entry entry) {
        return rankAll(board, season, List.of(entry)).get(0);
    }

    /** Ranks several entries with scores. Shared nodes are read once. Each is ranked as by {@link #rank}. */
    public List<EntryRank> rankAll(Board board, int season, List<Entry> ranked) {
        return rankAll(board, season, ranked, kept.read(board, season, nodesOf(board, ranked), ranked));
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
                ranked.add(unranked(board, board.season(), entry, nodes.get(i)));
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
        List<Entry> latest = latest(board, season, ranked, nodes);
        List<EntryRank> places = new ArrayList<>();
        for (int i = 0; i < ranked.size(); i++) {
            Map<String, RankNode> others = OtherEntries.of(board, List.of(latest.get(i)), nodes);
            places.add(place(board, ranked.get(i), others, asOf));
        }
        return switch (board.ranking()) {
            case COMPETITION -> places;
            case UNIQUE -> unique(board, season, ranked, places);
            case DENSE -> {
                Map<String, RankNode> all = withPaths(board, season, latest, nodes);
                List<EntryRank> dense = new ArrayList<>();
                for (int i = 0; i < ranked.size(); i++) {
                    Entry own = ranked.get(i);
                    DistinctRanks distinct = new DistinctRanks(board, List.of(latest.get(i)), all);
                    dense.add(places.get(i).withRank(distinct.rank(own.requireScore(), List.of(own))));
                }
                yield dense;
            }
        };
    }

    private static EntryRank place(Board board, Entry entry, Map<String, RankNode> others, Instant asOf) {
        Standing standing = RankTree.standing(entry.requireScore(), board.order(), board.subscored(), others);
        long place = standing.better() + 1;
        return new EntryRank(place, place, standing.equal() + 1, standing.total() + 1, asOf);
    }

    /**
     * An entry's rank and the nodes that it was computed from.
     *
     * @param ranked the rank; with UNIQUE ranking the first position of the tie
     * @param nodes the nodes as they were read, with the root
     * @param others the nodes of {@link NearestBetter#nodesOf} without the entry
     */
    public record Located(EntryRank ranked, Map<String, RankNode> nodes, Map<String, RankNode> others) {}

    /** Ranks the entry of a player as {@link #rank} does, but does not read the order of its tie. */
    public Located locate(Board board, int season, Entry entry) {
        Set<String> keys = NearestBetter.nodesOf(entry.requireScore(), board.order(), board.subscored());
        Map<String, RankNode> nodes = kept.read(board, season, keys, List.of(entry));
        Instant asOf = RankWalk.asOf(board, season, nodes.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        List<Entry> latest = latest(board, season, List.of(entry), nodes);
        Map<String, RankNode> others = OtherEntries.of(board, latest, nodes);
        EntryRank place = place(board, entry, others, asOf);
        EntryRank ranked = board.ranking() == Ranking.DENSE
                ? place.withRank(new DistinctRanks(board, latest, withPaths(board, season, latest, nodes))
                        .rank(entry.requireScore(), List.of(entry)))
                : place;
        return new Located(ranked, nodes, others);
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

    /** The position of an entry in the list, from the first position of its tie. Cost: that of {@link TiePositions}. */
    public long position(Board board, int season, Entry entry, EntryRank standing) {
        return ties.of(board, season, List.of(entry), List.of(standing)).get(0);
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
        Map<String, RankNode> read = kept.read(board, season, nodesOf(board, written), written);
        Instant asOf = RankWalk.asOf(board, season, read.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        List<Entry> latest = latest(board, season, written, read);
        Map<String, RankNode> nodes = OtherEntries.of(board, latest, read);
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
                DistinctRanks distinct = new DistinctRanks(board, latest, withPaths(board, season, latest, read));
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
        Map<String, RankNode> nodes = kept.read(board, season, keys, List.of(own));
        List<Entry> latest = latest(board, season, List.of(own), nodes);
        Standing others =
                RankTree.standing(score, board.order(), board.subscored(), OtherEntries.of(board, latest, nodes));
        long place = others.better() + (board.order().better(own.requireScore(), score) ? 1 : 0) + 1;
        long distinct = board.ranking() == Ranking.DENSE
                ? new DistinctRanks(board, latest, withPaths(board, season, latest, nodes)).rank(score, List.of(own))
                : 0;
        Instant asOf = RankWalk.asOf(board, season, nodes.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        long rank = board.ranking().of(place, distinct, place);
        return new EntryRank(rank, place, others.equal(), others.total() + 1, asOf);
    }

    /**
     * The rank of a player without a score: rank 0, with the number of other entries and the time of the season. Cost: 0.5 RCU.
     */
    public EntryRank unranked(Board board, int season, Entry entry) {
        return unranked(board, season, entry, ranks.read(RankStore.treesOf(board, season), Set.of(ScorePath.ROOT)));
    }

    private EntryRank unranked(Board board, int season, Entry entry, Map<String, RankNode> nodes) {
        List<Entry> latest = latest(board, season, List.of(entry), nodes);
        RankNode root = OtherEntries.of(board, latest, nodes).getOrDefault(ScorePath.ROOT, RankNode.EMPTY);
        return new EntryRank(0, 0, 0, root.total(), RankWalk.asOf(board, season, root));
    }

    /**
     * The entries, as they are now where a node counts a later write than the one that was read. Only the stored entry tells
     * which score that node counts. Cost: 1 RCU for each such entry.
     */
    private List<Entry> latest(Board board, int season, List<Entry> read, Map<String, RankNode> nodes) {
        List<String> overtaken = read.stream()
                .filter(entry -> OtherEntries.isOvertaken(board, entry, nodes))
                .map(Entry::playerId)
                .toList();
        if (overtaken.isEmpty()) {
            return read;
        }
        Map<String, Entry> now = entries.readAll(board, season, overtaken);
        return read.stream()
                .map(entry -> now.getOrDefault(entry.playerId(), entry))
                .toList();
    }

    /**
     * The nodes with those that dense ranks need. Cost: one batch read more if the tree still counts an entry with another
     * score, and further ones, strongly consistent, while nodes are being written.
     */
    private Map<String, RankNode> withPaths(Board board, int season, List<Entry> entries, Map<String, RankNode> read) {
        List<String> trees = RankStore.treesOf(board, season);
        Set<String> paths = DistinctRanks.paths(board, entries, read);
        Map<String, RankNode> nodes = new HashMap<>(read);
        Set<String> missing = new LinkedHashSet<>(paths);
        missing.removeAll(read.keySet());
        if (!missing.isEmpty()) {
            nodes.putAll(ranks.read(trees, missing));
        }
        Set<String> outdated = DistinctRanks.outdated(paths, nodes);
        for (int i = 0; i < OUTDATED_READS && !outdated.isEmpty(); i++) {
            nodes.putAll(ranks.readLatest(trees, outdated));
            outdated = DistinctRanks.outdated(paths, nodes);
        }
        return nodes;
    }

    /** Total and times of a season from its root node. Cost: 0.5 RCU. */
    public RankWalk.Summary summary(Board board, int season) {
        return new RankWalk(ranks, board, season).summary();
    }
}
