package dev.statecraft.leaderboard;

import dev.statecraft.rating.RatingSystem;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A leaderboard: what it ranks, how, and which season it is in.
 *
 * @param game the game it belongs to
 * @param id unique in the game
 * @param epoch counts how often a board with this id was created before
 * @param season the running season, from 1
 * @param generations by season, the generation of the rank tree that writes are counted in; 0 where none is named
 * @param mending the season whose tree is being replaced, null when none is
 * @param scored whether anything was ever submitted: type, order, operator and decimals are fixed from then on
 * @param subscored whether a subscore other than 0 was ever submitted: only then are subscore trees read
 * @param closing the season that was closed last, null before the first reset
 * @param version counts the writes of this record
 */
public record Board(
        String game,
        String id,
        Settings settings,
        int epoch,
        int season,
        Instant seasonStartedAt,
        Map<Integer, Integer> generations,
        @Nullable Mending mending,
        boolean scored,
        boolean subscored,
        @Nullable Closing closing,
        Instant createdAt,
        Instant updatedAt,
        long version) {

    /**
     * What a studio decides about a board.
     *
     * @param operator null for the way of the ranking type
     * @param decimals digits after the point that values may have, 0 to {@link #MAX_DECIMALS}
     * @param maxSize how many places are listed, 0 for all
     * @param lanes how many partitions the entries are spread over, 1 to {@link #MAX_LANES}; fixed at creation
     * @param reset when seasons end by themselves, null if they do not
     * @param bounds what is plausible, null if everything is
     * @param rewards what the end of a season brings, in order of precedence
     * @param tiers the parts of the ranking, in order of precedence
     * @param rating how matches are rated; there is one if, and only if, the type is RATING
     */
    public record Settings(
            String description,
            RankingType rankingType,
            Order order,
            @Nullable Operator operator,
            int decimals,
            int maxSize,
            int lanes,
            @Nullable ResetSchedule reset,
            @Nullable Bounds bounds,
            List<Reward> rewards,
            List<Tier> tiers,
            @Nullable RatingSystem rating) {

        /** Settings that only say how scores are kept. */
        public static Settings of(
                RankingType rankingType, Order order, @Nullable Operator operator, int decimals, int lanes) {
            return new Settings(
                    "", rankingType, order, operator, decimals, 0, lanes, null, null, List.of(), List.of(), null);
        }

        /** Whether scores kept under these settings mean the same under others. */
        public boolean scoresAlike(Settings other) {
            return rankingType == other.rankingType
                    && order == other.order
                    && operator == other.operator
                    && decimals == other.decimals
                    && Objects.equals(rating, other.rating);
        }
    }

    /**
     * The season that was closed last.
     *
     * @param requestId the idempotency key of the reset, null if it had none
     * @param settled whether the closing snapshot is final
     */
    public record Closing(
            int season,
            Instant startedAt,
            Instant endedAt,
            String reason,
            @Nullable String requestId,
            boolean settled) {}

    /**
     * A rank tree being replaced: entries move to the new generation one by one, and both are counted together.
     *
     * @param from the generation that entries are moved out of
     * @param lane the lane whose entries are being moved; the number of lanes once all have been
     * @param after the player in that lane up to whom entries have been moved, null if none was
     * @param lastMoves by lane, when the last entry seen was written, epoch milliseconds
     */
    public record Mending(
            int season, int from, int lane, @Nullable String after, Map<Integer, Long> lastMoves) {}

    /** Most digits after the point. */
    public static final int MAX_DECIMALS = 6;

    /** Most lanes. */
    public static final int MAX_LANES = 256;

    /** The generation of a season's rank tree that writes are counted in. */
    public int generation(int ofSeason) {
        return generations.getOrDefault(ofSeason, 0);
    }

    /** A board as it begins, in its first season. */
    public static Board first(String game, String id, Settings settings, Instant now) {
        return new Board(game, id, settings, 0, 1, now, Map.of(), null, false, false, null, now, now, 1);
    }

    /** A stand-in for a board that was never seen: where its entries most probably are. */
    public static Board guess(String game, String id) {
        return first(game, id, Settings.of(RankingType.SCORE, Order.DESCENDING, null, 0, 1), Instant.EPOCH);
    }

    /** This board in place of a deleted one with the same id. */
    public Board after(int deletedEpoch, long deletedVersion) {
        return new Board(
                game,
                id,
                settings,
                deletedEpoch + 1,
                season,
                seasonStartedAt,
                generations,
                mending,
                scored,
                subscored,
                closing,
                createdAt,
                updatedAt,
                deletedVersion + 1);
    }

    /** This board with other settings. */
    public Board with(Settings changed, Instant now) {
        return next(changed, season, seasonStartedAt, generations, mending, scored, subscored, closing, now);
    }

    /** This board after something was submitted. */
    public Board marked(boolean withSubscore) {
        return next(
                settings,
                season,
                seasonStartedAt,
                generations,
                mending,
                true,
                subscored || withSubscore,
                closing,
                updatedAt);
    }

    /** This board in its next season. */
    public Board reset(String reason, @Nullable String requestId, Instant now) {
        Closing closed = new Closing(season, seasonStartedAt, now, reason, requestId, false);
        return next(settings, season + 1, now, generations, mending, scored, subscored, closed, now);
    }

    /** This board once the last closing snapshot is final. */
    public Board settled() {
        Closing last = Objects.requireNonNull(closing);
        Closing closed = new Closing(last.season, last.startedAt, last.endedAt, last.reason, last.requestId, true);
        return next(settings, season, seasonStartedAt, generations, mending, scored, subscored, closed, updatedAt);
    }

    /** This board when the tree of a season begins to be replaced by its next generation. */
    public Board mending(int ofSeason) {
        Map<Integer, Integer> moved = new TreeMap<>(generations);
        moved.put(ofSeason, generation(ofSeason) + 1);
        Mending begun = new Mending(ofSeason, generation(ofSeason), 0, null, Map.of());
        return next(settings, season, seasonStartedAt, moved, begun, scored, subscored, closing, updatedAt);
    }

    /** This board when its mending has come further. */
    public Board mendedUntil(Mending progress) {
        return next(settings, season, seasonStartedAt, generations, progress, scored, subscored, closing, updatedAt);
    }

    /** This board once all entries are counted by the new generation. */
    public Board mended() {
        return next(settings, season, seasonStartedAt, generations, null, scored, subscored, closing, updatedAt);
    }

    private Board next(
            Settings changed,
            int nextSeason,
            Instant startedAt,
            Map<Integer, Integer> nextGenerations,
            @Nullable Mending nextMending,
            boolean isScored,
            boolean isSubscored,
            @Nullable Closing nextClosing,
            Instant now) {
        return new Board(
                game,
                id,
                changed,
                epoch,
                nextSeason,
                startedAt,
                nextGenerations,
                nextMending,
                isScored,
                isSubscored,
                nextClosing,
                createdAt,
                now,
                version + 1);
    }

    /** The board's order. */
    public Order order() {
        return settings.order;
    }

    /** The lane of a player: a stable hash, so that it is the same everywhere and for ever. */
    public int laneOf(String playerId) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < playerId.length(); i++) {
            hash = (hash ^ playerId.charAt(i)) * 0x01000193;
        }
        // FNV-1a leaves its low bits poor; fold the high ones in.
        return Math.floorMod(hash ^ (hash >>> 15), settings.lanes);
    }

    /**
     * A value in the board's smallest unit.
     *
     * @return nothing if it has more digits after the point than the board, or is out of range
     */
    public Optional<Long> units(BigDecimal value) {
        // Guards the exact arithmetic below against exponents such as 1e999999999.
        if (value.precision() - (long) value.scale() > 17) {
            return Optional.empty();
        }
        BigDecimal stripped = value.stripTrailingZeros();
        if (stripped.signum() != 0 && stripped.scale() > settings.decimals) {
            return Optional.empty();
        }
        long units = stripped.signum() == 0
                ? 0
                : stripped.setScale(settings.decimals).unscaledValue().longValueExact();
        return Score.inRange(units) ? Optional.of(units) : Optional.empty();
    }

    /** A value as callers see it, without needless zeros. */
    public BigDecimal value(long units) {
        BigDecimal value = BigDecimal.valueOf(units, settings.decimals).stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    /** Whether a place is listed. */
    public boolean lists(long position) {
        return settings.maxSize == 0 || position <= settings.maxSize;
    }
}
