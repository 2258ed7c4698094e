package dev.statecraft.integration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps scores from filling the feed: however many change at a time, it is one event a board and season. */
final class ScoreEvents {

    private static final String CHANGES = "changes";

    private ScoreEvents() {}

    /** The same events with those about scores of the same board and season added up in the last of them. */
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

    private static Event sum(Event before, Event last) {
        ObjectNode data = last.data().deepCopy();
        data.put(
                CHANGES,
                before.data().path(CHANGES).asLong() + last.data().path(CHANGES).asLong());
        return last.with(data);
    }
}
