package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.OrderIndexStore;
import dev.statecraft.leaderboard.entry.OrderIndexStore.Row;
import dev.statecraft.leaderboard.entry.OrderKey;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.OrderWalk;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.rank.RankWalk;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.rank.TiePositions;
import dev.statecraft.leaderboard.settings.Score;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lists the entries around a player. The window has the requested number of entries if the board lists that many. The
 * player is in the middle; near an end of the list the window is shifted and not cut. A player after the listed positions
 * follows the last listed entries.
 */
@ApplicationScoped
public class SurroundingsService {

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
     * Lists the entries around a player. Cost: two queries and two batch reads for ranks at any size of the board, and the
     * cost of {@link TiePositions} inside a tie.
     *
     * @param entry the player's entry, which has a score
     * @param limit maximum number of entries including the player's
     */
    public Listing around(Board board, int season, Entry entry, int limit) {
        RankWalk tree = new RankWalk(ranks, board, season);
        EntryRank ranked = rankings.rank(board, season, entry);
        long position = lists.position(board, season, entry, ranked);
        if (!board.lists(position)) {
            return behind(tree, board, season, entry, ranked, position, limit);
        }
        List<Row> better = beside(tree, board, season, entry, false, limit);
        List<Row> worse = beside(tree, board, season, entry, true, limit);
        // The index and the tree may briefly differ: keep the window between position 1 and the last listed position.
        int mostBefore = (int) Math.min(better.size(), position - 1);
        int mostAfter = board.settings().maxSize() == 0
                ? worse.size()
                : (int) Math.min(worse.size(), board.settings().maxSize() - position);
        int before = Math.min(Math.min(mostBefore, limit - 1), Math.max((limit - 1) / 2, limit - 1 - mostAfter));
        int after = Math.min(mostAfter, limit - 1 - before);
        List<Row> rows = new ArrayList<>();
        for (int i = before - 1; i >= 0; i--) {
            rows.add(better.get(i));
        }
        rows.add(new Row(entry.orderKey(), entry.metadata()));
        rows.addAll(worse.subList(0, after));
        Score best = rows.get(0).key().score();
        EntryRank first = before == 0 ? ranked : rankings.rankBeside(board, season, best, entry);
        RowNumbering numbers = RowNumbering.at(board.ranking(), best, position - before, first.place(), first.rank());
        List<RankedEntry> listed = ListingService.numbered(numbers, rows);
        return ListingService.listing(
                board,
                season,
                listed,
                tree.summary(),
                position - before > 1 ? Optional.of(listed.get(0)) : Optional.empty(),
                mostAfter > after ? Optional.of(listed.get(listed.size() - 1)) : Optional.empty());
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
                ranked.rank(),
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

    /** The nearest rows on one side, without an outdated row of the player that the index may still contain. */
    private List<Row> beside(RankWalk tree, Board board, int season, Entry entry, boolean worse, int limit) {
        OrderKey own = entry.orderKey();
        int most = limit + 1;
        OrderWalk walk =
                new OrderWalk(index, board, season, tree.shardsFrom(own.score(), worse), own, false, worse, most);
        return ListingService.take(walk, most).stream()
                .filter(row -> !row.key().playerId().equals(entry.playerId()))
                .toList();
    }
}
