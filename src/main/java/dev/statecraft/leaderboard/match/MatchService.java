package dev.statecraft.leaderboard.match;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.leaderboard.match.MatchResult.Busy;
import dev.statecraft.leaderboard.match.MatchResult.NoBoard;
import dev.statecraft.leaderboard.match.MatchResult.NotOpen;
import dev.statecraft.leaderboard.match.MatchResult.NotRated;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.leaderboard.match.MatchWriter.Attempt;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.rank.RecentWrites;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.GroupCommit;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Rates the players of a match, all of them or none, and every match once. */
@ApplicationScoped
public class MatchService {

    /** Most players in a match: so many entries can be written in one transaction. */
    public static final int MOST_PLAYERS = MatchStore.MOST_ITEMS;

    private static final long CONTENTION_MILLIS = 2;
    private static final Attempt BUSY = new Attempt(new Busy(), List.of());

    private final BoardService boards;
    private final EntryStore entries;
    private final MatchWriter writer;
    private final RankingService rankings;
    private final LeaderboardConfig config;
    private final RecentWrites recent;
    private final GroupCommit<Place, Arrival, Attempt> groups;

    public MatchService(
            BoardService boards,
            EntryStore entries,
            MatchWriter writer,
            RankingService rankings,
            LeaderboardConfig config,
            RecentWrites recent) {
        this.boards = boards;
        this.entries = entries;
        this.writer = writer;
        this.rankings = rankings;
        this.config = config;
        this.recent = recent;
        this.groups = new GroupCommit<>(
                new GroupCommit.Limits(
                        config.queue().waiting(),
                        MatchStore.MOST_ITEMS,
                        config.queue().patience()),
                arrival -> arrival.match().players().size() + 1,
                (group, previous) -> rateGroup(group));
    }

    /** The board whose matches are rated one group after the other. */
    private record Place(String game, String board) {}

    /** A match as a request brings it, and the board as the request read it. */
    private record Arrival(Board board, Match match) {}

    /**
     * Rates a match of up to {@link #MOST_PLAYERS} players. A strongly consistent read of their entries and one
     * transaction; for exactly as many players three small requests more. With {@code ranked} a batch read or a few
     * for the ranks. If another instance writes one of the entries in between, all is read and computed again. Matches
     * of the board that arrive in this instance during a transaction are rated together in the next one.
     */
    public MatchResult rate(String game, String boardId, Match match, boolean ranked) {
        Optional<Board> found = boards.find(game, boardId);
        if (found.isEmpty()) {
            return new NoBoard();
        }
        Attempt done = groups.submit(new Place(game, boardId), new Arrival(found.get(), match))
                .orElse(BUSY);
        MatchResult result = Objects.requireNonNull(done.result());
        return ranked && result instanceof Taken taken ? rank(taken, match, done.written()) : result;
    }

    /** Rates matches in order of arrival, on the latest board that any of them has seen. */
    private List<Attempt> rateGroup(List<Arrival> group) {
        Board board = group.stream()
                .map(Arrival::board)
                .max(Comparator.comparingLong(Board::version))
                .orElseThrow();
        List<Match> matching = group.stream().map(Arrival::match).toList();
        Map<String, MatchRecord> known = new HashMap<>();
        long until = System.nanoTime() + config.queue().patience().toNanos();
        for (int attempt = 0; attempt < config.writeAttempts() && System.nanoTime() < until; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            RatingSystem system = board.settings().rating();
            if (system == null) {
                return all(matching, new NotRated());
            }
            Terms.Status status = boards.status(board);
            if (status != Terms.Status.OPEN) {
                return replays(board, matching, new NotOpen(board, status));
            }
            if (!board.scored()) {
                Optional<Board> marked = boards.mark(board, false);
                if (marked.isEmpty()) {
                    boolean gone = boards.read(board.game(), board.id()).isEmpty();
                    return all(matching, gone ? new NoBoard() : new Busy());
                }
                board = marked.get();
                continue;
            }
            boolean full = matching.get(0).players().size() >= MatchStore.MOST_ITEMS;
            List<Attempt> tried = full
                    ? List.of(writer.rateAnnounced(board, system, matching.get(0)))
                    : writer.rateTogether(board, system, matching, known);
            if (tried.get(0).result() != null) {
                remember(tried);
                return tried;
            }
        }
        return all(matching, new Busy());
    }

    /** The results of matches that were rated before, on a board that takes none now. */
    private List<Attempt> replays(Board board, List<Match> matching, MatchResult refusal) {
        return matching.stream()
                .map(match -> new Attempt(writer.standing(board, match).orElse(refusal), List.of()))
                .toList();
    }

    private static List<Attempt> all(List<Match> matching, MatchResult end) {
        return matching.stream().map(match -> new Attempt(end, List.of())).toList();
    }

    private void remember(List<Attempt> tried) {
        for (Attempt one : tried) {
            if (one.result() instanceof Taken taken
                    && taken.match().season() == taken.board().season()) {
                one.written().forEach(entry -> recent.add(taken.board(), entry));
            }
        }
    }

    private Taken rank(Taken taken, Match match, List<Entry> written) {
        int season = taken.match().season();
        List<Entry> scored = (written.isEmpty()
                        ? entries.readAll(taken.board(), season, match.players())
                                .values()
                        : written)
                .stream().filter(entry -> entry.score() != null).toList();
        List<EntryRank> ranks = rankings.rankTogether(taken.board(), season, scored);
        Map<String, EntryRank> byPlayer = new HashMap<>();
        for (int i = 0; i < ranks.size(); i++) {
            byPlayer.put(scored.get(i).playerId(), ranks.get(i));
        }
        return new Taken(taken.board(), taken.match(), taken.replayed(), byPlayer);
    }
}
