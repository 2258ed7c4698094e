package dev.statecraft.leaderboard.settings;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.rating.Algorithm;
import dev.statecraft.rating.Elo;
import dev.statecraft.rating.Glicko2;
import dev.statecraft.rating.OpenSkill;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.table.Attributes;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The stored form of rating settings: the map {@code rating} in the item of a board. */
final class RatingSettingsItems {

    private RatingSettingsItems() {}

    static Map<String, AttributeValue> toMap(RatingSystem system) {
        Map<String, AttributeValue> map = new HashMap<>();
        if (system instanceof Elo elo) {
            map.put("algorithm", s(Algorithm.ELO.name()));
            map.put("initial", number(elo.initial()));
            map.put("k", number(elo.k()));
            map.put("expectation", s(elo.expectation().name()));
        } else if (system instanceof Glicko2 glicko) {
            map.put("algorithm", s(Algorithm.GLICKO2.name()));
            map.put("initial", number(glicko.initial()));
            map.put("deviation", number(glicko.deviation()));
            map.put("volatility", number(glicko.volatility()));
            map.put("tau", number(glicko.tau()));
            map.put("periodMillis", n(glicko.period().toMillis()));
        } else if (system instanceof OpenSkill openskill) {
            map.put("algorithm", s(Algorithm.OPENSKILL.name()));
            map.put("initial", number(openskill.mu()));
            map.put("deviation", number(openskill.sigma()));
            map.put("beta", number(openskill.beta()));
            map.put("tau", number(openskill.tau()));
            map.put("confidence", number(openskill.confidence()));
            map.put("model", s(openskill.model().name()));
        }
        return map;
    }

    /** Returns the rating system of a map; null for an empty map. */
    static @Nullable RatingSystem fromMap(Map<String, AttributeValue> map) {
        if (map.isEmpty()) {
            return null;
        }
        return switch (Algorithm.valueOf(Attributes.string(map, "algorithm"))) {
            case ELO ->
                new Elo(
                        number(map, "initial"),
                        number(map, "k"),
                        Elo.Expectation.valueOf(Attributes.string(map, "expectation")));
            case GLICKO2 ->
                new Glicko2(
                        number(map, "initial"),
                        number(map, "deviation"),
                        number(map, "volatility"),
                        number(map, "tau"),
                        Duration.ofMillis(Attributes.number(map, "periodMillis")));
            case OPENSKILL ->
                new OpenSkill(
                        number(map, "initial"),
                        number(map, "deviation"),
                        number(map, "beta"),
                        number(map, "tau"),
                        number(map, "confidence"),
                        OpenSkill.Model.valueOf(Attributes.string(map, "model")));
        };
    }

    /** Returns the shortest decimal that parses to the same double. */
    private static AttributeValue number(double value) {
        return AttributeValue.fromN(BigDecimal.valueOf(value).toPlainString());
    }

    private static double number(Map<String, AttributeValue> map, String name) {
        AttributeValue value = map.get(name);
        return value == null ? 0 : Double.parseDouble(value.n());
    }
}
