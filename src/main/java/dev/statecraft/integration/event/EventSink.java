package dev.statecraft.integration.event;

import java.util.List;

/** Event bus that delivers events to external consumers. */
public interface EventSink {

    /**
     * Publishes events in order, each at least once.
     *
     * @param game the game that owns the events
     * @return number of events at the start of the list that were accepted; the caller must publish the others again
     */
    int put(String game, List<Event> events);
}
