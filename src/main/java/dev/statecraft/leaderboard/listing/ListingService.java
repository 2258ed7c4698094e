package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.OrderIndexStore;
import dev.statecraft.leaderboard.entry.OrderIndexStore.Row;
import dev.statecraft.leaderboard.entry.OrderKey;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.KeptNodes;
import dev.statecraft.leaderboard.rank.OrderWalk;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.rank.RankTree;
import dev.statecraft.leaderboard.rank.RankTree.Place;
import dev.statecraft.leaderboard.rank.RankWalk;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lists entries: finds the position in the rank tree and reads the order index from there. Nothing here scans a table.
 * The cost does not depend on the size of the board, except for a list that starts inside a large tie.
 */
@ApplicationScoped
public class ListingService {

    /** A range with at most this many entries is skipped in the index instead of being divided further. */
    private static final long ENOUGH = 100;

    private final OrderIndexStore index;
    private final RankStore ranks;
    private final KeptNodes kept;
    private final RankingService rankings;

    public ListingService(OrderIndexStore index, RankStore ranks, KeptNodes kept, RankingService rankings) {
        this.index = index;
        this.ranks = ranks;
        this.kept = kept;
        this.rankings = rankings;
    }

    /** The score at a rank or position. */
    public record Selected(long position, Score score, long rank, long total, Instant asOf) {}

    /**
     * The score at a rank: the score at that position in the list, or, on a board with DENSE ranking, the score that is
     * worse than {@code rank} - 1 distinct scores. Empty if there are fewer entries or fewer distinct scores. Cost: one
     * node of the rank tree for each level.
     */
    public Optional<Selected> selectRank(Board board, int season, long rank) {
        if (board.ranking() != Ranking.DENSE) {
            return select(board, season, rank);
        }
        RankWalk tree = new RankWalk(ranks, board, season);
        RankWalk.Summary summary = tree.summary();
        return RankTree.selectDistinct(rank - 1, board.order(), board.subscored(), tree::node)
                .map(place -> new Selected(place.before() + 1, place.from(), rank, summary.total(), summary.asOf()));
    }

    /**
     * The score at a position, from 1; empty if fewer entries are counted. Cost: one node of the rank tree for each level.
     */
    public Optional<Selected> select(Board board, int season, long position) {
        RankWalk tree = RankWalk.of(kept, ranks, board, season);
        Optional<Place> found = place(tree, board, position, 0);
        if (tree.isTorn()) {
            tree = new RankWalk(ranks, board, season);
            found = place(tree, board, position, 0);
        }
        RankWalk.Summary summary = tree.summary();
        return found.flatMap(place -> place.exact()
                ? Optional.of(new Selected(
                        position,
                        place.from(),
                        rankAt(board, season, place, position),
                        summary.total(),
                        summary.asOf()))
                : list(board, season, position, 1).entries().stream()
                        .findFirst()
                        .map(row -> new Selected(position, row.score(), row.rank(), summary.total(), summary.asOf())));
    }

    private long rankAt(Board board, int season, Place place, long position) {
        return board.ranking().of(place.before() + 1, distinctBetter(board, season, place.from()) + 1, position);
    }

    /** Number of distinct better scores. Cost: one batch read on a board with DENSE ranking, otherwise none. */
    private long distinctBetter(Board board, int season, Score score) {
        return board.ranking() == Ranking.DENSE
                ? rankings.rankOf(board, season, score).rank() - 1
                : 0;
    }

    /** The lowest score among the best {@code percent} of all entries. */
    public Optional<Selected> selectPercentile(Board board, int season, double percent) {
        long total = rankings.summary(board, season).total();
        long position = Math.max(1, (long) Math.ceil(percent / 100 * total));
        return select(board, season, position);
    }

    /**
     * Lists entries from a position on. Cost: one node of the rank tree for each level, and usually one query of the order
     * index; the first page of a board with one lane costs the query only.
     *
     * @param offset position of the first entry, from 1
     * @param limit maximum number of entries; never beyond the listed positions of the board
     */
    public Listing list(Board board, int season, long offset, int limit) {
        RankWalk tree = offset == 1 ? new RankWalk(ranks, board, season) : RankWalk.of(kept, ranks, board, season);
        return list(tree, board, season, offset, limit);
    }

