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
 * A leaderboard: its settings, its season state, and the state of its rank trees and snapshots.
 *
 * @param game the game that the board belongs to
 * @param id the board id, unique in the game
 * @param epoch number of earlier boards with this id
 * @param seasons the season state
 * @param history the snapshot state
 * @param generations the generation of the rank tree that counts writes, by season; 0 for a season without a value
 * @param mending progress of a rank tree rebuild, null if there is none
 * @param scored the scored flag: whether any score was submitted; it locks type, order, operator and decimals
 * @param subscored whether any subscore other than 0 was submitted; only then are subscore trees read
 * @param metadataSchema schema version of the metadata of new scores: the last migration of metadata; null before the first
 * @param version number of writes of this record
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
        @Nullable String metadataSchema,
        Instant createdAt,
        Instant updatedAt,
        long version) {

    /**
     * The snapshot state of a board.
     *
     * @param snapshots number of stored snapshots
     * @param dueAt when the next scheduled snapshot is taken
     */
    public record History(int snapshots, Instant dueAt) {}

    /**
     * Progress of a rank tree rebuild. Entries move to a new generation of the tree one by one. Until the rebuild is
     * complete, ranks are the sums over both generations.
     *
     * @param season the season whose rank tree is rebuilt
     * @param from the old generation
     * @param startedAt when the generation of the tree was increased
     * @param lane the lane whose entries are being moved; the number of lanes once all entries were moved
     * @param after the last player in this lane whose entry was moved, null if none was
     * @param markedAt when lane markers were written after the last move, null before. The rebuild is complete once the
     *     rank tree has counted up to the markers.
     */
    public record Mending(
            int season,
            int from,
            Instant startedAt,
            int lane,
            @Nullable String after,
            @Nullable Instant markedAt) {}

    /** The generation of a season's rank tree that counts writes. */
    public int generation(int ofSeason) {
        return generations.getOrDefault(ofSeason, 0);
    }

    /** Creates a board in its first season. */
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
                null,
                now,
                now,
                1);
    }

    /** Returns an assumed board with the most likely settings and keys, for a read before the board itself is known. */
    public static Board guess(String game, String id) {
        BoardSettings settings = BoardSettings.of(RankingType.SCORE, Order.DESCENDING, null, 0, 1);
        return first(game, id, settings, Instant.EPOCH, Instant.EPOCH);
    }

    /** Returns this board as the successor of a deleted board with the same id. */
    public Board recreated(int deletedEpoch, long deletedVersion) {
        return copy(deletedEpoch + 1, metadataSchema, deletedVersion + 1);
    }

    private Board copy(int nextEpoch, @Nullable String schema, long nextVersion) {
        return new Board(
                game,
                id,
                settings,
                nextEpoch,
                seasons,
                history,
                generations,
                mending,
                scored,
                subscored,
                schema,
                createdAt,
                updatedAt,
                nextVersion);
    }

    /** Returns this board with other settings. The current season is rescheduled unless the board is closed permanently. */
    public Board with(BoardSettings changed, Instant now) {
        boolean scheduled = seasons.closed()
                || (Objects.equals(changed.reset(), settings.reset())
                        && changed.terms().samePeriod(settings.terms()));
        BoardSeasons next = scheduled ? seasons : seasons.rescheduled(changed, now);
        return next(changed, next, history, generations, mending, scored, subscored, now);
    }

    /** Returns this board with the scored flag set. */
    public Board markedScored(boolean withSubscore) {
        return next(settings, seasons, history, generations, mending, true, subscored || withSubscore, updatedAt);
    }

    /**
     * Returns this board advanced to the next season.
     *
     * @param start the start of the next season
     * @param end the scheduled end of the next season, null if there is none
     * @param snapshots number of stored snapshots, including the snapshot of the closed season
     */
    public Board advanced(Instant start, @Nullable Instant end, int snapshots) {
        return withSeasons(seasons.next(start, end), snapshots);
    }

    /**
     * Returns this board closed permanently. It accepts no scores, and its last season remains readable as the current one.
     *
     * @param snapshots number of stored snapshots, including the snapshot of the last season
     */
    public Board closed(int snapshots) {
        return withSeasons(seasons.last(), snapshots);
    }

    /** Returns this board after a closed season is finalized. */
    public Board finished(int season, int snapshots) {
        return withSeasons(seasons.finished(season), snapshots);
    }

    private Board withSeasons(BoardSeasons changed, int snapshots) {
        History changedHistory = new History(snapshots, history.dueAt);
        return next(settings, changed, changedHistory, generations, mending, scored, subscored, updatedAt);
    }

    /** Returns this board after a scheduled snapshot. */
    public Board afterSnapshot(int snapshots, Instant nextAt) {
        return next(
                settings, seasons, new History(snapshots, nextAt), generations, mending, scored, subscored, updatedAt);
    }

    /** Returns this board with a started rebuild of a season's rank tree. */
    public Board mending(int ofSeason, Instant now) {
        Map<Integer, Integer> incremented = new TreeMap<>(generations);
        incremented.put(ofSeason, generation(ofSeason) + 1);
        Mending start = new Mending(ofSeason, generation(ofSeason), now, 0, null, null);
        return next(settings, seasons, history, incremented, start, scored, subscored, updatedAt);
    }

    /** Returns this board with the given progress of its rank tree rebuild. */
    public Board mendedUntil(Mending progress) {
        return next(settings, seasons, history, generations, progress, scored, subscored, updatedAt);
    }

    /** Returns this board after its rank tree rebuild is complete. */
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
                metadataSchema,
                createdAt,
                now,
                version + 1);
    }

    /** Returns this board with another schema version of the metadata of new scores. */
    public Board withMetadataSchema(String schema) {
        return copy(epoch, schema, version + 1);
    }

    /** Returns this board, in the same version, with a schema version of the metadata of new scores. */
    Board ofMetadataSchema(String schema) {
        return copy(epoch, schema, version);
    }

    /** Returns this board without a limit of listed positions. */
    public Board listingAll() {
        return next(settings.listingAll(), seasons, history, generations, mending, scored, subscored, updatedAt);
    }

    /** The number of the current season. */
    public int season() {
        return seasons.current();
    }

    /**
     * The end of the current season if it is not after a time; otherwise null.
     *
     * @param seasonal whether reset schedules are active; the end of the board itself always applies
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

    /** Whether a season with this end is the last one. */
    public boolean closesWith(Instant seasonEnd) {
        return seasonEnd.equals(settings.terms().endsAt());
    }

    /** The scheduled end of a season that starts now because of a reset; null if there is none. */
    public @Nullable Instant endAfterReset(Instant now) {
        return settings.nextEnd(now);
    }

    /**
     * The scheduled end of a season that starts at a scheduled end; see {@link BoardSettings#endAfter}.
     *
     * @return null if there is none
     */
    public @Nullable Instant endAfter(Instant start, Instant now, int maxMissed) {
        return settings.endAfter(start, now, maxMissed);
    }

    /** Whether this board accepts scores at a time. */
    public Terms.Status status(Instant now) {
        return seasons.closed() ? Terms.Status.CLOSED : settings.terms().status(now);
    }

    /**
     * The time of the next scheduled work on this board. {@link Instant#EPOCH} if work is pending now, null if there is no
     * work in future.
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

    /**
     * The time of the next scheduled work on this board, like {@link #dueAt}, which the index contains.
     *
     * @param seasonal whether reset schedules are active; without them, only the end of the board itself ends a season
     */
    public @Nullable Instant nextWorkAt(boolean seasonal) {
        Instant due = dueAt();
        if (seasonal || due == null || due.equals(Instant.EPOCH)) {
            return due;
        }
        return settings.terms().notAfterEnd(history.dueAt);
    }

    /** Whether low or high scores are best. */
    public Order order() {
        return settings.order();
    }

    /** How the board ranks ties. */
    public Ranking ranking() {
        return settings.ranking();
    }

    /** The lane of a player; see {@link BoardSettings#laneOf}. */
    public int laneOf(String playerId) {
        return settings.laneOf(playerId);
    }

    /** Converts a value to the board's smallest unit; see {@link BoardSettings#units}. */
    public Optional<Long> units(BigDecimal value) {
        return settings.units(value);
    }

    /** Converts a number of smallest units to the value in the API; see {@link BoardSettings#value}. */
    public BigDecimal value(long units) {
        return settings.value(units);
    }

    /** The name of the first tier that includes an entry, null if there is none; see {@link BoardSettings#tier}. */
    public @Nullable String tier(Score score, long rank, long place, long total) {
        return settings.tier(score, rank, place, total);
    }

    /** Whether a position is listed; see {@link BoardSettings#lists}. */
    public boolean lists(long position) {
        return settings.lists(position);
    }
}
