package dev.statecraft.integration.event;

import dev.statecraft.table.Backoff;
import dev.statecraft.table.ContentionException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The event feed of each game. Each change is appended exactly once; events are read in order. */
@ApplicationScoped
public class EventFeedService {

    private static final int ATTEMPTS = 32;
    private static final long CONTENTION_MILLIS = 5;
    private static final int MAX_APPEND_CHARACTERS = 1_500_000;
    private static final int CHUNKS_PER_READ = 20;
    private static final int MAX_CHUNKS_PER_PAGE = 200;

    private final EventFeedStore store;
    private final Clock clock;
    private final Backoff backoff;

    EventFeedService(EventFeedStore store, Clock clock, Backoff backoff) {
        this.store = store;
        this.clock = clock;
        this.backoff = backoff;
    }

    /** Returns the number of events ever appended to the event feed of a game. Cost: 1 RCU. */
    public long count(String game) {
        return store.head(game);
    }

    /**
     * Appends the events of changes that are not in the event feed yet, in order.
     *
     * @return number of events that were appended
     * @throws ContentionException if the append lost the race to concurrent writers {@value #ATTEMPTS} times; earlier
     *     parts of the list may have been appended
     */
    public int append(String game, List<SourceChange> changes) {
        int appended = 0;
        List<SourceChange> part = new ArrayList<>();
        Set<String> sources = new LinkedHashSet<>();
        int characters = 0;
        for (SourceChange change : changes) {
            int length =
                    change.events().stream().mapToInt(EventFeedStore::length).sum();
            boolean full = sources.size() == EventFeedStore.MAX_SOURCES && !sources.contains(change.source());
            if (!part.isEmpty() && (full || characters + length > MAX_APPEND_CHARACTERS)) {
                appended += appendPart(game, part);
                part.clear();
                sources.clear();
                characters = 0;
            }
            part.add(change);
            sources.add(change.source());
            characters += length;
        }
        return part.isEmpty() ? appended : appended + appendPart(game, part);
    }

    private int appendPart(String game, List<SourceChange> changes) {
        Set<String> sources = new LinkedHashSet<>();
        changes.forEach(change -> sources.add(change.source()));
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Map<String, String> readPositions = store.positions(game, sources);
            Map<String, String> newPositions = new LinkedHashMap<>();
            List<Event> events = new ArrayList<>();
            for (SourceChange change : changes) {
                String last = newPositions.getOrDefault(change.source(), readPositions.get(change.source()));
                if (last == null || change.position().compareTo(last) > 0) {
                    newPositions.put(change.source(), change.position());
                    events.addAll(change.events());
                }
            }
            if (newPositions.isEmpty()) {
                return 0;
            }
            long head = store.head(game);
            List<Event> numbered = numbered(ScoreEvents.merged(events), head);
            if (store.append(game, head, numbered, readPositions, newPositions, clock.instant())) {
                return numbered.size();
            }
        }
        throw new ContentionException("append to the event feed lost the race " + ATTEMPTS + " times");
    }

    private static List<Event> numbered(List<Event> events, long head) {
        List<Event> numbered = new ArrayList<>(events.size());
        for (Event event : events) {
            numbered.add(event.withSeq(head + numbered.size() + 1));
        }
        return numbered;
    }

    /** Returns the last appended position of a source, null if none of its changes was appended. Cost: 1 RCU. */
    @Nullable String position(String game, String source) {
        return store.positions(game, List.of(source)).get(source);
    }

    /**
     * A position between two events of the event feed.
     *
     * @param chunk first sequence number of the chunk to read next
     * @param seq sequence number of the last event that was read
     */
    public record EventPosition(long chunk, long seq) {}

    /**
     * A list page of events.
     *
     * @param next position after the last event that was read, also if there are no more events
     * @param more true if there may be more events
     */
    public record Page(List<Event> events, EventPosition next, boolean more) {}

    /**
     * Reads events, oldest first. Cost: 1 RCU per 4 KB of packed events.
     *
     * @param after position to continue from, null to start at the oldest event
     * @param type returns only events of this type, null for all; the page may then be empty although there are more
     *     events
     */
    public Page oldest(String game, @Nullable EventPosition after, @Nullable EventType type, int limit) {
        List<Event> found = new ArrayList<>();
        EventPosition at = after == null ? new EventPosition(0, 0) : after;
        for (int count = 0; count < MAX_CHUNKS_PER_PAGE; count += CHUNKS_PER_READ) {
            EventFeedStore.Chunks read = store.forwards(game, at.chunk(), CHUNKS_PER_READ);
            for (EventFeedStore.Chunk chunk : read.chunks()) {
                for (Event event : chunk.events()) {
                    if (event.seq() > at.seq()) {
                        if (found.size() == limit) {
                            return new Page(found, at, true);
                        }
                        at = new EventPosition(chunk.first(), event.seq());
                        if (type == null || type == event.type()) {
                            found.add(event);
                        }
                    }
                }
            }
            if (!read.more() || read.chunks().isEmpty()) {
                return new Page(found, at, false);
            }
        }
        return new Page(found, at, true);
    }

    /**
     * Reads events, newest first. Cost: 1 RCU per 4 KB of packed events.
     *
     * @param before position to continue from, null to start at the newest event
     * @param type returns only events of this type, null for all; the page may then be empty although there are more
     *     events
     */
    public Page newest(String game, @Nullable EventPosition before, @Nullable EventType type, int limit) {
        List<Event> found = new ArrayList<>();
        EventPosition at =
                before == null ? new EventPosition(SourceChange.MAX_NUMBER, SourceChange.MAX_NUMBER) : before;
        for (int count = 0; count < MAX_CHUNKS_PER_PAGE; count += CHUNKS_PER_READ) {
            EventFeedStore.Chunks read = store.backwards(game, at.chunk(), CHUNKS_PER_READ);
            for (EventFeedStore.Chunk chunk : read.chunks()) {
                for (int i = chunk.events().size() - 1; i >= 0; i--) {
                    Event event = chunk.events().get(i);
                    if (event.seq() < at.seq()) {
                        if (found.size() == limit) {
                            return new Page(found, at, true);
                        }
                        at = new EventPosition(chunk.first(), event.seq());
                        if (type == null || type == event.type()) {
                            found.add(event);
                        }
                    }
                }
            }
            if (!read.more() || read.chunks().isEmpty()) {
                return new Page(found, at, false);
            }
        }
        return new Page(found, at, true);
    }
}
