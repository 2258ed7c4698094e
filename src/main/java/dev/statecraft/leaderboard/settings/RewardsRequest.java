package dev.statecraft.leaderboard.settings;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Validates the rewards and tiers of board requests. Each method returns the values to store, or throws a
 * {@link ProblemException} with status 400 that names the field.
 */
public final class RewardsRequest {

    private RewardsRequest() {}

    /** API representation of a {@link Reward}. {@code reward} is any JSON value. */
    public record RewardView(
            @Nullable String name,
            @Nullable Long fromRank,
            @Nullable Long toRank,
            @Nullable BigDecimal percentile,
            @Nullable JsonNode reward) {

        public static RewardView of(Reward reward, MetadataJson json) {
            return new RewardView(
                    reward.name(), reward.fromRank(), reward.toRank(), reward.percentile(), json.read(reward.reward()));
        }
    }

    /**
     * Returns the rewards of a request. They keep the stored form of the existing rewards if they equal them as JSON, because
     * clients write the keys of an object in any order.
     *
     * @param existing the settings of the board before the request, null if the board is new
     */
    static List<Reward> rewards(
            List<@Nullable RewardView> rewards,
            @Nullable BoardSettings existing,
            LeaderboardConfig config,
            MetadataJson json) {
        SettingFields.atMost("rewards", rewards, config.rewards());
        List<Reward> checked = new ArrayList<>();
        for (int i = 0; i < rewards.size(); i++) {
            String field = "rewards[" + i + "]";
            RewardView reward = SettingFields.required(field, rewards.get(i));
            long from = SettingFields.range(field + ".fromRank", reward.fromRank(), 1);
            SettingFields.range(field + ".toRank", reward.toRank(), from);
            BigDecimal percentile = SettingFields.percentile(field + ".percentile", reward.percentile());
            if (reward.toRank() == null && percentile == null) {
                throw new ProblemException(Problem.badRequest(field, "Give toRank or percentile."));
            }
            checked.add(new Reward(
                    named(field + ".name", reward.name(), config),
                    reward.fromRank(),
                    reward.toRank(),
                    percentile,
                    json.write(field + ".reward", SettingFields.required(field + ".reward", reward.reward()))));
        }
        if (existing != null && canonical(checked, json).equals(canonical(existing.rewards(), json))) {
            return existing.rewards();
        }
        return List.copyOf(checked);
    }

    private static List<Reward> canonical(List<Reward> rewards, MetadataJson json) {
        return rewards.stream()
                .map(reward -> new Reward(
                        reward.name(),
                        reward.fromRank(),
                        reward.toRank(),
                        reward.percentile(),
                        json.canonical(reward.reward())))
                .toList();
    }

    static List<Tier> tiers(List<@Nullable Tier> tiers, int digits, LeaderboardConfig config) {
        SettingFields.atMost("tiers", tiers, config.tiers());
        Set<String> names = new HashSet<>();
        List<Tier> checked = new ArrayList<>();
        for (int i = 0; i < tiers.size(); i++) {
            String field = "tiers[" + i + "]";
            Tier tier = SettingFields.required(field, tiers.get(i));
            String name = SettingFields.required(field + ".name", named(field + ".name", tier.name(), config));
            if (!names.add(name)) {
                throw new ProblemException(Problem.badRequest(field + ".name", "Tier names must be unique."));
            }
            SettingFields.range(field + ".rank", tier.rank(), 1);
            checked.add(new Tier(
                    tier.name(),
                    tier.rank(),
                    SettingFields.percentile(field + ".percentile", tier.percentile()),
                    SettingFields.exact(field + ".score", tier.score(), digits)));
        }
        return List.copyOf(checked);
    }

    private static @Nullable String named(String field, @Nullable String name, LeaderboardConfig config) {
        return name == null ? null : SettingFields.text(field, name, "", config);
    }
}
