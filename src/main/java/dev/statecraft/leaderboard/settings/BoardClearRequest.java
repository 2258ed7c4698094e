package dev.statecraft.leaderboard.settings;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a change of a board clears by name, for callers that cannot send null or an empty object. A cleared
 * setting gets the value that a new board has where it is left out.
 */
final class BoardClearRequest {

    private BoardClearRequest() {}

    /**
     * The settings of a board without those that are named.
     *
     * @param clearable what the request says about each setting that can be cleared, null where it says nothing
     * @param type the ranking type of the board after the change
     * @throws ProblemException 400, naming the element of {@code clear} that cannot be cleared, or that the request also
     *     sets
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
                throw refused(i, "Only these settings can be cleared: " + String.join(", ", clearable.keySet()) + ".");
            }
            if (clearable.get(name) != null) {
                throw refused(i, "The request both sets and clears " + name + ". Omit one of the two.");
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

    private static ProblemException refused(int index, String detail) {
        return new ProblemException(Problem.badRequest("clear[" + index + "]", detail));
    }
}
