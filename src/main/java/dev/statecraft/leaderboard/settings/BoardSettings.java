package dev.statecraft.leaderboard.settings;

import dev.statecraft.rating.RatingSystem;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a board that the game developer chooses.
 *
 * @param operator how a submitted value changes the score; null for the default of the ranking type
 * @param decimals maximum digits after the decimal point of values, 0 to {@link #MAX_DECIMALS}
 * @param maxSize number of listed positions, 0 for all
 * @param lanes number of partitions that the entries are spread over, 1 to {@link #MAX_LANES}; fixed at creation
 * @param reset schedule of the season ends, null if seasons end only on request
 * @param bounds limits of plausible scores, null for no limits
 * @param rewards rewards of a season, in order of precedence
 * @param tiers tiers of the ranking, in order of precedence
 * @param rating the rating system; set if and only if the type is RATING
 * @param source the source entity type that the board is bound to, null for none
 * @param terms when scores are accepted, and the maximum attempts per player
 * @param ranking how ties are ranked
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

    /** Maximum digits after the decimal point of values. */
    public static final int MAX_DECIMALS = 6;

    private static final Set<String> LOCKED =
            Set.of("rankingType", "order", "operator", "decimals", "lanes", "rating", "startsAt");

    /** Maximum number of lanes. */
    public static final int MAX_LANES = 256;

    /** Creates settings with competition ranking, without a source entity type, and without terms. */
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

    /** Returns settings that define only how scores are compared and stored. All other settings are empty. */
    public static BoardSettings of(
            RankingType rankingType, Order order, @Nullable Operator operator, int decimals, int lanes) {
        return new BoardSettings(
                "", rankingType, order, operator, decimals, 0, lanes, null, null, List.of(), List.of(), null);
    }

    /** Returns these settings with the given terms. */
    public BoardSettings with(Terms newTerms) {
        return with(maxSize, newTerms, ranking);
    }

    /** Returns these settings with the given ranking. */
    public BoardSettings with(Ranking newRanking) {
        return with(maxSize, terms, newRanking);
    }

    private BoardSettings with(int newMaxSize, Terms newTerms, Ranking newRanking) {
        return new BoardSettings(
                description,
                rankingType,
                order,
                operator,
                decimals,
                newMaxSize,
                lanes,
                reset,
                bounds,
                rewards,
                tiers,
                rating,
                source,
                newTerms,
                newRanking);
    }

    /**
     * Returns the API names of the settings that differ from other settings and that cannot change once the board has
     * scores, because the stored scores would lose their meaning. A change to DENSE is among them, because the rank tree
     * must count distinct scores from the first score on.
     */
    public List<String> lockedChanges(BoardSettings before) {
        return changes(before).stream()
                .filter(name -> LOCKED.contains(name) || (name.equals("ranking") && ranking == Ranking.DENSE))
                .toList();
    }

    /** Returns the API names of the settings that differ from other settings. */
    public List<String> changes(BoardSettings before) {
        Map<String, Boolean> equal = new LinkedHashMap<>();
        equal.put("description", description.equals(before.description));
        equal.put("rankingType", rankingType == before.rankingType);
        equal.put("maxSize", maxSize == before.maxSize);
        equal.put("order", order == before.order);
        equal.put("operator", operator == before.operator);
        equal.put("decimals", decimals == before.decimals);
        equal.put("lanes", lanes == before.lanes);
        equal.put("reset", Objects.equals(reset, before.reset));
        equal.put("bounds", Objects.equals(bounds, before.bounds));
        equal.put("rewards", rewards.equals(before.rewards));
        equal.put("tiers", tiers.equals(before.tiers));
        equal.put("rating", Objects.equals(rating, before.rating));
        equal.put("source", Objects.equals(source, before.source));
        equal.put("ranking", ranking == before.ranking);
        equal.put("startsAt", Objects.equals(terms.startsAt(), before.terms.startsAt()));
        equal.put("endsAt", Objects.equals(terms.endsAt(), before.terms.endsAt()));
        equal.put("maxAttempts", terms.maxAttempts() == before.terms.maxAttempts());
        equal.values().removeIf(same -> same);
        return List.copyOf(equal.keySet());
    }

    /** Returns these settings without a limit of listed positions. */
    public BoardSettings listingAll() {
        return with(0, terms, ranking);
    }

    /** The first scheduled season end after a time, at the latest the end of the board; null if there is neither. */
    public @Nullable Instant nextEnd(Instant after) {
        Instant end = reset == null ? null : reset.next(after).orElse(null);
        return terms.notAfterEnd(end);
    }

    /**
     * The scheduled end of a season that starts at a scheduled end; null if there is none.
     *
     * @param start the start of the season
     * @param now the current time
     * @param maxMissed maximum number of missed ends that close one season each; see {@link ResetSchedule#endOfSeason}
     */
    public @Nullable Instant endAfter(Instant start, Instant now, int maxMissed) {
        Instant until = Objects.requireNonNull(terms.notAfterEnd(now));
        return terms.notAfterEnd(
                reset == null
                        ? null
                        : reset.endOfSeason(start, until, maxMissed).orElse(null));
    }

    /** The lane of a player, from 0: a hash of the player id that never changes. */
    public int laneOf(String playerId) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < playerId.length(); i++) {
            hash = (hash ^ playerId.charAt(i)) * 0x01000193;
        }
        // The low bits of FNV-1a are poorly distributed: combine them with the high bits.
        return Math.floorMod(hash ^ (hash >>> 15), lanes);
    }

    /**
     * Converts a value to the board's smallest unit. Floating-point noise is rounded away, see {@link FloatNoise}.
     *
     * @return empty if the value has more digits after the decimal point than the board, or is out of range
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

    /** Converts a number of smallest units to the value in the API, without trailing zeros. */
    public BigDecimal value(long units) {
        BigDecimal value = BigDecimal.valueOf(units, decimals).stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    /** Whether a position is listed, given {@code maxSize}. */
    public boolean lists(long position) {
        return maxSize == 0 || position <= maxSize;
    }

    /**
     * The name of the first tier that includes an entry; null if there is none.
     *
     * @param rank the rank by the board's ranking, from 1
     * @param place 1 + the number of better entries
     * @param total entries of the season; a total below the rank counts as the rank
     */
    public @Nullable String tier(Score score, long rank, long place, long total) {
        long percentileRank = ranking.ofPercentile(rank, place);
        BigDecimal value = value(score.value());
        for (Tier tier : tiers) {
            if (tier.includes(order, value, rank, percentileRank, Math.max(percentileRank, total))) {
                return tier.name();
            }
        }
        return null;
    }
}
