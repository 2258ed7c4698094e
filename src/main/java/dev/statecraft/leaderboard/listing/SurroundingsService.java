package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.OrderIndexStore;
import dev.statecraft.leaderboard.entry.OrderIndexStore.Row;
import dev.statecraft.leaderboard.entry.OrderKey;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.NearestBetter;
import dev.statecraft.leaderboard.rank.OrderWalk;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.rank.RankWalk;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.rank.TiePositions;
import dev.statecraft.leaderboard.settings.Score;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Lists the entries around a player. The window has the requested number of entries if the board lists that many. The
 * player is in the middle; near an end of the list the window is shifted and not cut. A player after the listed positions
 * follows the last listed entries.
 */
@ApplicationScoped
public class SurroundingsService {

    /** Entries that the tree may still count before the player although they have left the index. */
    private static final int SPARE = 2;

    /** A tie up to this number of entries is read as a whole by the first query. */
    private static final int SMALL_TIE = 40;

    /** Beyond this number of entries, the rows before an entry are counted instead of read. */
    private static final int LARGE_TIE = 500;

    /** In a tie with this many times the entries that the window needs, the read starts in the tie. */
    private static final long DEEP_TIE = 8;

    private final OrderIndexStore index;
    private final RankStore ranks;
    private final RankingService rankings;
    private final ListingService lists;

    public SurroundingsService(OrderIndexStore index, RankStore ranks, RankingService rankings, ListingService lists) {
        this.index = index;
        this.ranks = ranks;
        this.rankings = rankings;
        this.lists = lists;
    }

    /**
     * The rows around an entry in the index.
     *
     * @param better better rows, nearest first
     * @param worse worse rows, nearest first
     * @param position position of the entry
     * @param wholeTies whether the tie of each better row is complete
     */
    private record Window(List<Row> better, List<Row> worse, long position, boolean wholeTies) {}

    /** How many rows each side of the window needs at most. */
    private record Sides(int better, int worse) {}

    /**
     * Lists the entries around a player. Cost: one batch read of the player's path in the rank tree and one query at any size
     * of the board. Sometimes there is one more query: inside a tie of more than 40 entries, for a board with several lanes, and
     * while the index and the tree differ. Inside a tie of more than 500 entries, the cost is that of {@link TiePositions}, two
     * queries and two batch reads.
     *
     * @param entry the player's entry, which has a score
     * @param limit maximum number of entries including the player's
     */
    public Listing around(Board board, int season, Entry entry, int limit) {
        RankingService.Located located = rankings.locate(board, season, entry);
        RankWalk tree = new RankWalk(ranks, board, season, located.nodes());
        EntryRank ranked = located.ranked();
        if (!board.lists(ranked.place())) {
            return behind(tree, board, season, entry, ranked, rankings.position(board, season, entry, ranked), limit);
        }
        Sides sides = sides(board, ranked, limit);
        NearestBetter.Start start = start(board, entry, located, sides);
        Window window = ranked.ties() <= LARGE_TIE && start.entries() <= LARGE_TIE
                ? inOneQuery(tree, board, season, entry, ranked, sides, start)
                : inTwoQueries(tree, board, season, entry, ranked, limit);
        return board.lists(window.position())
                ? listing(tree, board, season, entry, ranked, window, limit)
                : behind(tree, board, season, entry, ranked, window.position(), limit);
    }

    /** Near an end of the list, the other side of the window is longer. */
    private static Sides sides(Board board, EntryRank ranked, int limit) {
        int others = limit - 1;
        int half = others / 2;
        long untilTiesEnd = ranked.place() + ranked.ties() - 1;
        long end = board.settings().maxSize() == 0
                ? ranked.total()
                : Math.min(ranked.total(), board.settings().maxSize());
        long follow = Math.max(0, end - untilTiesEnd);
        long precede = ranked.place() - 1;
        return new Sides((int) Math.max(half, others - Math.min(others, follow)), (int)
                Math.max(others - half, others - Math.min(others, precede)));
    }

    private static NearestBetter.Start start(Board board, Entry entry, RankingService.Located located, Sides sides) {
        // Few entries of a large tie need rows before the tie.
        if (located.ranked().ties() > DEEP_TIE * sides.better()) {
            return nearest(board, entry, located, 0);
        }
        NearestBetter.Start spare = nearest(board, entry, located, sides.better() + SPARE);
        return spare.entries() <= SMALL_TIE ? spare : nearest(board, entry, located, sides.better());
    }

    private static NearestBetter.Start nearest(Board board, Entry entry, RankingService.Located located, int wanted) {
        return NearestBetter.of(entry.requireScore(), board.order(), board.subscored(), located.others(), wanted);
    }

