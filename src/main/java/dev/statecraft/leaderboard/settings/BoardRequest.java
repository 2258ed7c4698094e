package dev.statecraft.leaderboard.settings;

import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.leaderboard.settings.RewardsRequest.RewardView;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.replication.state.StatePath;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Request to create, to configure or to change a board. A new board needs only the id and the ranking type. A configuration
 * has no id: its board is in the path. In a new board and in a configuration, an omitted setting has its default. In a
 * change, an omitted setting keeps its value, and an empty {@code reset}, {@code bounds}, {@code rewards}, {@code tiers} or
 * {@code source} removes that setting.
 *
 * @param startsAt the time from which scores are accepted
 * @param endsAt the time at which the board closes permanently
 * @param maxAttempts maximum accepted submissions per player and season; 0 for no limit
 * @param clear in a change, names of settings that are reset to the default of a new board
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

    /** Entity type that boards are replicated to. A board cannot be bound to it, because it would read its own data. */
    private static final String STATE_TYPE = "LEADERBOARD_STATE";

    private static final int MAX_PATH_CHARACTERS = 1024;
    private static final int MAX_LISTED = 1_000_000_000;
    private static final int MAX_PER_MINUTE = 60;

    /** Configuration, JSON conversion and current time that a request is validated with. */
    public record Limits(LeaderboardConfig config, MetadataJson json, Instant now) {}

    /**
     * Returns the settings that this request states as a whole: an omitted setting has the default of a new board.
     *
     * @param existing the settings of the board, null if it does not exist. A time in the past is accepted if it is already
     *     a setting of the board, so that the same request can be repeated at any time. Values that are written differently
     *     but are equal keep the form of the existing settings
     * @throws ProblemException 400, naming the invalid field
     */
    public BoardSettings whole(@Nullable BoardSettings existing, Limits limits) {
        if (clear != null && !clear.isEmpty()) {
            throw new ProblemException(Problem.badRequest(
                    "clear", "Only a change of a board clears settings. Omit the optional settings instead."));
        }
        RankingType type = SettingFields.required("rankingType", rankingType);
        BoardSettings plain = BoardSettings.of(
                type,
                order == null ? type.defaultOrder() : order,
                operator,
                SettingFields.within("decimals", decimals, type.defaultDecimals(), 0, BoardSettings.MAX_DECIMALS),
                SettingFields.within("lanes", lanes, 1, 1, BoardSettings.MAX_LANES));
        Terms terms = existing == null ? Terms.NONE : existing.terms();
        return with(plain, limits.config().maxLeaderboardSize(), existing, limits)
                .with(terms(terms, Terms.NONE, limits.now()));
    }

    /**
     * Returns the settings that this request states for the board of the path.
     *
     * @throws ProblemException 400, naming the invalid field; see {@link #whole}
     */
    public BoardSettings configure(@Nullable BoardSettings existing, Limits limits) {
        if (id != null) {
            throw new ProblemException(Problem.badRequest("id", "The id of the board is in the path."));
        }
        return whole(existing, limits);
    }

    /**
     * Returns the settings of a board after this change.
     *
     * @throws ProblemException 400, naming the invalid field
     */
    public BoardSettings change(BoardSettings old, Limits limits) {
        if (id != null || lanes != null) {
            String field = id != null ? "id" : "lanes";
            throw new ProblemException(Problem.badRequest(field, "The " + field + " of a board cannot be changed."));
        }
        RankingType type = rankingType == null ? old.rankingType() : rankingType;
        BoardSettings cleared =
                clear == null ? old : BoardClearRequest.of(clear, clearable(), type, old, limits.config());
        return with(cleared, cleared.maxSize(), old, limits).with(terms(old.terms(), cleared.terms(), limits.now()));
    }

    /**
     * Returns settings with those of this request.
     *
     * @param old the settings that this request does not state
     * @param existing the settings of the board before this request, null if the board is new
     */
    private BoardSettings with(BoardSettings old, int oldMaxSize, @Nullable BoardSettings existing, Limits limits) {
        int digits = SettingFields.within("decimals", decimals, old.decimals(), 0, BoardSettings.MAX_DECIMALS);
        BoardSettings settings = new BoardSettings(
                SettingFields.text("description", description, old.description(), limits.config()),
                rankingType == null ? old.rankingType() : rankingType,
                order == null ? old.order() : order,
                operator == null ? old.operator() : operator,
                digits,
                SettingFields.within("maxSize", maxSize, oldMaxSize, 0, MAX_LISTED),
                old.lanes(),
                reset == null ? old.reset() : checked(reset, existing == null ? null : existing.reset(), limits.now()),
                bounds == null ? old.bounds() : checked(bounds, digits),
                rewards == null
                        ? old.rewards()
                        : RewardsRequest.rewards(rewards, existing, limits.config(), limits.json()),
                tiers == null ? old.tiers() : RewardsRequest.tiers(tiers, digits, limits.config()),
                rating(rankingType == null ? old.rankingType() : rankingType, old.rating(), limits),
                source == null ? old.source() : checked(source),
                old.terms(),
                ranking == null ? old.ranking() : ranking);
        if (settings.rating() != null) {
            rejectScoreSettings(settings);
        }
        return settings;
    }

    /**
     * Returns the terms of the board after this change.
     *
     * @param old the terms before the change
     * @param cleared the terms before the change, without the cleared settings
     */
    private Terms terms(Terms old, Terms cleared, Instant now) {
        Terms terms = new Terms(
                startsAt == null ? cleared.startsAt() : startsAt.truncatedTo(ChronoUnit.MILLIS),
                endsAt == null ? cleared.endsAt() : endsAt.truncatedTo(ChronoUnit.MILLIS),
                SettingFields.within("maxAttempts", maxAttempts, cleared.maxAttempts(), 0, Terms.MAX_ATTEMPTS));
        if (terms.samePeriod(old) || terms.endsAt() == null) {
            return terms;
        }
        if (!terms.endsAt().isAfter(now) && !terms.endsAt().equals(old.endsAt())) {
            throw new ProblemException(Problem.badRequest("endsAt", "endsAt must be in the future."));
        }
        if (terms.startsAt() != null && !terms.startsAt().isBefore(terms.endsAt())) {
            throw new ProblemException(
                    Problem.badRequest(startsAt == null ? "endsAt" : "startsAt", "startsAt must be before endsAt."));
        }
        return terms;
    }

    /**
     * The rating system after this request: from the request, else the current one, else the configured default. Null if
     * the type is not RATING.
     */
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

    private static void rejectScoreSettings(BoardSettings settings) {
        if (settings.order() != Order.DESCENDING) {
            throw new ProblemException(
                    Problem.badRequest("order", "The order of a RATING board is always DESCENDING."));
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
        String type = Ids.check("source.entityType", SettingFields.required("source.entityType", source.entityType()));
        if (type.equals(STATE_TYPE)) {
            throw new ProblemException(Problem.badRequest(
                    "source.entityType", "Entities of this type are written by boards and cannot be a source."));
        }
        String path = SettingFields.required("source.path", source.path());
        if (path.length() > MAX_PATH_CHARACTERS || StatePath.parse(path).isEmpty()) {
            throw new ProblemException(
                    Problem.badRequest("source.path", "Give a top-level key, or a JSON pointer that starts with /."));
        }
        return source;
    }

    private static @Nullable ResetSchedule checked(ResetSchedule given, @Nullable ResetSchedule existing, Instant now) {
        ResetSchedule reset = given.inMillis();
        if (reset.equals(existing)) {
            return existing;
        }
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
                throw new ProblemException(Problem.badRequest(
                        "reset.timezone", "timezone applies only to cron; endsAt has its own offset."));
            }
            if (!reset.endsAt().isAfter(now)) {
                throw new ProblemException(Problem.badRequest("reset.endsAt", "endsAt must be in the future."));
            }
            return reset;
        }
        try {
            if (reset.next(now).isEmpty()) {
                throw new ProblemException(
                        Problem.badRequest("reset.cron", "The cron expression never matches a time."));
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
                SettingFields.exact("bounds.min", given.min(), digits),
                SettingFields.exact("bounds.max", given.max(), digits),
                SettingFields.exact("bounds.maxIncrease", given.maxIncrease(), digits),
                given.perMinute(),
                SettingFields.percentile("bounds.firstPercentile", given.firstPercentile()),
                given.action() == null ? Bounds.Action.REJECT : given.action());
        if (bounds.min() != null && bounds.max() != null && bounds.min().compareTo(bounds.max()) > 0) {
            throw new ProblemException(Problem.badRequest("bounds.max", "max must not be less than min."));
        }
        if (bounds.maxIncrease() != null && bounds.maxIncrease().signum() < 0) {
            throw new ProblemException(Problem.badRequest("bounds.maxIncrease", "maxIncrease must not be negative."));
        }
        SettingFields.within("bounds.perMinute", bounds.perMinute(), 1, 1, MAX_PER_MINUTE);
        return bounds;
    }

    /** The value that the request sets for each clearable setting, by name; null if the request does not set it. */
    private SortedMap<String, @Nullable Object> clearable() {
        SortedMap<String, @Nullable Object> given = new TreeMap<>();
        given.put("description", description);
        given.put("order", order);
        given.put("operator", operator);
        given.put("decimals", decimals);
        given.put("maxSize", maxSize);
        given.put("ranking", ranking);
        given.put("reset", reset);
        given.put("bounds", bounds);
        given.put("rewards", rewards);
        given.put("tiers", tiers);
        given.put("rating", rating);
        given.put("source", source);
        given.put("startsAt", startsAt);
        given.put("endsAt", endsAt);
        given.put("maxAttempts", maxAttempts);
        return given;
    }
}
