package dev.statecraft.integration.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Merges score events, so that a batch of score changes is one event per board and season. */
final class ScoreEvents {

    private static final String CHANGES = "changes";

    private ScoreEvents() {}

    /**
     * Merges the LEADERBOARD_UPDATED events of each board and season into the last of them; its {@code changes} is the
     * sum. The merged events are placed after all other events.
     */
    static List<Event> merged(List<Event> events) {
        Map<String, Event> scores = new LinkedHashMap<>();
        List<Event> merged = new ArrayList<>();
        for (Event event : events) {
            if (event.type() == EventType.LEADERBOARD_UPDATED) {
                scores.merge(
                        event.data().path("board").asText() + "#"
                                + event.data().path("season").asInt(),
                        event,
                        ScoreEvents::sum);
            } else {
                merged.add(event);
            }
        }
        merged.addAll(scores.values());
        return merged;
    }

    private static Event sum(Event earlier, Event last) {
        ObjectNode data = last.data().deepCopy();
        data.put(
                CHANGES,
                earlier.data().path(CHANGES).asLong()
                        + last.data().path(CHANGES).asLong());
        return last.withData(data);
    }
}
