package dev.statecraft.leaderboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.entry.Ids;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.replication.StatePath;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a board is created with, or what is to change about it. To create one only the id and the ranking type are
 * needed; in a change what is left out stays, and an empty {@code reset}, {@code bounds}, {@code rewards},
 * {@code tiers} or {@code source} takes them away, as {@code clear} does with what it names.
 *
 * @param startsAt from when on scores are taken
 * @param endsAt when the board closes for good
 * @param maxAttempts submissions taken of one player in one season, 0 for any number
 * @param clear in a change, names of settings that get back the value they have where a new board leaves them out
 */
public record BoardRequest(
        @Nullable String id,
        @Nullable String description,
        @Nullable RankingType rankingType,
        @Nullable Integer maxSize,
        @Nullable Order order,
        @Nullable Operator operator,
        @Nullable Integer decimals,
        @Nullable Integer lanes,
        @Nullable ResetSchedule reset,
        @Nullable Bounds bounds,
        @Nullable List<@Nullable RewardView> rewards,
        @Nullable List<@Nullable Tier> tiers,
        @Nullable RatingRequest rating,
        @Nullable EntitySource source,
        @Nullable Ranking ranking,
        @Nullable Instant startsAt,
        @Nullable Instant endsAt,
        @Nullable Integer maxAttempts,
        @Nullable List<@Nullable String> clear) {

    /** The type of the entities that boards are replicated as; a board that followed them would follow itself. */
    private static final String STATE_TYPE = "LEADERBOARD_STATE";

    private static final int MOST_PATH_CHARACTERS = 1024;
    private static final int MOST_PLACES = 1_000_000_000;
    private static final int RATING_DECIMALS = 2;
    private static final int MOST_PER_MINUTE = 60;
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    /** What settings that are no integers are kept with. */
    static final int MOST_DECIMALS = 9;

    /** Settings are free of floating-point noise to so many digits: a noise of 10^-12 is less than any setting means. */
    static final int NOISE_DECIMALS = 6;

    /** A reward as callers write and see it; {@code reward} is any JSON. */
    public record RewardView(
            @Nullable String name,
            @Nullable Long fromRank,
            @Nullable Long toRank,
            @Nullable BigDecimal percentile,
            @Nullable JsonNode reward) {

        static RewardView of(Reward reward, MetadataJson json) {
            return new RewardView(
                    reward.name(), reward.fromRank(), reward.toRank(), reward.percentile(), json.read(reward.reward()));
        }
    }

    /** What the limits of a request are checked against. */
    record Limits(LeaderboardConfig config, MetadataJson json, Instant now) {}

    /**
     * The settings of a new board.
     *
     * @throws ProblemException 400, naming the field that does not fit
     */
    BoardSettings create(Limits limits) {
        if (clear != null && !clear.isEmpty()) {
            throw new ProblemException(
                    Problem.badRequest("clear", "A new board has no settings to clear. Omit the optional settings instead."));
        }
        RankingType type = required("rankingType", rankingType);
        BoardSettings plain = BoardSettings.of(
                type,
                order == null ? type.defaultOrder() : order,
                operator,
                within("decimals", decimals, decimalsOf(type), 0, BoardSettings.MAX_DECIMALS),
                within("lanes", lanes, 1, 1, BoardSettings.MAX_LANES));
        return with(plain, limits.config().maxLeaderboardSize(), limits)
                .with(terms(Terms.NONE, Terms.NONE, limits.now()));
    }

    /**
     * The settings of a board after this change.
     *
     * @throws ProblemException 400, naming the field that does not fit
     */
    BoardSettings change(BoardSettings old, Limits limits) {
        if (id != null || lanes != null) {
            String field = id != null ? "id" : "lanes";
            throw new ProblemException(Problem.badRequest(field, "The " + field + " of a board cannot be changed."));
        }
        BoardSettings cleared = clear == null ? old : BoardClearRequest.of(clear, this, old, limits.config());
        return with(cleared, cleared.maxSize(), limits).with(terms(old.terms(), cleared.terms(), limits.now()));
    }

    /** The digits after the point that values of a board have where nothing else is said. */
    static int decimalsOf(RankingType type) {
        return type == RankingType.RATING ? RATING_DECIMALS : 0;
    }

    private BoardSettings with(BoardSettings old, int oldMaxSize, Limits limits) {
        int digits = within("decimals", decimals, old.decimals(), 0, BoardSettings.MAX_DECIMALS);
        BoardSettings settings = new BoardSettings(
                text("description", description, old.description(), limits.config()),
                rankingType == null ? old.rankingType() : rankingType,
                order == null ? old.order() : order,
                operator == null ? old.operator() : operator,
                digits,
                within("maxSize", maxSize, oldMaxSize, 0, MOST_PLACES),
                old.lanes(),
                reset == null ? old.reset() : checked(reset, limits.now()),
                bounds == null ? old.bounds() : checked(bounds, digits),
                rewards == null ? old.rewards() : rewards(rewards, limits),
                tiers == null ? old.tiers() : tiers(tiers, digits, limits),
                rating(rankingType == null ? old.rankingType() : rankingType, old.rating(), limits),
                source == null ? old.source() : checked(source),
                old.terms(),
                ranking == null ? old.ranking() : ranking);
        if (settings.rating() != null) {
            refuseWhatMatchesDecide(settings);
        }
        return settings;
    }

    /**
     * When the board takes scores after this change.
     *
     * @param old the terms before
     * @param kept what is left of them once cleared
     */
    private Terms terms(Terms old, Terms kept, Instant now) {
        Terms terms = new Terms(
                startsAt == null ? kept.startsAt() : startsAt.truncatedTo(ChronoUnit.MILLIS),
                endsAt == null ? kept.endsAt() : endsAt.truncatedTo(ChronoUnit.MILLIS),
                within("maxAttempts", maxAttempts, kept.maxAttempts(), 0, Terms.MAX_ATTEMPTS));
        if (terms.samePeriod(old) || terms.endsAt() == null) {
            return terms;
        }
        if (!terms.endsAt().isAfter(now) && !terms.endsAt().equals(old.endsAt())) {
            throw new ProblemException(Problem.badRequest("endsAt", "endsAt must be in the future."));
        }
        if (terms.startsAt() != null && !terms.startsAt().isBefore(terms.endsAt())) {
            throw new ProblemException(Problem.badRequest(
                    startsAt == null ? "endsAt" : "startsAt", "startsAt must be before endsAt."));
        }
        return terms;
    }

    /** How a board of a type rates: as the request says, as it did, or as configured. */
    private @Nullable RatingSystem rating(RankingType type, @Nullable RatingSystem old, Limits limits) {
        if (type != RankingType.RATING) {
            if (rating != null) {
                throw new ProblemException(Problem.badRequest("rating", "Only RATING boards have rating settings."));
            }
            return null;
        }
        if (rating == null && old != null) {
            return old;
        }
        return (rating == null ? RatingRequest.DEFAULT : rating).system(limits.config());
    }

    private static void refuseWhatMatchesDecide(BoardSettings settings) {
        if (settings.order() != Order.DESCENDING) {
            throw new ProblemException(Problem.badRequest("order", "The order of a RATING board is always DESCENDING."));
        }
        if (settings.operator() != null) {
            throw new ProblemException(Problem.badRequest("operator", "RATING boards accept matches, not scores."));
        }
        if (settings.bounds() != null) {
            throw new ProblemException(Problem.badRequest("bounds", "RATING boards accept matches, not scores."));
        }
        if (settings.source() != null) {
            throw new ProblemException(Problem.badRequest("source", "RATING boards accept matches, not scores."));
        }
    }

    private static @Nullable EntitySource checked(EntitySource source) {
        if (source.none()) {
            return null;
        }
        String type = Ids.check("source.entityType", required("source.entityType", source.entityType()));
        if (type.equals(STATE_TYPE)) {
            throw new ProblemException(
                    Problem.badRequest("source.entityType", "Entities of this type are written by boards and cannot be a source."));
        }
        String path = required("source.path", source.path());
        if (path.length() > MOST_PATH_CHARACTERS || StatePath.parse(path).isEmpty()) {
            throw new ProblemException(
                    Problem.badRequest("source.path", "Give a top-level key, or a JSON pointer that starts with /."));
        }
        return source;
    }

    /** A text of a request, if it is not too long. */
    static String text(String field, @Nullable String text, String otherwise, LeaderboardConfig config) {
        if (text == null) {
            return otherwise;
        }
        if (text.length() > config.descriptionLength()) {
            throw new ProblemException(
                    Problem.badRequest(field, "A text has at most " + config.descriptionLength() + " characters."));
        }
        return text;
    }

    private static @Nullable ResetSchedule checked(ResetSchedule reset, Instant now) {
        if (reset.none()) {
            if (reset.timezone() != null) {
                throw new ProblemException(Problem.badRequest("reset", "Give either cron or endsAt."));
            }
            return null;
        }
        if (reset.cron() != null && reset.endsAt() != null) {
            throw new ProblemException(Problem.badRequest("reset", "Give either cron or endsAt."));
        }
        if (reset.endsAt() != null) {
            if (reset.timezone() != null) {
                throw new ProblemException(Problem.badRequest("reset.timezone", "timezone applies only to cron; endsAt has its own offset."));
            }
            if (!reset.endsAt().isAfter(now)) {
                throw new ProblemException(Problem.badRequest("reset.endsAt", "endsAt must be in the future."));
            }
            return reset;
        }
        try {
            if (reset.next(now).isEmpty()) {
                throw new ProblemException(Problem.badRequest("reset.cron", "The cron expression never matches a time."));
            }
        } catch (DateTimeException e) {
            throw new ProblemException(
                    Problem.badRequest("reset.timezone", "Give an IANA time zone such as Europe/Berlin."));
        } catch (IllegalArgumentException e) {
            throw new ProblemException(Problem.badRequest(
                    "reset.cron",
                    "Give five fields: minute, hour, day of month, month, day of week; for example 0 0 * * 1."));
        }
        return reset;
    }

    private static @Nullable Bounds checked(Bounds given, int digits) {
        if (given.none()) {
            return null;
        }
        Bounds bounds = new Bounds(
                exact("bounds.min", given.min(), digits),
                exact("bounds.max", given.max(), digits),
                exact("bounds.maxIncrease", given.maxIncrease(), digits),
                given.perMinute(),
                percentile("bounds.firstPercentile", given.firstPercentile()),
                given.action());
        if (bounds.min() != null && bounds.max() != null && bounds.min().compareTo(bounds.max()) > 0) {
            throw new ProblemException(Problem.badRequest("bounds.max", "max must not be less than min."));
        }
        if (bounds.maxIncrease() != null && bounds.maxIncrease().signum() < 0) {
            throw new ProblemException(Problem.badRequest("bounds.maxIncrease", "maxIncrease must not be negative."));
        }
        within("bounds.perMinute", bounds.perMinute(), 1, 1, MOST_PER_MINUTE);
        return bounds;
    }

    private static List<Reward> rewards(List<@Nullable RewardView> rewards, Limits limits) {
        atMost("rewards", rewards, limits.config().rewards());
        List<Reward> checked = new ArrayList<>();
        for (int i = 0; i < rewards.size(); i++) {
            String field = "rewards[" + i + "]";
            RewardView reward = required(field, rewards.get(i));
            long from = range(field + ".fromRank", reward.fromRank(), 1);
            range(field + ".toRank", reward.toRank(), from);
            BigDecimal percentile = percentile(field + ".percentile", reward.percentile());
            if (reward.toRank() == null && percentile == null) {
                throw new ProblemException(Problem.badRequest(field, "Give toRank or percentile."));
            }
            checked.add(new Reward(
                    named(field + ".name", reward.name(), limits),
                    reward.fromRank(),
                    reward.toRank(),
                    percentile,
                    limits.json().write(field + ".reward", required(field + ".reward", reward.reward()))));
        }
        return List.copyOf(checked);
    }

    private static List<Tier> tiers(List<@Nullable Tier> tiers, int digits, Limits limits) {
        atMost("tiers", tiers, limits.config().tiers());
        Set<String> names = new HashSet<>();
        List<Tier> checked = new ArrayList<>();
        for (int i = 0; i < tiers.size(); i++) {
            String field = "tiers[" + i + "]";
            Tier tier = required(field, tiers.get(i));
            String name = required(field + ".name", named(field + ".name", tier.name(), limits));
            if (!names.add(name)) {
                throw new ProblemException(Problem.badRequest(field + ".name", "Tier names must be unique."));
            }
            range(field + ".rank", tier.rank(), 1);
            checked.add(new Tier(
                    tier.name(),
                    tier.rank(),
                    percentile(field + ".percentile", tier.percentile()),
                    exact(field + ".score", tier.score(), digits)));
        }
        return List.copyOf(checked);
    }

    private static @Nullable String named(String field, @Nullable String name, Limits limits) {
        return name == null ? null : text(field, name, "", limits.config());
    }

    private static void atMost(String field, List<?> values, int most) {
        if (values.size() > most) {
            throw new ProblemException(Problem.badRequest(field, "Give at most " + most + "."));
        }
    }

    private static @Nullable BigDecimal percentile(String field, @Nullable BigDecimal given) {
        BigDecimal percentile = exact(field, given, NOISE_DECIMALS);
        if (percentile != null && (percentile.signum() <= 0 || percentile.compareTo(HUNDRED) > 0)) {
            throw new ProblemException(Problem.badRequest(field, "A percentile must be greater than 0 and at most 100."));
        }
        return percentile;
    }

    /**
     * The value without the noise that {@link FloatNoise} finds at so many digits, and without trailing zeros, so that
     * equal numbers make equal settings.
     */
    private static @Nullable BigDecimal exact(String field, @Nullable BigDecimal value, int digits) {
        if (value == null) {
            return null;
        }
        BigDecimal exact = FloatNoise.rounded(value, digits).stripTrailingZeros();
        if (exact.scale() > MOST_DECIMALS) {
            throw new ProblemException(
                    Problem.badRequest(field, "Give at most " + MOST_DECIMALS + " digits after the point."));
        }
        return exact.scale() < 0 ? exact.setScale(0) : exact;
    }

    private static long range(String field, @Nullable Long rank, long least) {
        if (rank != null && (rank < least || rank > Score.LIMIT)) {
            throw new ProblemException(Problem.badRequest(field, "Give a rank of at least " + least + "."));
        }
        return rank == null ? least : rank;
    }

    static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new ProblemException(Problem.badRequest(field, "The field " + field + " is missing."));
        }
        return value;
    }

    private static int within(String field, @Nullable Integer value, int otherwise, int min, int max) {
        if (value == null) {
            return otherwise;
        }
        if (value < min || value > max) {
            throw new ProblemException(
                    Problem.badRequest(field, field + " is an integer from " + min + " to " + max + "."));
        }
        return value;
    }
}
