package dev.statecraft.integration.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.season.Award;
import dev.statecraft.leaderboard.settings.Reward;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Creates the events of leaderboards. */
final class LeaderboardEvents {

    private static final JsonMapper JSON = new JsonMapper();

    /** Maximum number of awards in one change. */
    private static final int AWARDS_PER_CHANGE = 100;

    private LeaderboardEvents() {}

    /**
     * Returns the event of a board write; empty if the settings did not change.
     *
     * @param at when the board was written, in Unix milliseconds
     */
    static Optional<SourceChange> of(
            String game, String id, long version, Optional<Board> before, Optional<Board> after, long at) {
        ObjectNode data = about(id);
        EventType type;
        if (after.isEmpty()) {
            type = EventType.LEADERBOARD_DELETED;
        } else if (before.isEmpty()) {
            type = EventType.LEADERBOARD_CREATED;
            data.put("rankingType", after.get().settings().rankingType().name());
            data.put("description", after.get().settings().description());
        } else if (!before.get().settings().equals(after.get().settings())) {
            type = EventType.LEADERBOARD_CHANGED;
        } else {
            return Optional.empty();
        }
        String source = "board/" + id + "/" + version;
        return Optional.of(SourceChange.once(game, source, List.of(Event.of(type, source, at, data))));
    }

    /** Returns the event of a season record that was created (season closed) or reached DONE; otherwise empty. */
    static Optional<SourceChange> of(String game, String board, int epoch, Optional<Season> before, Season after) {
        boolean done = after.phase() == Season.Phase.DONE;
        if (before.isPresent() && (!done || before.get().phase() == Season.Phase.DONE)) {
            return Optional.empty();
        }
        ObjectNode data = about(board);
        String source = "season/" + board + "/" + epoch + "/" + after.season();
        if (before.isEmpty()) {
            data.put("closedSeason", after.season());
            if (!after.last()) {
                data.put("season", after.season() + 1);
            }
            data.put("eventType", after.eventType().name()).put("reason", after.reason());
            long at = after.closedAt().toEpochMilli();
            EventType type = after.last() ? EventType.LEADERBOARD_CLOSED : EventType.SEASON_RESET;
            return Optional.of(SourceChange.once(game, source, List.of(Event.of(type, source, at, data))));
        }
        data.put("season", after.season());
        data.put("totalEntries", after.totalEntries()).put("awards", after.awards());
        String completed = source + "/completed";
        long at = after.closedAt().toEpochMilli();
        return Optional.of(
                SourceChange.once(game, completed, List.of(Event.of(EventType.SEASON_COMPLETED, completed, at, data))));
    }

    /**
     * Returns the event of one score change.
     *
     * @param sequence sequence number of the stream record
     * @param at when the score was written, in Unix milliseconds
     */
    static SourceChange scored(String game, String board, int epoch, int season, int lane, String sequence, long at) {
        String source = "scores/" + board + "/" + epoch + "/" + season + "/" + lane;
        ObjectNode data = about(board).put("season", season).put("changes", 1);
        return SourceChange.sequenced(
                game,
                source,
                sequence,
                List.of(Event.of(EventType.LEADERBOARD_UPDATED, source + "/" + sequence, at, data)));
    }

    /**
     * Returns the events of awards of a closed season, at most {@value #AWARDS_PER_CHANGE} per change.
     *
     * @param value converts stored units to the score value of the API
     */
    static List<SourceChange> awards(
            String game, String board, int epoch, Season season, List<Award> awards, Function<Long, BigDecimal> value) {
        List<SourceChange> all = new ArrayList<>();
        for (int from = 0; from < awards.size(); from += AWARDS_PER_CHANGE) {
            List<Event> events = new ArrayList<>();
            List<Award> part = awards.subList(from, Math.min(awards.size(), from + AWARDS_PER_CHANGE));
            for (Award award : part) {
                Reward reward = season.rewards().get(award.reward());
                ObjectNode data = about(board).put("playerId", award.playerId());
                data.put("season", season.season()).put("rank", award.rank());
                data.put("value", value.apply(award.score().value())).put("name", reward.name());
                data.set("reward", json(reward.reward()));
                String id = "award:" + board + ":" + epoch + ":" + season.season() + ":" + award.playerId();
                events.add(Event.of(EventType.AWARD_GIVEN, id, season.closedAt().toEpochMilli(), data));
            }
            String source = "awards/" + board + "/" + epoch + "/" + season.season() + "/"
                    + part.get(0).position();
            all.add(SourceChange.once(game, source, events));
        }
        return all;
    }

    private static @Nullable JsonNode json(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored reward is not JSON", e);
        }
    }

    private static ObjectNode about(String board) {
        return JsonNodeFactory.instance.objectNode().put("board", board);
    }
}
