package dev.statecraft.leaderboard;

import dev.statecraft.leaderboard.EntryStore.Row;
import dev.statecraft.leaderboard.RankTree.Place;
import dev.statecraft.leaderboard.RankTree.Standing;
import dev.statecraft.leaderboard.ScorePath.Step;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers who stands where. Ranks come from the rank tree, lists from the order index; nothing here scans, and nothing
 * costs more on a larger board but a list that begins in the middle of very many equal scores.
 */
@ApplicationScoped
public class RankingService {

    /** A range with no more entries than this is passed over in the index rather than narrowed down further. */
    private static final long ENOUGH = 64;

    private final EntryStore entries;
    private final RankStore ranks;

    RankingService(EntryStore entries, RankStore ranks) {
        this.entries = entries;
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

    /** How many entries have a value from {@code from} up to, not including, {@code to}; the last bucket includes it. */
    public record Bucket(long from, long to, long count) {}

    /** How the values of a season are spread. */
    public record Distribution(List<Bucket> buckets, long total, Instant asOf) {}

    /** A score that holds a place. */
    public record Selected(Score score, long rank, long total, Instant asOf) {}

    /** What a season's root node tells. */
    public record Summary(long total, Instant lastUpdated, Instant asOf) {}

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
        Instant asOf = asOf(board, season, nodes.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
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

    /** The rank a score would have; {@code ties} counts those who have it. */
    public Ranked rankOf(Board board, int season, Score score) {
        Set<String> keys = new LinkedHashSet<>(RankTree.nodesOf(score, board.subscored()));
        Map<String, RankNode> nodes = ranks.read(RankStore.treesOf(board, season), keys);
        Standing standing = RankTree.standing(score, board.order(), board.subscored(), nodes);
        Instant asOf = asOf(board, season, nodes.getOrDefault(ScorePath.ROOT, RankNode.EMPTY));
        return new Ranked(standing.better() + 1, standing.equal(), standing.total(), asOf);
    }

    /** The score that holds a position, from 1. Reads one node a level. Nothing if fewer entries are counted. */
    public Optional<Selected> select(Board board, int season, long position) {
        Reader reader = new Reader(board, season);
        Summary summary = reader.summary();
        return RankTree.select(position - 1, board.order(), board.subscored(), reader::node, 0)
                .flatMap(place -> place.exact()
                        ? Optional.of(new Selected(place.from(), place.before() + 1, summary.total(), summary.asOf()))
                        : list(board, season, position, 1).entries().stream()
                                .findFirst()
                                .map(row -> new Selected(row.score(), row.rank(), summary.total(), summary.asOf())));
    }

    /** The score of the last player who is among the best {@code percent} of all. */
    public Optional<Selected> selectPercentile(Board board, int season, double percent) {
        long total = summary(board, season).total();
        long position = Math.max(1, (long) Math.ceil(percent / 100 * total));
        return select(board, season, position);
    }

    /** Total and times of a season, from its root node: 0.5 RCU. */
    public Summary summary(Board board, int season) {
        return new Reader(board, season).summary();
    }

    /**
     * How the values are spread over buckets of equal width between the lowest and the highest.
     *
     * @param buckets how many at most; fewer where the values do not reach so far
     */
    public Distribution distribution(Board board, int season, int buckets) {
        Reader reader = new Reader(board, season);
        Summary summary = reader.summary();
        Optional<Place> lowest = RankTree.select(0, Order.ASCENDING, false, reader::node, 0);
        Optional<Place> highest = RankTree.select(0, Order.DESCENDING, false, reader::node, 0);
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

    /**
     * Lists entries from a position on. The place is found in the rank tree (one node a level) and read from the order
     * index (usually one query); the first page of a board of one lane comes from the index alone.
     *
     * @param offset position of the first, from 1
     * @param limit how many at most; never beyond the board's listed places
     */
    public Listing list(Board board, int season, long offset, int limit) {
        Reader reader = new Reader(board, season);
        int wanted = listed(board, offset, limit);
        if (wanted == 0) {
            return listing(board, season, List.of(), reader.summary(), Optional.empty());
        }
        Optional<Place> place;
        if (offset == 1) {
            place = Optional.of(new Place(best(board), 0, 0, false));
        } else {
            place = RankTree.select(offset - 1, board.order(), board.subscored(), reader::node, ENOUGH);
        }
        if (place.isEmpty()) {
            return listing(board, season, List.of(), reader.summary(), Optional.empty());
        }
        Place start = place.get();
        long toRead = start.skip() + wanted + 1;
        OrderKey from = offset == 1 ? null : OrderKey.before(start.from());
        List<Integer> shards = offset == 1 ? reader.shards() : reader.shardsFrom(start.from(), true);
        OrderWalk walk = new OrderWalk(
                entries, board, season, shards, from, true, true, (int) Math.min(toRead, Integer.MAX_VALUE));
        return collect(board, season, walk, start.before(), start.skip(), null, wanted, reader.summary());
    }

    /** Lists the entries after one that was listed before. */
    public Listing listAfter(Board board, int season, RankedEntry last, int limit) {
        Reader reader = new Reader(board, season);
        int wanted = listed(board, last.position() + 1, limit);
        OrderKey from = new OrderKey(last.score(), last.reachedAt(), last.playerId());
        OrderWalk walk = new OrderWalk(
                entries, board, season, reader.shardsFrom(last.score(), true), from, false, true, wanted + 1);
        return collect(board, season, walk, last.position(), 0, last, wanted, reader.summary());
    }

    /**
     * Lists the entries around a player's, which is in the middle unless an end of the ranking is near. Places that the
     * board does not list are left out, but for the player's own.
     */
    public Listing around(Board board, int season, Entry entry, int limit) {
        Reader reader = new Reader(board, season);
        Score score = scoreOf(entry);
        OrderKey own = new OrderKey(score, entry.reachedAt(), entry.playerId());
        Ranked ranked = rank(board, season, entry);
        long position = position(board, season, entry, ranked);
        List<Row> better = take(
                new OrderWalk(entries, board, season, reader.shardsFrom(score, false), own, false, false, limit - 1),
                limit - 1);
        List<Row> worse = take(
                new OrderWalk(entries, board, season, reader.shardsFrom(score, true), own, false, true, limit - 1),
                limit - 1);
        int before = Math.min(better.size(), Math.max((limit - 1) / 2, limit - 1 - worse.size()));
        before = (int) Math.min(before, position - 1);
        List<Row> rows = new ArrayList<>();
        for (int i = before - 1; i >= 0; i--) {
            rows.add(better.get(i));
        }
        rows.add(new Row(own, entry.metadata()));
        rows.addAll(worse.subList(0, Math.min(worse.size(), limit - 1 - before)));
        long place = position - before;
        long rank = before == 0
                ? ranked.rank()
                : Math.min(
                        place, rankOf(board, season, rows.get(0).key().score()).rank());
        List<RankedEntry> listed = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            if (i > 0 && !row.key().score().equals(rows.get(i - 1).key().score())) {
                rank = place;
            }
            if (board.lists(place) || row.key().equals(own)) {
                listed.add(ranked(row, rank, place));
            }
            place++;
        }
        return listing(board, season, listed, reader.summary(), Optional.empty());
    }

    /** Lists the given players by rank; those without a score are left out. */
    public Listing players(Board board, int season, Collection<Entry> players) {
        List<Entry> scored =
                players.stream().filter(entry -> entry.score() != null).toList();
        Reader reader = new Reader(board, season);
        List<Ranked> ranked = rankAll(board, season, scored);
        List<RankedEntry> listed = new ArrayList<>();
        for (int i = 0; i < scored.size(); i++) {
            Entry entry = scored.get(i);
            OrderKey key = new OrderKey(scoreOf(entry), entry.reachedAt(), entry.playerId());
            listed.add(ranked(
                    new Row(key, entry.metadata()),
                    ranked.get(i).rank(),
                    position(board, season, entry, ranked.get(i))));
        }
        listed.sort(Comparator.comparingLong(RankedEntry::position).thenComparing(RankedEntry::playerId));
        return listing(board, season, listed, reader.summary(), Optional.empty());
    }

    /**
     * Whether a player's place is among those listed. Known from the rank, unless the last listed place lies within the
     * player's tie; then the tie is looked at, up to that place.
     */
    public boolean listed(Board board, int season, Entry entry, Ranked ranked) {
        if (board.lists(ranked.rank() + ranked.ties() - 1)) {
            return true;
        }
        return board.lists(ranked.rank()) && board.lists(position(board, season, entry, ranked));
    }

    /** The place in the list: the rank, and those of a tie who came first. */
    private long position(Board board, int season, Entry entry, Ranked ranked) {
        if (ranked.ties() == 1) {
            return ranked.rank();
        }
        OrderKey own = new OrderKey(scoreOf(entry), entry.reachedAt(), entry.playerId());
        OrderWalk walk = new OrderWalk(
                entries,
                board,
                season,
                List.of(EntryStore.shardOf(board, own.score())),
                OrderKey.before(own.score()),
                true,
                true,
                (int) Math.min(ranked.ties(), Integer.MAX_VALUE));
        long position = ranked.rank();
        while (walk.hasNext()) {
            OrderKey key = walk.next().key();
            if (key.equals(own) || !key.score().equals(own.score())) {
                return position;
            }
            position++;
        }
        return position;
    }

    private Listing collect(
            Board board,
            int season,
            OrderWalk walk,
            long before,
            long skip,
            @Nullable RankedEntry last,
            int wanted,
            Summary summary) {
        List<RankedEntry> listed = new ArrayList<>();
        long position = before;
        long rank = last == null ? 0 : last.rank();
        Score tied = last == null ? null : last.score();
        while (listed.size() < wanted && walk.hasNext()) {
            Row row = walk.next();
            position++;
            if (!row.key().score().equals(tied)) {
                tied = row.key().score();
                rank = position;
            }
            if (position > before + skip) {
                listed.add(ranked(row, rank, position));
            }
        }
        boolean more = listed.size() == wanted && board.lists(position + 1) && walk.hasNext();
        return listing(
                board, season, listed, summary, more ? Optional.of(listed.get(listed.size() - 1)) : Optional.empty());
    }

    /** The index may know entries that the tree does not count yet; a total never falls short of what is listed. */
    private static Listing listing(
            Board board, int season, List<RankedEntry> listed, Summary summary, Optional<RankedEntry> next) {
        long last = listed.isEmpty() ? 0 : listed.get(listed.size() - 1).position();
        return new Listing(
                board, season, listed, Math.max(last, summary.total()), summary.lastUpdated(), summary.asOf(), next);
    }

    private static RankedEntry ranked(Row row, long rank, long position) {
        OrderKey key = row.key();
        return new RankedEntry(rank, position, key.playerId(), key.score(), key.reachedAt(), row.metadata());
    }

    private static List<Row> take(OrderWalk walk, int most) {
        List<Row> rows = new ArrayList<>();
        while (rows.size() < most && walk.hasNext()) {
            rows.add(walk.next());
        }
        return rows;
    }

    private static int listed(Board board, long offset, int limit) {
        int maxSize = board.settings().maxSize();
        return maxSize == 0 ? limit : (int) Math.max(0, Math.min(limit, maxSize - offset + 1));
    }

    private static Score best(Board board) {
        return board.order() == Order.ASCENDING
                ? new Score(-Score.LIMIT, -Score.LIMIT)
                : new Score(Score.LIMIT, Score.LIMIT);
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

    private static Instant asOf(Board board, int season, RankNode root) {
        return root.times().values().stream()
                .min(Long::compare)
                .map(Instant::ofEpochMilli)
                .orElse(startOf(board, season));
    }

    private static Instant startOf(Board board, int season) {
        return season == board.season() ? board.seasonStartedAt() : board.createdAt();
    }

    private static Score scoreOf(Entry entry) {
        Score score = entry.score();
        if (score == null) {
            throw new IllegalArgumentException("an entry without a score has no rank");
        }
        return score;
    }

    /** Reads the nodes of one season's tree, each at most once. */
    private final class Reader {

        private final Board board;
        private final int season;
        private final List<String> trees;
        private final Map<String, RankNode> seen = new HashMap<>();

        Reader(Board board, int season) {
            this.board = board;
            this.season = season;
            this.trees = RankStore.treesOf(board, season);
        }

        RankNode node(String key) {
            return seen.computeIfAbsent(key, unseen -> ranks.read(trees, unseen));
        }

        Summary summary() {
            RankNode root = node(ScorePath.ROOT);
            Instant lastUpdated = root.times().values().stream()
                    .max(Long::compare)
                    .map(Instant::ofEpochMilli)
                    .orElse(startOf(board, season));
            return new Summary(root.total(), lastUpdated, asOf(board, season, root));
        }

        /** All shards of the order index that hold entries, best first. */
        List<Integer> shards() {
            if (board.settings().lanes() == 1) {
                return List.of(0);
            }
            return node(ScorePath.ROOT).bestFirst(board.order()).entrySet().stream()
                    .filter(child -> child.getValue() > 0)
                    .map(child -> ScorePath.classOfRootChild(child.getKey()))
                    .distinct()
                    .toList();
        }

        /** The shard of a score and those behind it, in one direction. */
        List<Integer> shardsFrom(Score score, boolean worse) {
            int own = EntryStore.shardOf(board, score);
            List<Integer> all = new ArrayList<>(shards());
            if (!worse) {
                Collections.reverse(all);
            }
            List<Integer> result = new ArrayList<>(List.of(own));
            boolean rising = (board.order() == Order.ASCENDING) == worse;
            all.stream().filter(shard -> rising ? shard > own : shard < own).forEach(result::add);
            return result;
        }
    }
}
