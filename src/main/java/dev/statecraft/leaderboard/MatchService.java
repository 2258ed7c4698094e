package dev.statecraft.leaderboard;

import dev.statecraft.leaderboard.Match.Outcome;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.GroupCommit;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rates the players of a match, all of them or none, and every match once. */
@ApplicationScoped
public class MatchService {

    /** Most players in a match: so many entries can be written in one transaction. */
    public static final int MOST_PLAYERS = MatchStore.MOST_ITEMS;

    private static final long CONTENTION_MILLIS = 2;

    private final BoardService boards;
    private final EntryStore entries;
    private final MatchStore matches;
    private final RankingService rankings;
    private final LeaderboardConfig config;
    private final RecentWrites recent;
    private final Clock clock;
    private final GroupCommit<Place, Arrival, Try> groups;

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
    public record Taken(Board board, MatchRecord match, boolean replayed, Map<String, EntryRank> ranks)
            implements Result {}

    /** How a try ended: a result and the entries written, or no result if another writer won the race. */
    private record Try(@Nullable Result result, List<Entry> written) {}

    private static final Try OVERTAKEN = new Try(null, List.of());
    private static final Try BUSY = new Try(new Busy(), List.of());

    /**
     * Rates a match of up to {@link #MOST_PLAYERS} players. A strongly consistent read of their entries and one
     * transaction; for exactly as many players three small requests more. With {@code ranked} a batch read or a few
     * for the ranks. If another instance writes one of the entries in between, all is read and computed again. Matches
     * of the board that arrive in this instance during a transaction are rated together in the next one.
     */
    public Result rate(String game, String boardId, Match match, boolean ranked) {
        Optional<Board> found = boards.find(game, boardId);
        if (found.isEmpty()) {
            return new NoBoard();
        }
        Try done = groups.submit(new Place(game, boardId), new Arrival(found.get(), match))
                .orElse(BUSY);
        Result result = Objects.requireNonNull(done.result());
        return ranked && result instanceof Taken taken ? rank(taken, match, done.written()) : result;
    }

    /** Rates matches in order of arrival, on the latest board that any of them has seen. */
    private List<Try> rateGroup(List<Arrival> group) {
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
            List<Try> tried = full
                    ? List.of(rateAnnounced(board, system, matching.get(0)))
                    : rateTogether(board, system, matching, known);
            if (tried.get(0).result() != null) {
                remember(tried);
                return tried;
            }
        }
        return all(matching, new Busy());
    }

    /** The results of matches that were rated before, on a board that takes none now. */
    private List<Try> replays(Board board, List<Match> matching, Result refusal) {
        return matching.stream()
                .map(match -> new Try(standing(board, match).orElse(refusal), List.of()))
                .toList();
    }

    private static List<Try> all(List<Match> matching, Result end) {
        return matching.stream().map(match -> new Try(end, List.of())).toList();
    }

    /**
     * The entries and the records fit into one transaction. Each match is computed from what the one before it left.
     *
     * @param known records of these matches that were found; those found now are added
     */
    private List<Try> rateTogether(
            Board board, RatingSystem system, List<Match> matching, Map<String, MatchRecord> known) {
        int season = board.season();
        List<Match> open = matching.stream()
                .filter(match -> !known.containsKey(match.matchId()))
                .toList();
        Map<String, Entry> current = entries.readAll(
                board,
                season,
                open.stream()
                        .flatMap(match -> match.players().stream())
                        .distinct()
                        .toList());
        confirmCarried(board, current);
        Map<String, Entry> next = new LinkedHashMap<>(current);
        Map<String, MatchRecord> records = new LinkedHashMap<>();
        Map<Match, Result> refused = new HashMap<>();
        for (Match match : open) {
            if (records.containsKey(match.matchId()) || refused.containsKey(match)) {
                continue;
            }
            Optional<Result> exhausted = exhausted(board, match, next);
            if (exhausted.isPresent()) {
                refused.put(match, exhausted.get());
            } else {
                Outcome outcome = outcome(board, system, match, season, next);
                outcome.entries().forEach(entry -> next.put(entry.playerId(), entry));
                records.put(match.matchId(), outcome.record());
            }
        }
        if (!records.isEmpty()) {
            List<MatchStore.Replaced> replaced = new ArrayList<>();
            next.forEach((player, entry) -> {
                long before = current.getOrDefault(player, Entry.none(player)).version();
                if (entry.version() != before) {
                    replaced.add(new MatchStore.Replaced(entry, before));
                }
            });
            MatchStore.Writing writing =
                    matches.write(board, season, replaced, List.copyOf(records.values()), config.matchesKept());
            if (writing instanceof MatchStore.Known found) {
                found.matches().forEach(record -> known.put(record.matchId(), record));
            }
            if (!(writing instanceof MatchStore.Written)) {
                return List.of(OVERTAKEN);
            }
        }
        List<Try> done = new ArrayList<>();
        for (Match match : matching) {
            Result refusal = refused.get(match);
            MatchRecord record = refusal == null ? records.remove(match.matchId()) : null;
            if (refusal != null) {
                done.add(new Try(refusal, List.of()));
            } else if (record == null) {
                done.add(new Try(known(board, match, Objects.requireNonNull(known.get(match.matchId()))), List.of()));
            } else {
                known.put(match.matchId(), record);
                List<Entry> written = match.players().stream()
                        .map(player -> next.getOrDefault(player, Entry.none(player)))
                        .toList();
                done.add(new Try(new Taken(board, record, false, Map.of()), written));
            }
        }
        return done;
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
                board,
                MatchRecord.announced(match.matchId(), match.body(), board.season(), clock.millis()),
                config.matchesKept());
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
        List<MatchStore.Replaced> replaced = written.stream()
                .map(entry -> new MatchStore.Replaced(entry, entry.version() - 1))
                .toList();
        if (matches.write(board, season, replaced, List.of(), config.matchesKept()) instanceof MatchStore.Overtaken) {
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

    private void remember(List<Try> tried) {
        for (Try one : tried) {
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
