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
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Threads;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.GroupCommit;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Rates matches: all players of a match or none, each match exactly once. */
@ApplicationScoped
public class MatchService {

    /** Maximum players of a match: the number of entries that one transaction can write. */
    public static final int MOST_PLAYERS = MatchStore.MOST_ITEMS;

    private static final long CONTENTION_MILLIS = 2;
    private static final Attempt BUSY = new Attempt(new Busy(), List.of());

    private final BoardService boards;
    private final EntryStore entries;
    private final MatchWriter writer;
    private final CombinedMatches others;
    private final RankingService rankings;
    private final LeaderboardConfig config;
    private final RecentWrites recent;
    private final GroupCommit<BoardKey, Arrival, Attempt> groups;
    private final Backoff backoff;

    public MatchService(
            BoardService boards,
            EntryStore entries,
            MatchWriter writer,
            CombinedMatches others,
            RankingService rankings,
            LeaderboardConfig config,
            RecentWrites recent,
            Backoff backoff,
            Threads threads) {
        this.boards = boards;
        this.entries = entries;
        this.writer = writer;
        this.others = others;
        this.rankings = rankings;
        this.config = config;
        this.recent = recent;
        this.backoff = backoff;
        this.groups = new GroupCommit<>(
                new GroupCommit.Limits(
                        config.queue().waiting(),
                        MatchStore.MOST_ITEMS,
                        config.queue().patience()),
                arrival -> arrival.match().players().size() + 1,
                (group, previous) -> rateGroup(group),
                threads);
    }

    /** The board whose groups of matches are rated sequentially. */
    private record BoardKey(String game, String board) {}

    /** The match of one request, and the board that the request read. */
    private record Arrival(Board board, Match match) {}

    /**
     * Rates a match of up to {@link #MOST_PLAYERS} players. If another instance writes one of the entries concurrently,
     * the entries are read again and the match is computed again. Matches of the board that arrive in this instance
     * during a transaction are rated together in the next one.
     *
     * <p>Cost: one strongly consistent batch read of the entries and one transaction; three small requests more for a
     * match of exactly {@link #MOST_PLAYERS} players. With {@code ranked}, one batch read or more for the ranks.
     */
    public MatchResult rate(String game, String boardId, Match match, boolean ranked) {
        Optional<Board> found = boards.find(game, boardId);
        if (found.isEmpty()) {
            return new NoBoard();
        }
        Attempt done = groups.submit(new BoardKey(game, boardId), new Arrival(found.get(), match))
                .orElse(BUSY);
        MatchResult result = Objects.requireNonNull(done.result());
        return ranked && result instanceof Taken taken ? rank(taken, match, done.written()) : result;
    }

    /** Rates matches in order of arrival, with the newest version of the board that any of the requests has read. */
    private List<Attempt> rateGroup(List<Arrival> group) {
        Board board = group.stream()
                .map(Arrival::board)
                .max(Comparator.comparingLong(Board::version))
                .orElseThrow();
        List<Match> requested = group.stream().map(Arrival::match).toList();
        Map<String, MatchRecord> known = new HashMap<>();
        Deadline until = backoff.deadline(config.queue().patience());
        boolean combined = false;
        for (int attempt = 0; attempt < config.writeAttempts() && !until.passed(); attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            RatingSystem system = board.settings().rating();
            if (system == null) {
                return all(requested, new NotRated());
            }
            Terms.Status status = boards.status(board);
            if (status != Terms.Status.OPEN) {
                return replays(board, requested, new NotOpen(board, status));
            }
            if (!board.scored()) {
                Optional<Board> marked = boards.markScored(board, false);
                if (marked.isEmpty()) {
                    boolean deleted = boards.read(board.game(), board.id()).isEmpty();
                    return all(requested, deleted ? new NoBoard() : new Busy());
                }
                board = marked.get();
                continue;
            }
            if (!combined && others.isBusy(board)) {
                combined = true;
                Optional<List<Attempt>> done = others.submit(board, requested);
                if (done.isPresent()) {
                    remember(done.get());
                    return done.get();
                }
            }
            boolean full = requested.get(0).players().size() >= MatchStore.MOST_ITEMS;
            List<Attempt> tried = full
                    ? List.of(writer.rateAnnounced(board, system, requested.get(0)))
                    : writer.rateTogether(board, system, requested, known);
            if (tried.get(0).result() != null) {
                remember(tried);
                return tried;
            }
            others.collided(board);
        }
        return all(requested, new Busy());
    }

    /** Results of matches on a board that accepts none now: the earlier result where a match was rated before. */
    private List<Attempt> replays(Board board, List<Match> group, MatchResult refusal) {
        return group.stream()
                .map(match -> new Attempt(writer.earlierResult(board, match).orElse(refusal), List.of()))
                .toList();
    }

    private static List<Attempt> all(List<Match> group, MatchResult result) {
        return group.stream().map(match -> new Attempt(result, List.of())).toList();
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
