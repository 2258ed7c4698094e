package dev.statecraft.integration;

import java.util.List;

/** Where events are put for others to listen to. */
public interface EventSink {

    /**
     * Puts events there, in order, each at least once.
     *
     * @param game whose events they are
     * @return how many at the beginning of the list were taken; the others have to be put again
     */
    int put(String game, List<Event> events);
}
