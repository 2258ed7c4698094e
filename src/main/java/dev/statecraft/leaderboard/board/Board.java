package dev.statecraft.leaderboard.board;

import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.settings.Terms;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A leaderboard: what it ranks, how, and which season it is in.
 *
 * @param game the game it belongs to
 * @param id unique in the game
 * @param epoch counts how often a board with this id was created before
 * @param seasons how its seasons go
 * @param history what of its past is kept
 * @param generations by season, the generation of the rank tree that writes are counted in; 0 where none is named
 * @param mending the season whose tree is being replaced, null when none is
 * @param scored whether anything was ever submitted: type, order, operator and decimals are fixed from then on
 * @param subscored whether a subscore other than 0 was ever submitted: only then are subscore trees read
 * @param version counts the writes of this record
 */
public record Board(
        String game,
        String id,
        BoardSettings settings,
        int epoch,
        BoardSeasons seasons,
        History history,
        Map<Integer, Integer> generations,
        @Nullable Mending mending,
        boolean scored,
        boolean subscored,
        Instant createdAt,
        Instant updatedAt,
        long version) {

    /**
     * What of a board's past is kept.
     *
     * @param snapshots how many snapshots there are
     * @param dueAt when the next one is taken by schedule
     */
    public record History(int snapshots, Instant dueAt) {}

    /**
     * A rank tree being replaced: entries move to the new generation one by one, and both are counted together.
     *
     * @param from the generation that entries are moved out of
     * @param lane the lane whose entries are being moved; the number of lanes once all have been
     * @param after the player in that lane up to whom entries have been moved, null if none was
     * @param markedAt when marks were written behind the moves, whose counting shows that all moves are; null before
     */
    public record Mending(
            int season,
            int from,
            int lane,
            @Nullable String after,
            @Nullable Instant markedAt) {}

    /** The generation of a season's rank tree that writes are counted in. */
    public int generation(int ofSeason) {
        return generations.getOrDefault(ofSeason, 0);
    }

    /** A board as it begins, in its first season. */
    public static Board first(String game, String id, BoardSettings settings, Instant now, Instant firstSnapshotAt) {
        Instant start = settings.terms().notBeforeStart(now);
        BoardSeasons seasons = new BoardSeasons(1, start, settings.nextEnd(start), Set.of(), false);
        return new Board(
                game,
                id,
                settings,
                0,
                seasons,
                new History(0, firstSnapshotAt),
                Map.of(),
                null,
                false,
                false,
                now,
                now,
                1);
    }

    /** A stand-in for a board that was never seen: where its entries most probably are. */
    public static Board guess(String game, String id) {
        BoardSettings settings = BoardSettings.of(RankingType.SCORE, Order.DESCENDING, null, 0, 1);
        return first(game, id, settings, Instant.EPOCH, Instant.EPOCH);
    }

    /** This board in place of a deleted one with the same id. */
    public Board after(int deletedEpoch, long deletedVersion) {
        return new Board(
                game,
                id,
                settings,
                deletedEpoch + 1,
                seasons,
                history,
                generations,
                mending,
                scored,
                subscored,
                createdAt,
                updatedAt,
                deletedVersion + 1);
    }

    /** This board with other settings; those of a board that has closed for good reschedule nothing. */
    public Board with(BoardSettings changed, Instant now) {
        boolean scheduled = seasons.closed()
                || (Objects.equals(changed.reset(), settings.reset()) && changed.terms().samePeriod(settings.terms()));
        BoardSeasons next = scheduled ? seasons : seasons.rescheduled(changed, now);
        return next(changed, next, history, generations, mending, scored, subscored, now);
    }

    /** This board after something was submitted. */
    public Board marked(boolean withSubscore) {
        return next(settings, seasons, history, generations, mending, true, subscored || withSubscore, updatedAt);
    }

    /**
     * This board in its next season.
     *
     * @param start when the next season begins
     * @param end when it ends by itself, null if it does not
     * @param snapshots how many snapshots are kept, with that of the season that ends
     */
    public Board turned(Instant start, @Nullable Instant end, int snapshots) {
        return ended(seasons.next(start, end), snapshots);
    }

    /**
     * This board once its last season has ended: it takes no scores any more, and that season stays the one that is
     * read.
     *
     * @param snapshots how many snapshots are kept, with that of the season that ends
     */
    public Board closed(int snapshots) {
        return ended(seasons.last(), snapshots);
    }

    /** This board once the end of a season has been worked off. */
    public Board finished(int season, int snapshots) {
        return ended(seasons.finished(season), snapshots);
    }

    private Board ended(BoardSeasons changed, int snapshots) {
        History grown = new History(snapshots, history.dueAt);
        return next(settings, changed, grown, generations, mending, scored, subscored, updatedAt);
    }

    /** This board after its scheduled snapshot. */
    public Board recorded(int snapshots, Instant nextAt) {
        return next(
                settings, seasons, new History(snapshots, nextAt), generations, mending, scored, subscored, updatedAt);
    }

    /** This board when the tree of a season begins to be replaced by its next generation. */
    public Board mending(int ofSeason) {
        Map<Integer, Integer> moved = new TreeMap<>(generations);
        moved.put(ofSeason, generation(ofSeason) + 1);
        Mending begun = new Mending(ofSeason, generation(ofSeason), 0, null, null);
        return next(settings, seasons, history, moved, begun, scored, subscored, updatedAt);
    }

    /** This board when its mending has come further. */
    public Board mendedUntil(Mending progress) {
        return next(settings, seasons, history, generations, progress, scored, subscored, updatedAt);
    }

    /** This board once all entries are counted by the new generation. */
    public Board mended() {
        return next(settings, seasons, history, generations, null, scored, subscored, updatedAt);
    }

    private Board next(
            BoardSettings changed,
            BoardSeasons nextSeasons,
            History nextHistory,
            Map<Integer, Integer> nextGenerations,
            @Nullable Mending nextMending,
            boolean isScored,
            boolean isSubscored,
            Instant now) {
        return new Board(
                game,
                id,
                changed,
                epoch,
                nextSeasons,
                nextHistory,
                nextGenerations,
                nextMending,
                isScored,
                isSubscored,
                createdAt,
                now,
                version + 1);
    }

    /** This board as if it listed every place. */
    public Board listingAll() {
        return next(
                settings.listingAll(), seasons, history, generations, mending, scored, subscored, updatedAt);
    }

    /** The running season. */
    public int season() {
        return seasons.running();
    }

    /**
     * The end of the running season, if that time has come; null if it has not.
     *
     * @param seasonal whether seasons end by their reset schedule; the board itself closes in any case
     */
    public @Nullable Instant passedEnd(Instant now, boolean seasonal) {
        if (seasons.closed()) {
            return null;
        }
        Instant close = settings.terms().endsAt();
        Instant end = seasonal ? settings.terms().notAfterEnd(seasons.endsAt()) : close;
        if (end != null && !now.isBefore(end)) {
            return end;
        }
        return null;
    }

    /** Whether a season that ends at this time is the last one. */
    public boolean closesWith(Instant seasonEnd) {
        return seasonEnd.equals(settings.terms().endsAt());
    }

    /** When a season that begins now, because somebody resets the board, ends by itself; null if it does not. */
    public @Nullable Instant endAfterReset(Instant now) {
        return settings.nextEnd(now);
    }

    /**
     * When the season that follows one which ended by its schedule ends in turn; null if it does not.
     *
     * @param start when the season begins
     * @param now the time
     * @param mostMissed how many missed ends make a season each
     */
    public @Nullable Instant endAfter(Instant start, Instant now, int mostMissed) {
        return settings.endAfter(start, now, mostMissed);
    }

    /** Whether this board takes scores at a time. */
    public Terms.Status status(Instant now) {
        return seasons.closed() ? Terms.Status.CLOSED : settings.terms().status(now);
    }

    /**
     * When there is something to be done about this board by the clock; the epoch if there is at any time, null if there
     * never is again.
     */
    public @Nullable Instant dueAt() {
        if (mending != null || !seasons.unfinished().isEmpty()) {
            return Instant.EPOCH;
        }
        if (seasons.closed()) {
            return null;
        }
        return seasons.endsAt() != null && seasons.endsAt().isBefore(history.dueAt) ? seasons.endsAt() : history.dueAt;
    }

    /** The board's order. */
    public Order order() {
        return settings.order();
    }

    /** How the board numbers its entries. */
    public Ranking ranking() {
        return settings.ranking();
    }

    /** The lane of a player: a stable hash, so that it is the same everywhere and for ever. */
    public int laneOf(String playerId) {
        return settings.laneOf(playerId);
    }

    /** A value in the board's smallest unit; see {@link BoardSettings#units}. */
    public Optional<Long> units(BigDecimal value) {
        return settings.units(value);
    }

    /** A value as callers see it, without needless zeros. */
    public BigDecimal value(long units) {
        return settings.value(units);
    }

    /** The name of the tier that an entry is in, null if it is in none; see {@link BoardSettings#tier}. */
    public @Nullable String tier(Score score, long rank, long place, long total) {
        return settings.tier(score, rank, place, total);
    }

    /** Whether a place is listed. */
    public boolean lists(long position) {
        return settings.lists(position);
    }
}
