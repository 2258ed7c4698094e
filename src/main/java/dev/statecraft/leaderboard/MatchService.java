package dev.statecraft.leaderboard;

import dev.statecraft.leaderboard.Match.Outcome;
import dev.statecraft.leaderboard.RankingService.Ranked;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rates the players of a match, all of them or none, and every match once. */
@ApplicationScoped
public class MatchService {

    /** Most players in a match: so many entries can be written in one transaction. */
    public static final int MOST_PLAYERS = MatchStore.MOST_ITEMS;

    private static final long CONTENTION_MILLIS = 5;

    private final BoardService boards;
    private final EntryStore entries;
    private final MatchStore matches;
    private final RankingService rankings;
    private final LeaderboardConfig config;
    private final RecentWrites recent;
    private final Clock clock;

    MatchService(
            BoardService boards,
            EntryStore entries,
            MatchStore matches,
            RankingService rankings,
            LeaderboardConfig config,
            RecentWrites recent,
            Clock clock) {
        this.boards = boards;
        this.entries = entries;
        this.matches = matches;
        this.rankings = rankings;
        this.config = config;
        this.recent = recent;
        this.clock = clock;
    }

    /** How a match ended; in order of precedence. */
    public sealed interface Result {}

    /** There is no such board. */
    public record NoBoard() implements Result {}

    /** The board is not rated by matches. */
    public record NotRated() implements Result {}

    /** The match id was used for another match. */
    public record Mismatch() implements Result {}

    /** The board has not started, or has closed for good: it takes nothing. */
    public record NotOpen(Board board, Terms.Status status) implements Result {}

    /** A player of the match has played all matches that the board takes in a season. */
    public record Exhausted(Board board, String playerId, int attempts) implements Result {}

    /** Others wrote the entries of its players all the time. */
    public record Busy() implements Result {}

    /**
     * The match is rated, exactly once.
     *
     * @param match what it did
     * @param replayed whether it had been rated before
     * @param ranks where the players stand now; none if that was not asked for or an entry is gone
     */
    public record Taken(Board board, MatchRecord match, boolean replayed, Map<String, Ranked> ranks)
            implements Result {}

    /** How a try ended: a result, or nothing if others were faster. */
    private record Try(@Nullable Result result, List<Entry> written) {}

    private static final Try OVERTAKEN = new Try(null, List.of());

