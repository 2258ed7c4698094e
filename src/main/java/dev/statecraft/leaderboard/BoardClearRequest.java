package dev.statecraft.leaderboard;

import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a change of a board clears by name, for callers that cannot send null or an empty object. A cleared
 * setting gets the value that a new board has where it is left out.
 */
final class BoardClearRequest {

    /** What can be cleared, and what a request says about it. */
    private static final SortedMap<String, Function<BoardRequest, @Nullable Object>> CLEARABLE = clearable();

    private BoardClearRequest() {}

    /**
     * The settings of a board without those that are named.
     *
     * @throws ProblemException 400, naming the element of {@code clear} that cannot be cleared, or that the request also
     *     sets
     */
    static BoardSettings of(List<@Nullable String> names, BoardRequest request, BoardSettings old, LeaderboardConfig config) {
        Set<String> cleared = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            Function<BoardRequest, @Nullable Object> setting = name == null ? null : CLEARABLE.get(name);
            if (name == null || setting == null) {
                throw refused(i, "Only these settings can be cleared: " + String.join(", ", CLEARABLE.keySet()) + ".");
            }
            if (setting.apply(request) != null) {
                throw refused(i, "The request both sets and clears " + name + ". Omit one of the two.");
            }
            cleared.add(name);
        }
        RankingType type = request.rankingType() == null ? old.rankingType() : request.rankingType();
        return new BoardSettings(
                cleared.contains("description") ? "" : old.description(),
                old.rankingType(),
                cleared.contains("order") ? type.defaultOrder() : old.order(),
                cleared.contains("operator") ? null : old.operator(),
                cleared.contains("decimals") ? BoardRequest.decimalsOf(type) : old.decimals(),
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

    private static SortedMap<String, Function<BoardRequest, @Nullable Object>> clearable() {
        SortedMap<String, Function<BoardRequest, @Nullable Object>> settings = new TreeMap<>();
        settings.put("description", BoardRequest::description);
        settings.put("order", BoardRequest::order);
        settings.put("operator", BoardRequest::operator);
        settings.put("decimals", BoardRequest::decimals);
        settings.put("maxSize", BoardRequest::maxSize);
        settings.put("ranking", BoardRequest::ranking);
        settings.put("reset", BoardRequest::reset);
        settings.put("bounds", BoardRequest::bounds);
        settings.put("rewards", BoardRequest::rewards);
        settings.put("tiers", BoardRequest::tiers);
        settings.put("rating", BoardRequest::rating);
        settings.put("source", BoardRequest::source);
        settings.put("startsAt", BoardRequest::startsAt);
        settings.put("endsAt", BoardRequest::endsAt);
        settings.put("maxAttempts", BoardRequest::maxAttempts);
        return settings;
    }

    private static ProblemException refused(int index, String detail) {
        return new ProblemException(Problem.badRequest("clear[" + index + "]", detail));
    }
}