    private static Optional<Place> place(RankWalk tree, Board board, long position, long enough) {
        tree.expectPosition(position - 1, enough);
        return RankTree.select(position - 1, board.order(), board.subscored(), tree::node, enough);
    }

    /** Lists the first entries, with a walk that reads the root of the rank tree before the entries. */
    Listing first(RankWalk tree, Board board, int season, int limit) {
        return list(tree, board, season, 1, limit);
    }

    private Listing list(RankWalk tree, Board board, int season, long offset, int limit) {
        int wanted = listed(board, offset, limit);
        if (wanted == 0) {
            return listing(board, season, List.of(), tree.summary(), Optional.empty(), Optional.empty());
        }
        Optional<Place> place;
        if (offset == 1) {
            place = Optional.of(new Place(best(board), 0, 0, false));
        } else {
            place = place(tree, board, offset, ENOUGH);
            if (tree.isTorn()) {
                return list(new RankWalk(ranks, board, season), board, season, offset, limit);
            }
        }
        if (place.isEmpty()) {
            return listing(board, season, List.of(), tree.summary(), Optional.empty(), Optional.empty());
        }
        Place start = place.get();
        long toRead = start.skip() + wanted + 1;
        OrderKey from = offset == 1 ? null : OrderKey.before(start.from());
        List<Integer> shards = offset == 1 ? tree.shards() : tree.shardsFrom(start.from(), true);
        OrderWalk walk = new OrderWalk(
                index, board, season, shards, from, true, true, (int) Math.min(toRead, Integer.MAX_VALUE));
        long distinct = offset == 1 ? 0 : distinctBetter(board, season, start.from());
        RowNumbering numbers = RowNumbering.afterBetter(board.ranking(), start.before(), distinct);
        for (long skipped = 0; skipped < start.skip() && walk.hasNext(); skipped++) {
            Row row = walk.next();
            numbers.next(row.key(), row.metadata());
        }
        return collect(board, season, walk, numbers, wanted, tree.summary());
    }

    /** Lists the entries after an entry of an earlier page. */
    public Listing listAfter(Board board, int season, RankedEntry last, int limit) {
        RankWalk tree = new RankWalk(ranks, board, season);
        int wanted = listed(board, last.position() + 1, limit);
        OrderWalk walk = new OrderWalk(
                index, board, season, tree.shardsFrom(last.score(), true), OrderKey.of(last), false, true, wanted + 1);
        return collect(board, season, walk, RowNumbering.after(board.ranking(), last), wanted, tree.summary());
    }

    /**
     * Lists the entries directly before an entry of an earlier page; for an entry after the listed positions, the last
     * listed entries. Cost: one query, and one batch read for the rank of the first entry.
     */
    public Listing listBefore(Board board, int season, RankedEntry first, int limit) {
        long until = first.position() - 1;
        if (!board.lists(until)) {
            int wanted = Math.min(limit, board.settings().maxSize());
            return list(board, season, board.settings().maxSize() - wanted + 1L, wanted);
        }
        RankWalk tree = new RankWalk(ranks, board, season);
        int wanted = (int) Math.min(limit, until);
        List<Row> rows = take(
                new OrderWalk(
                        index,
                        board,
                        season,
                        tree.shardsFrom(first.score(), false),
                        OrderKey.of(first),
                        false,
                        false,
                        wanted + 1),
                wanted + 1);
        boolean more = rows.size() > wanted;
        rows = new ArrayList<>(rows.subList(0, Math.min(rows.size(), wanted)));
        if (rows.isEmpty()) {
            return listing(board, season, List.of(), tree.summary(), Optional.empty(), Optional.empty());
        }
        Collections.reverse(rows);
        long position = more ? first.position() - rows.size() : 1;
        Score best = rows.get(0).key().score();
        EntryRank standing = rankings.rankOf(board, season, best);
        RowNumbering numbers = RowNumbering.at(board.ranking(), best, position, standing.place(), standing.rank());
        List<RankedEntry> listed = numbered(numbers, rows);
        return listing(
                board,
                season,
                listed,
                tree.summary(),
                position > 1 ? Optional.of(listed.get(0)) : Optional.empty(),
                Optional.of(listed.get(listed.size() - 1)));
    }