    private Window inOneQuery(
            RankWalk tree,
            Board board,
            int season,
            Entry entry,
            EntryRank ranked,
            Sides sides,
            NearestBetter.Start start) {
        OrderKey own = entry.orderKey();
        long tied = Math.min(ranked.ties() - 1, Math.max(SMALL_TIE, ranked.ties() / 2));
        // The entry itself, its outdated row, and one row that shows whether the list continues.
        int expected = (int) (start.entries() + tied + sides.worse() + 3);
        Score from = start.from();
        OrderWalk walk = new OrderWalk(
                index,
                board,
                season,
                from == null ? tree.shards() : tree.shardsFrom(from, true),
                from == null ? null : OrderKey.before(from),
                true,
                true,
                expected);
        List<Row> better = new ArrayList<>();
        List<Row> worse = new ArrayList<>();
        long before = 0;
        while (worse.size() <= sides.worse() && walk.hasNext()) {
            Row row = walk.next();
            if (row.key().playerId().equals(entry.playerId())) {
                continue;
            }
            if (own.precedes(row.key(), board.order())) {
                worse.add(row);
            } else {
                better.add(row);
                before += row.key().score().equals(own.score()) ? 1 : 0;
            }
        }
        Collections.reverse(better);
        boolean incomplete = from != null && better.size() < sides.better();
        if (incomplete) {
            OrderKey first =
                    better.isEmpty() ? own : better.get(better.size() - 1).key();
            better.addAll(beside(tree, board, season, entry, first, false, sides.better() - better.size()));
        }
        return new Window(better, worse, ranked.place() + before, !incomplete);
    }

    /** Reads the rows of each side from the entry on, and the number of tied entries before it. */
    private Window inTwoQueries(RankWalk tree, Board board, int season, Entry entry, EntryRank ranked, int limit) {
        long position = rankings.position(board, season, entry, ranked);
        OrderKey own = entry.orderKey();
        List<Row> better = beside(tree, board, season, entry, own, false, limit);
        List<Row> worse = beside(tree, board, season, entry, own, true, limit);
        return new Window(better, worse, position, false);
    }

    private Listing listing(
            RankWalk tree, Board board, int season, Entry entry, EntryRank ranked, Window window, int limit) {
        List<Row> better = window.better();
        List<Row> worse = window.worse();
        long position = window.position();
        // The index and the tree may briefly differ: keep the window between position 1 and the last listed position.
        int mostBefore = (int) Math.min(better.size(), position - 1);
        int mostAfter = board.settings().maxSize() == 0
                ? worse.size()
                : (int) Math.min(worse.size(), board.settings().maxSize() - position);
        int before = Math.min(Math.min(mostBefore, limit - 1), Math.max((limit - 1) / 2, limit - 1 - mostAfter));
        int after = Math.min(mostAfter, limit - 1 - before);
        List<Row> rows = new ArrayList<>(better.subList(0, before));
        Collections.reverse(rows);
        rows.add(new Row(entry.orderKey(), entry.metadata()));
        rows.addAll(worse.subList(0, after));
        List<RankedEntry> listed = ListingService.numbered(numbers(board, season, entry, ranked, window, before), rows);
        return ListingService.listing(
                board,
                season,
                listed,
                tree.summary(),
                position - before > 1 ? Optional.of(listed.get(0)) : Optional.empty(),
                mostAfter > after ? Optional.of(listed.get(listed.size() - 1)) : Optional.empty());
    }

    /** Numbers the rows from the entry's own rank, which the rows before it precede. */
    private RowNumbering numbers(Board board, int season, Entry entry, EntryRank ranked, Window window, int before) {
        Score own = entry.requireScore();
        long first = window.position() - before;
        Score best = before == 0 ? own : window.better().get(before - 1).key().score();
        long distinct = window.better().subList(0, before).stream()
                .map(row -> row.key().score())
                .filter(score -> !score.equals(own))
                .distinct()
                .count();
        if (best.equals(own)) {
            return RowNumbering.at(board.ranking(), best, first, ranked.place(), ranked.rank());
        }
        if (!window.wholeTies()) {
            EntryRank standing = rankings.rankBeside(board, season, best, entry);
            return RowNumbering.at(board.ranking(), best, first, standing.place(), standing.rank());
        }
        long tied = window.better().stream()
                .skip(before)
                .filter(row -> row.key().score().equals(best))
                .count();
        return RowNumbering.at(
                board.ranking(), best, first, Math.max(1, first - tied), Math.max(1, ranked.rank() - distinct));
    }

    /** The last listed entries, followed by a player after the listed positions. */
    private Listing behind(
            RankWalk tree, Board board, int season, Entry entry, EntryRank ranked, long position, int limit) {
        int others = Math.min(limit - 1, board.settings().maxSize());
        List<RankedEntry> listed = new ArrayList<>();
        if (others > 0) {
            long offset = board.settings().maxSize() - others + 1L;
            lists.list(board, season, offset, others).entries().stream()
                    .filter(row -> !row.playerId().equals(entry.playerId()))
                    .forEach(listed::add);
        }
        listed.add(new RankedEntry(
                board.ranking().of(ranked.place(), ranked.rank(), position),
                ranked.place(),
                position,
                entry.playerId(),
                entry.requireScore(),
                entry.reachedAt(),
                entry.metadata()));
        RankedEntry first = listed.get(0);
        return ListingService.listing(
                board,
                season,
                listed,
                tree.summary(),
                first.position() > 1 ? Optional.of(first) : Optional.empty(),
                Optional.empty());
    }

    /** The nearest rows on one side of a key, without an outdated row of the player that the index may still contain. */
    private List<Row> beside(
            RankWalk tree, Board board, int season, Entry entry, OrderKey key, boolean worse, int wanted) {
        int most = wanted + 1;
        OrderWalk walk =
                new OrderWalk(index, board, season, tree.shardsFrom(key.score(), worse), key, false, worse, most);
        return ListingService.take(walk, most).stream()
                .filter(row -> !row.key().playerId().equals(entry.playerId()))
                .toList();
    }
}
