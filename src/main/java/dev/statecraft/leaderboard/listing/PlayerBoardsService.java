package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.BoardStore;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.rank.RankingService.Standings;
import dev.statecraft.table.Parallel;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds a player's entries on many boards. Cost: 1 RCU for each board that is read; one round trip reads 100 boards.
 */
@ApplicationScoped
public class PlayerBoardsService {

    private final BoardService boards;
    private final EntryStore entries;
    private final Parallel parallel;

    PlayerBoardsService(BoardService boards, EntryStore entries, Parallel parallel) {
        this.boards = boards;
        this.entries = entries;
        this.parallel = parallel;
    }

    /**
     * A page of boards, each with the player's entry in the current season.
     *
     * @param next id of the board that the next page starts after; null on the last page
     */
    public record Page(List<Standings> standings, @Nullable String next) {}

    /**
     * The boards of a game on which the player has an entry, ordered by id.
     *
     * @param afterBoard id of the board to start after; null for the first page
     * @param limit maximum number of boards that are read; the player may have no entry on some of them
     */
    public Page page(String game, String playerId, @Nullable String afterBoard, int limit) {
        BoardStore.BoardPage page = boards.list(game, afterBoard, limit);
        List<Board> current = current(
                game,
                page.boards().stream()
                        .map(board -> boards.isDue(board) ? Optional.<Board>empty() : Optional.of(board))
                        .toList(),
                page.boards().stream().map(Board::id).toList());
        return new Page(scored(standings(current, playerId)), page.next());
    }

    /**
     * The named boards in the given order, without boards that do not exist.
     *
     * @param unranked whether boards on which the player has no entry are included
     */
    public Page named(String game, String playerId, Collection<String> ids, boolean unranked) {
        List<String> names = List.copyOf(ids);
        List<Board> current =
                current(game, names.stream().map(id -> Optional.<Board>empty()).toList(), names);
        List<Standings> found = standings(current, playerId);
        return new Page(unranked ? found : scored(found), null);
    }

    /** The boards with their current season. Boards that are not cached are read. Cost: at most 1 RCU for each. */
    private List<Board> current(String game, List<Optional<Board>> given, List<String> ids) {
        List<Callable<Optional<Board>>> reads = IntStream.range(0, ids.size())
                .mapToObj(i -> (Callable<Optional<Board>>)
                        () -> given.get(i).isPresent() ? given.get(i) : boards.find(game, ids.get(i)))
                .toList();
        return parallel.all(reads).stream().flatMap(Optional::stream).toList();
    }

    private List<Standings> standings(List<Board> current, String playerId) {
        List<Entry> found = entries.readAcross(current, playerId);
        return IntStream.range(0, current.size())
                .mapToObj(i -> new Standings(current.get(i), found.get(i)))
                .toList();
    }

    private static List<Standings> scored(List<Standings> standings) {
        return standings.stream().filter(one -> one.entry().score() != null).toList();
    }
}