    /** Lists the entries after {@code last}, or the first entries, also beyond the listed positions of the board. */
    public Listing all(Board board, int season, @Nullable RankedEntry last, int limit) {
        Board all = board.listingAll();
        return last == null ? list(all, season, 1, limit) : listAfter(all, season, last, limit);
    }

    /** Lists the given entries by rank, without entries that have no score. */
    public Listing players(Board board, int season, Collection<Entry> players) {
        List<Entry> scored =
                players.stream().filter(entry -> entry.score() != null).toList();
        RankWalk tree = new RankWalk(ranks, board, season);
        List<EntryRank> ranked = rankings.rankAll(board, season, scored);
        List<Long> positions = rankings.positions(board, season, scored, ranked);
        List<RankedEntry> listed = new ArrayList<>();
        for (int i = 0; i < scored.size(); i++) {
            Entry entry = scored.get(i);
            listed.add(new RankedEntry(
                    ranked.get(i).rank(),
                    ranked.get(i).place(),
                    positions.get(i),
                    entry.playerId(),
                    entry.requireScore(),
                    entry.reachedAt(),
                    entry.metadata()));
        }
        listed.sort(Comparator.comparingLong(RankedEntry::position).thenComparing(RankedEntry::playerId));
        return listing(board, season, listed, tree.summary(), Optional.empty(), Optional.empty());
    }

    /**
     * Whether the position of a player's entry is listed. The rank decides, unless the last listed position lies inside the
     * player's tie; then the tie is read up to that position.
     */
    public boolean listed(Board board, int season, Entry entry, EntryRank ranked) {
        if (board.lists(ranked.place() + ranked.ties() - 1)) {
            return true;
        }
        return board.lists(ranked.place()) && board.lists(position(board, season, entry, ranked));
    }

    /** The position of an entry in the list: the first position of its tie plus the tied entries before it. */
    long position(Board board, int season, Entry entry, EntryRank ranked) {
        return rankings.positions(board, season, List.of(entry), List.of(ranked))
                .get(0);
    }

    private Listing collect(
            Board board, int season, OrderWalk walk, RowNumbering numbers, int wanted, RankWalk.Summary summary) {
        List<RankedEntry> listed = numbered(numbers, take(walk, wanted));
        if (listed.isEmpty()) {
            return listing(board, season, List.of(), summary, Optional.empty(), Optional.empty());
        }
        RankedEntry first = listed.get(0);
        RankedEntry last = listed.get(listed.size() - 1);
        boolean more = listed.size() == wanted && board.lists(last.position() + 1) && walk.hasNext();
        return listing(
                board,
                season,
                listed,
                summary,
                first.position() > 1 ? Optional.of(first) : Optional.empty(),
                more ? Optional.of(last) : Optional.empty());
    }

    /** The total, at least the position of the last row: the index may contain entries that the tree does not count yet. */
    static Listing listing(
            Board board,
            int season,
            List<RankedEntry> listed,
            RankWalk.Summary summary,
            Optional<RankedEntry> previous,
            Optional<RankedEntry> next) {
        long last = listed.isEmpty() ? 0 : listed.get(listed.size() - 1).position();
        return new Listing(
                board,
                season,
                listed,
                Math.max(last, summary.total()),
                summary.lastUpdated(),
                summary.asOf(),
                previous,
                next);
    }

    static List<RankedEntry> numbered(RowNumbering numbers, List<Row> rows) {
        List<RankedEntry> numbered = new ArrayList<>();
        rows.forEach(row -> numbered.add(numbers.next(row.key(), row.metadata())));
        return numbered;
    }

    static List<Row> take(OrderWalk walk, int most) {
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
}