    /**
     * Rates a match of up to {@link #MOST_PLAYERS} players. A strongly consistent read of their entries and one
     * transaction; for exactly as many players three small requests more. With {@code ranked} a batch read or a few
     * for the ranks. If others write one of the entries meanwhile, all is read and reckoned again.
     */
    public Result rate(String game, String boardId, Match match, boolean ranked) {
        Optional<Board> found = boards.find(game, boardId);
        if (found.isEmpty()) {
            return new NoBoard();
        }
        Board board = found.get();
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            RatingSystem system = board.settings().rating();
            if (system == null) {
                return new NotRated();
            }
            Terms.Status status = boards.status(board);
            boolean open = status == Terms.Status.OPEN;
            if (open && !board.scored()) {
                Optional<Board> marked = boards.mark(board, false);
                if (marked.isEmpty()) {
                    return boards.read(game, boardId).isEmpty() ? new NoBoard() : new Busy();
                }
                board = marked.get();
                continue;
            }
            Try tried;
            if (open) {
                tried = match.players().size() < MatchStore.MOST_ITEMS
                        ? rateTogether(board, system, match)
                        : rateAnnounced(board, system, match);
            } else {
                tried = new Try(standing(board, match).orElse(new NotOpen(board, status)), List.of());
            }
            if (tried.result() instanceof Taken taken) {
                remember(taken, tried.written());
                return ranked ? rank(taken, match, tried.written()) : taken;
            }
            if (tried.result() != null) {
                return tried.result();
            }
        }
        return new Busy();
    }

    /** The entries and the record fit into one transaction. */
    private Try rateTogether(Board board, RatingSystem system, Match match) {
        int season = board.season();
        Map<String, Entry> current = entries.readAll(board, season, match.players());
        Optional<Result> exhausted = exhausted(board, match, current);
        if (exhausted.isPresent()) {
            return new Try(exhausted.get(), List.of());
        }
        confirmCarried(board, current);
        Outcome outcome = outcome(board, system, match, season, current);
        MatchStore.Writing writing =
                matches.write(board, season, outcome.entries(), outcome.record(), config.matchesKept());
        if (writing instanceof MatchStore.Known known) {
            return new Try(known(board, match, known.match()), List.of());
        }
        return writing instanceof MatchStore.Written
                ? new Try(new Taken(board, outcome.record(), false, Map.of()), outcome.entries())
                : OVERTAKEN;
    }

    /**
     * The entries alone fill the transaction. The record is announced first, and with it the season, so that whoever
     * tries again writes the same entries and the loser fails on their versions. The first player's entry carries the
     * finished record until that stands in its place; whoever writes the entry before confirms it. So a match that is
     * not confirmed and not carried was not rated, provided the record is read after the entry.
     */
    private Try rateAnnounced(Board board, RatingSystem system, Match match) {
        if (board.settings().terms().maxAttempts() > 0) {
            // A match that is refused announces nothing.
            Optional<Result> exhausted =
                    exhausted(board, match, entries.readAll(board, board.season(), match.players()));
            if (exhausted.isPresent()) {
                return new Try(exhausted.get(), List.of());
            }
        }
        MatchRecord announced = matches.announce(
                board, MatchRecord.announced(match, board.season(), clock.millis()), config.matchesKept());
        if (announced.body() != match.body() || announced.done()) {
            return new Try(known(board, match, announced), List.of());
        }
        int season = announced.season();
        Map<String, Entry> current = entries.readAll(board, season, match.players());
        Optional<MatchRecord> standing = matches.read(board, match.matchId());
        if (standing.isEmpty()) {
            return OVERTAKEN;
        }
        if (standing.get().done()) {
            return new Try(known(board, match, standing.get()), List.of());
        }
        confirmCarried(board, current);
        String first = match.players().get(0);
        MatchRecord carried = current.getOrDefault(first, Entry.none(first)).carried();
        if (carried != null && carried.matchId().equals(match.matchId())) {
            return new Try(known(board, match, carried), List.of());
        }
        Optional<Result> exhausted = exhausted(board, match, current);
        if (exhausted.isPresent()) {
            return new Try(exhausted.get(), List.of());
        }
        Outcome outcome = outcome(board, system, match, season, current);
        List<Entry> written = new ArrayList<>(outcome.entries());
        written.set(0, written.get(0).carrying(outcome.record()));
        if (matches.write(board, season, written, null, config.matchesKept()) instanceof MatchStore.Overtaken) {
            return OVERTAKEN;
        }
        matches.confirm(board, outcome.record(), config.matchesKept());
        return new Try(new Taken(board, outcome.record(), false, Map.of()), written);
    }

    /** What the entries carry along is dropped when they are written, so it has to stand in its place before. */
    private void confirmCarried(Board board, Map<String, Entry> current) {
        for (Entry entry : current.values()) {
            MatchRecord carried = entry.carried();
            if (carried != null) {
                matches.confirm(board, carried, config.matchesKept());
            }
        }
    }

    /** The result of a match that was rated before; nothing if it was not. 1 RCU, or 3 if it was only announced. */
    private Optional<Result> standing(Board board, Match match) {
        Optional<MatchRecord> standing = matches.read(board, match.matchId());
        if (standing.isPresent() && !standing.get().done() && standing.get().body() == match.body()) {
            String first = match.players().get(0);
            MatchRecord carried =
                    entries.read(board, standing.get().season(), first).carried();
            // The record is read again after the entry: it may have been confirmed, and no longer be carried.
            standing = carried != null && carried.matchId().equals(match.matchId())
                    ? Optional.of(carried)
                    : matches.read(board, match.matchId()).filter(MatchRecord::done);
        }
        return standing.map(record -> known(board, match, record));
    }

    /** The refusal of a match one of whose players has no attempt left, unless it was rated before; else nothing. */
    private Optional<Result> exhausted(Board board, Match match, Map<String, Entry> current) {
        Terms terms = board.settings().terms();
        return match.players().stream()
                .map(player -> current.getOrDefault(player, Entry.none(player)))
                .filter(entry -> terms.exhaustedBy(entry.attempts()))
                .findFirst()
                .map(entry -> standing(board, match).orElse(new Exhausted(board, entry.playerId(), entry.attempts())));
    }

    private Outcome outcome(Board board, RatingSystem system, Match match, int season, Map<String, Entry> current) {
        LeaderboardConfig.Receipts receipts = config.receipts();
        return match.on(
                board,
                system,
                season,
                current,
                clock.millis(),
                new Receipt.Retention(receipts.least(), receipts.most(), receipts.window()));
    }

    private static Result known(Board board, Match match, MatchRecord known) {
        return known.body() == match.body() ? new Taken(board, known, true, Map.of()) : new Mismatch();
    }

    private void remember(Taken taken, List<Entry> written) {
        if (taken.match().season() == taken.board().season()) {
            written.forEach(entry -> recent.add(taken.board(), entry));
        }
    }

    private Taken rank(Taken taken, Match match, List<Entry> written) {
        int season = taken.match().season();
        List<Entry> scored = (written.isEmpty()
                        ? entries.readAll(taken.board(), season, match.players())
                                .values()
                        : written)
                .stream().filter(entry -> entry.score() != null).toList();
        List<Ranked> ranks = rankings.rankTogether(taken.board(), season, scored);
        Map<String, Ranked> byPlayer = new HashMap<>();
        for (int i = 0; i < ranks.size(); i++) {
            byPlayer.put(scored.get(i).playerId(), ranks.get(i));
        }
        return new Taken(taken.board(), taken.match(), taken.replayed(), byPlayer);
    }
}
