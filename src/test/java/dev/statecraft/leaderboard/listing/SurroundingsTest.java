package dev.statecraft.leaderboard.listing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.MetadataService;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Windows around players, and the pages before and after them. */
class SurroundingsTest {

    private static final int PLAYERS = 9;

    private final Arena arena = new Arena();

    /** Positions 1 to 9; three share a score in the middle. */
    private Board board(String id, int maxSize) {
        BoardSettings settings = new BoardSettings(
                "",
                RankingType.SCORE,
                Order.DESCENDING,
                Operator.LAST,
                0,
                maxSize,
                1,
                null,
                null,
                List.of(),
                List.of(),
                null);
        arena.create(id, settings);
        for (int i = 1; i <= PLAYERS; i++) {
            arena.submit(id, "p" + i, i >= 4 && i <= 6 ? 50 : 100 - i * 10, 0, null);
        }
        arena.drain();
        return arena.board(id);
    }

    @Test
    void windowIsFullIfListIsLongEnough() {
        for (int maxSize : new int[] {0, 1, 5, PLAYERS}) {
            Board board = board("window_" + maxSize, maxSize);
            int listed = maxSize == 0 ? PLAYERS : maxSize;
            for (int player = 1; player <= PLAYERS; player++) {
                for (int limit : new int[] {1, 2, 3, 6, 20}) {
                    Listing around = around(board, player, limit);
                    assertEquals(
                            window(player, limit, listed),
                            around.entries().stream().map(RankedEntry::position).toList(),
                            "maxSize " + maxSize + ", player " + player + ", limit " + limit);
                    around.entries().forEach(entry -> {
                        assertEquals("p" + entry.position(), entry.playerId());
                        assertEquals(
                                entry.position() >= 4 && entry.position() <= 6 ? 4 : entry.position(), entry.rank());
                    });
                }
            }
        }
    }

    private static List<Long> window(int player, int limit, int listed) {
        if (player > listed) {
            int others = Math.min(limit - 1, listed);
            List<Long> positions = new ArrayList<>(positions(listed - others + 1, listed));
            positions.add((long) player);
            return positions;
        }
        int size = Math.min(limit, listed);
        int first = Math.max(1, Math.min(player - (limit - 1) / 2, listed - size + 1));
        return positions(first, first + size - 1);
    }

    private static List<Long> positions(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> (long) i).toList();
    }

    @Test
    void pagesInBothDirectionsContinueWithoutGapOrOverlap() {
        for (int maxSize : new int[] {0, 5}) {
            Board board = board("pages_" + maxSize, maxSize);
            for (int player : new int[] {1, 4, 5, 9}) {
                Listing window = around(board, player, 3);
                List<String> walked = new ArrayList<>(players(window));
                if (maxSize > 0 && player > maxSize) {
                    walked.remove("p" + player);
                }
                Listing page = window;
                while (page.previous().isPresent()) {
                    page = arena.lists.listBefore(board, 1, page.previous().get(), 2);
                    walked.addAll(0, players(page));
                }
                page = window;
                while (page.next().isPresent()) {
                    page = arena.lists.listAfter(board, 1, page.next().get(), 2);
                    walked.addAll(players(page));
                }
                assertEquals(
                        positions(1, maxSize == 0 ? PLAYERS : maxSize).stream()
                                .map(position -> "p" + position)
                                .toList(),
                        walked,
                        "maxSize " + maxSize + ", player " + player);
            }
        }
    }

    /** For a player after the listed positions, the previous page ends with the last listed entry. */
    @Test
    void pageBeforeUnlistedPlayerEndsWithLastListedEntry() {
        Board board = board("behind", 5);
        Listing own = around(board, 9, 1);
        assertEquals(List.of("p9"), players(own));
        Listing before = arena.lists.listBefore(board, 1, own.previous().orElseThrow(), 2);
        assertEquals(List.of("p4", "p5"), players(before));
        assertTrue(before.next().isEmpty());
    }

    /** The tree still counts the player's older score; the window is around the newest. */
    @Test
    void uncountedScoreIsInTheMiddle() {
        Board board = board("trailing", 0);
        arena.submit("trailing", "p1", 35, 0, null);
        Listing around = around(board, 1, 3);
        assertEquals(List.of("p6", "p1", "p7"), players(around));
        assertEquals(
                List.of(5L, 6L, 7L),
                around.entries().stream().map(RankedEntry::position).toList());
        assertEquals(
                List.of(3L, 6L, 7L),
                around.entries().stream().map(RankedEntry::rank).toList());
    }

    /** A change of metadata changes neither score, order nor rank tree. */
    @Test
    void metadataChangesWithoutScore() {
        Board board = board("annotated", 0);
        Entry before = arena.entries.read(board, 1, "p5");
        MetadataService.Result result = arena.metadata.change(Arena.GAME, "annotated", "p5", "{\"skin\":1}");
        Entry changed = ((MetadataService.Changed) result).entry();
        assertEquals(changed, arena.entries.read(board, 1, "p5"));
        assertEquals("{\"skin\":1}", changed.metadata());
        assertEquals(before.score(), changed.score());
        assertEquals(before.reachedAt(), changed.reachedAt());
        assertEquals(before.receipts(), changed.receipts());
        assertEquals(4, arena.rankings.rank(board, 1, changed).rank());
        assertEquals(PLAYERS, arena.rankings.rank(board, 1, changed).total());
        arena.drain();
        assertEquals(4, arena.rankings.rank(board, 1, changed).rank());
        assertEquals(3, arena.rankings.rank(board, 1, changed).ties());
        assertEquals(PLAYERS, arena.rankings.rank(board, 1, changed).total());
        assertEquals(0, arena.audits.audit(board, 1).drift());
        assertEquals(List.of("p4", "p5", "p6"), players(arena.lists.list(board, 1, 4, 3)));
        assertEquals(
                "{\"skin\":1}",
                arena.lists.list(board, 1, 5, 1).entries().get(0).metadata());
        MetadataService.Result again = arena.metadata.change(Arena.GAME, "annotated", "p5", "{\"skin\":1}");
        assertEquals(changed, ((MetadataService.Changed) again).entry(), "nothing is written");
        assertTrue(arena.metadata.change(Arena.GAME, "annotated", "nobody", null) instanceof MetadataService.NoEntry);
        assertTrue(arena.metadata.change(Arena.GAME, "nowhere", "p5", null) instanceof MetadataService.NoBoard);
        arena.submit("annotated", "p5", 45, 0, null);
        assertEquals("{\"skin\":1}", arena.entries.read(board, 1, "p5").metadata());
    }

    private Listing around(Board board, int player, int limit) {
        return arena.surroundings.around(board, 1, arena.entries.read(board, 1, "p" + player), limit);
    }

    private static List<String> players(Listing listing) {
        return listing.entries().stream().map(RankedEntry::playerId).toList();
    }
}
