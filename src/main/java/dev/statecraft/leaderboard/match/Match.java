package dev.statecraft.leaderboard.match;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.leaderboard.entry.MatchRecord.Change;
import dev.statecraft.leaderboard.entry.RatingState;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.rating.Rating;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.rating.RatingSystem.Estimate;
import dev.statecraft.rating.Team;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a match: who played and how the teams finished.
 *
 * @param matchId unique on the board; a repeated id names the same match
 * @param sides at least two; no player is on more than one
 */
public record Match(String matchId, List<Side> sides) {

    /** A team and its finishing place: 1 is the best, and teams that drew have the same place. */
    public record Side(List<String> players, int place) {}

    /**
     * The effect of a match on its players.
     *
     * @param entries the entries to write, in the order of {@link #players}
     * @param record the record of the match that is stored
     */
    public record Outcome(List<Entry> entries, MatchRecord record) {}

    /** All players in the order of the request, team by team. */
    public List<String> players() {
        return sides.stream().flatMap(side -> side.players.stream()).toList();
    }

    /** Hash of the teams and places, to recognize a repeated match id with a different body. */
    public long body() {
        StringBuilder canonical = new StringBuilder();
        for (Side side : sides) {
            canonical.append(side.place).append('\n');
            side.players.forEach(player -> canonical.append(player).append('\n'));
            canonical.append('\n');
        }
        return Receipt.idOf(canonical.toString());
    }

    /**
     * Computes the new ratings and entries.
     *
     * @param entries the current entry of every player by player id; a missing entry is a new player
     * @param season the season that the match belongs to
     * @param now Unix time in milliseconds
     */
    public Outcome rate(
            Board board,
            RatingSystem system,
            int season,
            Map<String, Entry> entries,
            long now,
            Receipt.Retention retention) {
        List<Team> teams = sides.stream()
                .map(side -> new Team(
                        side.players.stream()
                                .map(player -> before(system, entry(entries, player), now)
                                        .rating())
                                .toList(),
                        side.place))
                .toList();
        List<List<Rating>> rated = system.rate(teams, now);
        List<Entry> written = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            Side side = sides.get(i);
            long better =
                    sides.stream().filter(other -> other.place < side.place).count();
            long equal =
                    sides.stream().filter(other -> other.place == side.place).count() - 1;
            for (int m = 0; m < side.players.size(); m++) {
                Entry entry = entry(entries, side.players.get(m));
                RatingState before = before(system, entry, now);
                RatingState after = before.after(rated.get(i).get(m), better, equal);
                Score old = entry.score();
                Estimate shown = system.estimate(after.rating(), now);
                long oldValue = old == null
                        ? units(board, system.estimate(before.rating(), now).shown())
                        : old.value();
                long newValue = units(board, shown.shown());
                written.add(written(board, season, entry, after, newValue, now, retention));
                changes.add(new Change(oldValue, newValue, shown.deviation()));
            }
        }
        return new Outcome(written, new MatchRecord(matchId, body(), season, now, List.copyOf(changes)));
    }

    private Entry written(
            Board board,
            int season,
            Entry entry,
            RatingState rated,
            long newValue,
            long now,
            Receipt.Retention retention) {
        Score old = entry.score();
        Score next = new Score(newValue, 0);
        boolean changed = !next.equals(old);
        boolean improved = old == null || board.order().better(next, old);
        long at = entry.nextWriteAt(now);
        Receipt receipt = new Receipt(
                Receipt.idOf(matchId),
                (int) body(),
                old == null ? 0 : old.value(),
                next,
                at,
                old == null,
                improved,
                false);
        Entry played = entry.next(
                next,
                changed ? at : entry.reachedAt(),
                board.generation(season),
                entry.metadata(),
                receipt,
                retention,
                rated,
                null);
        return played.withAttempts(board.settings().terms().afterAttempt(entry.attempts()));
    }

    private static RatingState before(RatingSystem system, Entry entry, long now) {
        @Nullable RatingState rated = entry.rated();
        return rated == null ? new RatingState(system.initialRating(now), 0, 0, 0) : rated;
    }

    private static Entry entry(Map<String, Entry> entries, String player) {
        return entries.getOrDefault(player, Entry.none(player));
    }

    private static long units(Board board, double shown) {
        long units = Math.round(shown * Math.pow(10, board.settings().decimals()));
        return Math.max(-Score.LIMIT, Math.min(Score.LIMIT, units));
    }
}
