package dev.statecraft.leaderboard.settings;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The stored form of board settings: attributes of the item of a board. */
public final class SettingsItems {

    private SettingsItems() {}

    public static Map<String, AttributeValue> toItem(BoardSettings settings) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("description", s(settings.description()));
        item.put("rankingType", s(settings.rankingType().name()));
        item.put("order", s(settings.order().name()));
        item.put("ranking", s(settings.ranking().name()));
        if (settings.operator() != null) {
            item.put("operator", s(settings.operator().name()));
        }
        item.put("decimals", n(settings.decimals()));
        item.put("maxSize", n(settings.maxSize()));
        item.put("lanes", n(settings.lanes()));
        ResetSchedule reset = settings.reset();
        if (reset != null) {
            Map<String, AttributeValue> map = new HashMap<>();
            text(map, "cron", reset.cron());
            text(map, "timezone", reset.timezone());
            number(map, "endsAt", reset.endsAt() == null ? null : reset.endsAt().toEpochMilli());
            item.put("reset", AttributeValue.fromM(map));
        }
        Bounds bounds = settings.bounds();
        if (bounds != null) {
            Map<String, AttributeValue> map = new HashMap<>();
            decimal(map, "min", bounds.min());
            decimal(map, "max", bounds.max());
            decimal(map, "maxIncrease", bounds.maxIncrease());
            number(map, "perMinute", bounds.perMinute());
            decimal(map, "firstPercentile", bounds.firstPercentile());
            text(map, "action", bounds.action() == null ? null : bounds.action().name());
            item.put("bounds", AttributeValue.fromM(map));
        }
        if (settings.rating() != null) {
            item.put("rating", AttributeValue.fromM(RatingSettingsItems.toMap(settings.rating())));
        }
        EntitySource source = settings.source();
        if (source != null) {
            Map<String, AttributeValue> map = new HashMap<>();
            text(map, "entityType", source.entityType());
            text(map, "path", source.path());
            item.put("source", AttributeValue.fromM(map));
        }
        Terms terms = settings.terms();
        number(
                item,
                "startsAt",
                terms.startsAt() == null ? null : terms.startsAt().toEpochMilli());
        number(item, "endsAt", terms.endsAt() == null ? null : terms.endsAt().toEpochMilli());
        number(item, "maxAttempts", terms.maxAttempts() == 0 ? null : terms.maxAttempts());
        list(item, "rewards", settings.rewards(), SettingsItems::toMap);
        list(item, "tiers", settings.tiers(), SettingsItems::toMap);
        return item;
    }

    public static BoardSettings fromItem(Map<String, AttributeValue> item) {
        String operator = Attributes.stringOrNull(item, "operator");
        // Boards from before this setting existed have no such attribute.
        String ranking = Attributes.stringOrNull(item, "ranking");
        return new BoardSettings(
                Attributes.string(item, "description"),
                RankingType.valueOf(Attributes.string(item, "rankingType")),
                Order.valueOf(Attributes.string(item, "order")),
                operator == null ? null : Operator.valueOf(operator),
                (int) Attributes.number(item, "decimals"),
                (int) Attributes.number(item, "maxSize"),
                (int) Attributes.number(item, "lanes"),
                reset(Attributes.map(item, "reset")),
                bounds(Attributes.map(item, "bounds")),
                list(item, "rewards", SettingsItems::reward),
                list(item, "tiers", SettingsItems::tier),
                RatingSettingsItems.fromMap(Attributes.map(item, "rating")),
                source(Attributes.map(item, "source")),
                terms(item),
                ranking == null ? Ranking.COMPETITION : Ranking.valueOf(ranking));
    }

    public static Map<String, AttributeValue> toMap(Reward reward) {
        Map<String, AttributeValue> map = new HashMap<>();
        text(map, "name", reward.name());
        number(map, "fromRank", reward.fromRank());
        number(map, "toRank", reward.toRank());
        decimal(map, "percentile", reward.percentile());
        text(map, "reward", reward.reward());
        return map;
    }

    public static Reward reward(Map<String, AttributeValue> map) {
        return new Reward(
                Attributes.stringOrNull(map, "name"),
                number(map, "fromRank"),
                number(map, "toRank"),
                decimal(map, "percentile"),
                Attributes.stringOrNull(map, "reward"));
    }

    private static Map<String, AttributeValue> toMap(Tier tier) {
        Map<String, AttributeValue> map = new HashMap<>();
        text(map, "name", tier.name());
        number(map, "rank", tier.rank());
        decimal(map, "percentile", tier.percentile());
        decimal(map, "score", tier.score());
        return map;
    }

    private static Tier tier(Map<String, AttributeValue> map) {
        return new Tier(
                Attributes.stringOrNull(map, "name"),
                number(map, "rank"),
                decimal(map, "percentile"),
                decimal(map, "score"));
    }

    private static @Nullable EntitySource source(Map<String, AttributeValue> map) {
        return map.isEmpty()
                ? null
                : new EntitySource(Attributes.stringOrNull(map, "entityType"), Attributes.stringOrNull(map, "path"));
    }

    private static Terms terms(Map<String, AttributeValue> item) {
        Long startsAt = number(item, "startsAt");
        Long endsAt = number(item, "endsAt");
        Long maxAttempts = number(item, "maxAttempts");
        return new Terms(
                startsAt == null ? null : Instant.ofEpochMilli(startsAt),
                endsAt == null ? null : Instant.ofEpochMilli(endsAt),
                maxAttempts == null ? 0 : maxAttempts.intValue());
    }

    private static @Nullable ResetSchedule reset(Map<String, AttributeValue> map) {
        if (map.isEmpty()) {
            return null;
        }
        Long endsAt = number(map, "endsAt");
        return new ResetSchedule(
                Attributes.stringOrNull(map, "cron"),
                Attributes.stringOrNull(map, "timezone"),
                endsAt == null ? null : Instant.ofEpochMilli(endsAt));
    }

    private static @Nullable Bounds bounds(Map<String, AttributeValue> map) {
        if (map.isEmpty()) {
            return null;
        }
        Long perMinute = number(map, "perMinute");
        String action = Attributes.stringOrNull(map, "action");
        return new Bounds(
                decimal(map, "min"),
                decimal(map, "max"),
                decimal(map, "maxIncrease"),
                perMinute == null ? null : perMinute.intValue(),
                decimal(map, "firstPercentile"),
                action == null ? Bounds.Action.REJECT : Bounds.Action.valueOf(action));
    }

    public static <T> void list(
            Map<String, AttributeValue> item,
            String name,
            List<T> values,
            Function<T, Map<String, AttributeValue>> toMap) {
        if (!values.isEmpty()) {
            item.put(
                    name,
                    AttributeValue.fromL(values.stream()
                            .map(value -> AttributeValue.fromM(toMap.apply(value)))
                            .toList()));
        }
    }

    public static <T> List<T> list(
            Map<String, AttributeValue> item, String name, Function<Map<String, AttributeValue>, T> fromMap) {
        return Attributes.list(item, name).stream()
                .map(AttributeValue::m)
                .map(fromMap)
                .toList();
    }

    private static void text(Map<String, AttributeValue> map, String name, @Nullable String value) {
        if (value != null) {
            map.put(name, s(value));
        }
    }

    private static void number(Map<String, AttributeValue> map, String name, @Nullable Number value) {
        if (value != null) {
            map.put(name, n(value.longValue()));
        }
    }

    private static void decimal(Map<String, AttributeValue> map, String name, @Nullable BigDecimal value) {
        if (value != null) {
            map.put(name, AttributeValue.fromN(value.toPlainString()));
        }
    }

    private static @Nullable Long number(Map<String, AttributeValue> map, String name) {
        AttributeValue value = map.get(name);
        return value == null ? null : Long.valueOf(value.n());
    }

    private static @Nullable BigDecimal decimal(Map<String, AttributeValue> map, String name) {
        AttributeValue value = map.get(name);
        return value == null ? null : new BigDecimal(value.n());
    }
}
