package dev.statecraft.leaderboard.settings;

import dev.statecraft.rating.RatingSystem;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
 * @param source what the board follows by itself, null if nothing
 * @param terms when scores are taken, and how many of each player
 * @param ranking how entries are numbered
 */
public record BoardSettings(
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
        @Nullable RatingSystem rating,
        @Nullable EntitySource source,
        Terms terms,
        Ranking ranking) {

    /** Most digits after the point that values have. */
    public static final int MAX_DECIMALS = 6;

    /** Most lanes. */
    public static final int MAX_LANES = 256;

    /** Settings of a board with competition ranking that is bound to no entities and always takes scores. */
    public BoardSettings(
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
        this(
                description,
                rankingType,
                order,
                operator,
                decimals,
                maxSize,
                lanes,
                reset,
                bounds,
                rewards,
                tiers,
                rating,
                null,
                Terms.NONE,
                Ranking.COMPETITION);
    }

    /** Settings that only say how scores are kept. */
    public static BoardSettings of(
            RankingType rankingType, Order order, @Nullable Operator operator, int decimals, int lanes) {
        return new BoardSettings(
                "", rankingType, order, operator, decimals, 0, lanes, null, null, List.of(), List.of(), null);
    }

    /** These settings with other terms. */
    public BoardSettings with(Terms changed) {
        return with(maxSize, changed, ranking);
    }

    /** These settings with another ranking. */
    public BoardSettings with(Ranking other) {
        return with(maxSize, terms, other);
    }

    private BoardSettings with(int listed, Terms changed, Ranking other) {
        return new BoardSettings(
                description,
                rankingType,
                order,
                operator,
                decimals,
                listed,
                lanes,
                reset,
                bounds,
                rewards,
                tiers,
                rating,
                source,
                changed,
                other);
    }

    /**
     * Whether scores kept under other settings mean the same under these. Dense ranking needs a rank tree that has
     * counted different scores from the first on.
     */
    public boolean scoresAlike(BoardSettings other) {
        return (ranking != Ranking.DENSE || other.ranking == Ranking.DENSE)
                && rankingType == other.rankingType
                && order == other.order
                && operator == other.operator
                && decimals == other.decimals
                && Objects.equals(rating, other.rating);
    }

    /** These settings as if the board listed every place. */
    public BoardSettings listingAll() {
        return with(0, terms, ranking);
    }

    /** When a season that runs at a time ends by itself, at the latest when the board closes; null if it does not. */
    public @Nullable Instant nextEnd(Instant after) {
        Instant end = reset == null ? null : reset.next(after).orElse(null);
        return terms.notAfterEnd(end);
    }

    /**
     * When the season that follows one which ended by its schedule ends in turn; null if it does not.
     *
     * @param start when the season begins
     * @param now the time
     * @param mostMissed how many missed ends make a season each
     */
    public @Nullable Instant endAfter(Instant start, Instant now, int mostMissed) {
        Instant until = Objects.requireNonNull(terms.notAfterEnd(now));
        return terms.notAfterEnd(
                reset == null ? null : reset.endOfSeason(start, until, mostMissed).orElse(null));
    }

    /** The lane of a player: a stable hash, so that it is the same everywhere and for ever. */
    public int laneOf(String playerId) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < playerId.length(); i++) {
            hash = (hash ^ playerId.charAt(i)) * 0x01000193;
        }
        // FNV-1a leaves its low bits poor; fold the high ones in.
        return Math.floorMod(hash ^ (hash >>> 15), lanes);
    }

    /**
     * A value in the board's smallest unit. The noise of floating-point arithmetic is rounded away: see {@link FloatNoise}.
     *
     * @return nothing if it has more digits after the point than the board, or is out of range
     */
    public Optional<Long> units(BigDecimal value) {
        // Guards the exact arithmetic below against exponents such as 1e999999999.
        if (value.precision() - (long) value.scale() > 17) {
            return Optional.empty();
        }
        BigDecimal stripped = FloatNoise.rounded(value, decimals).stripTrailingZeros();
        if (stripped.signum() != 0 && stripped.scale() > decimals) {
            return Optional.empty();
        }
        long units = stripped.signum() == 0
                ? 0
                : stripped.setScale(decimals).unscaledValue().longValueExact();
        return Score.inRange(units) ? Optional.of(units) : Optional.empty();
    }

    /** A value as callers see it, without needless zeros. */
    public BigDecimal value(long units) {
        BigDecimal value = BigDecimal.valueOf(units, decimals).stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    /** Whether a place is listed. */
    public boolean lists(long position) {
        return maxSize == 0 || position <= maxSize;
    }

    /**
     * The name of the tier that an entry is in, null if it is in none. Pure.
     *
     * @param rank by the board's ranking, from 1
     * @param place 1 + how many are better
     * @param total entries of the season; never taken for less than the rank
     */
    public @Nullable String tier(Score score, long rank, long place, long total) {
        long counted = ranking.ofPercentile(rank, place);
        BigDecimal value = value(score.value());
        for (Tier tier : tiers) {
            if (tier.takes(order, value, rank, counted, Math.max(counted, total))) {
                return tier.name();
            }
        }
        return null;
    }
}
