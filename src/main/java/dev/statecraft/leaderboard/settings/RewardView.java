package dev.statecraft.leaderboard.settings;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

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
