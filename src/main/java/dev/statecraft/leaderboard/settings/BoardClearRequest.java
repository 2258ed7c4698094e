package dev.statecraft.leaderboard.settings;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Applies the {@code clear} list of a board change. A cleared setting gets the default value of a new board. The list is
 * for callers that cannot send null or an empty object.
 */
final class BoardClearRequest {

    private BoardClearRequest() {}

    /**
     * Returns the settings with the named ones reset to their defaults.
     *
     * @param names names of the settings to clear
     * @param clearable the value that the request sets for each clearable setting, by name; null if it sets none
     * @param type the ranking type of the board after the change
     * @param old the settings before the change
     * @throws ProblemException 400, naming the element of {@code clear}, if the setting cannot be cleared or if the
     *     request also sets it
     */
    static BoardSettings of(
            List<@Nullable String> names,
            SortedMap<String, @Nullable Object> clearable,
            RankingType type,
            BoardSettings old,
            LeaderboardConfig config) {
        Set<String> cleared = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (name == null || !clearable.containsKey(name)) {
                throw rejected(i, "Only these settings can be cleared: " + String.join(", ", clearable.keySet()) + ".");
            }
            if (clearable.get(name) != null) {
                throw rejected(i, "The request both sets and clears " + name + ". Omit one of the two.");
            }
            cleared.add(name);
        }
        return new BoardSettings(
                cleared.contains("description") ? "" : old.description(),
                old.rankingType(),
                cleared.contains("order") ? type.defaultOrder() : old.order(),
                cleared.contains("operator") ? null : old.operator(),
                cleared.contains("decimals") ? type.defaultDecimals() : old.decimals(),
                cleared.contains("maxSize") ? config.maxLeaderboardSize() : old.maxSize(),
                old.lanes(),
                cleared.contains("reset") ? null : old.reset(),
                cleared.contains("bounds") ? null : old.bounds(),
                cleared.contains("rewards") ? List.of() : old.rewards(),
                cleared.contains("tiers") ? List.of() : old.tiers(),
                cleared.contains("rating") ? null : old.rating(),
                cleared.contains("source") ? null : old.source(),
                new Terms(
                        cleared.contains("startsAt") ? null : old.terms().startsAt(),
                        cleared.contains("endsAt") ? null : old.terms().endsAt(),
                        cleared.contains("maxAttempts") ? 0 : old.terms().maxAttempts()),
                cleared.contains("ranking") ? Ranking.COMPETITION : old.ranking());
    }

    private static ProblemException rejected(int index, String detail) {
        return new ProblemException(Problem.badRequest("clear[" + index + "]", detail));
    }
}
