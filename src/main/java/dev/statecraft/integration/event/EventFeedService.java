package dev.statecraft.integration.event;

import dev.statecraft.combining.CombiningQueue;
import dev.statecraft.combining.Intent;
import dev.statecraft.combining.QueueKey;
import dev.statecraft.combining.Round;
import dev.statecraft.runtime.Threads;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.ContentionException;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The event feed of each game. Each change is appended exactly once; events are read in order. */
@ApplicationScoped
public class EventFeedService {

    private static final Logger LOG = Logger.getLogger(EventFeedService.class);
    private static final String FEED = "events";
    private static final int ATTEMPTS = 32;
    private static final long CONTENTION_MILLIS = 5;
    private static final int MAX_APPEND_CHARACTERS = 1_500_000;
    private static final int FIRST_CHUNKS = 20;
    private static final int MAX_CHUNKS_PER_READ = 100;
    private static final int MAX_CHUNKS_PER_PAGE = 200;

    private final EventFeedStore store;
    private final CombiningQueue queue;
    private final Clock clock;
    private final Backoff backoff;

    /** Appends of the threads of one instance do not race each other. */
    private final Lock lock;

    EventFeedService(EventFeedStore store, CombiningQueue queue, Clock clock, Backoff backoff, Threads threads) {
        this.store = store;
        this.queue = queue;
        this.clock = clock;
        this.backoff = backoff;
        this.lock = threads.newLock();
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
        lock.lock();
        try {
            return appendParts(game, changes);
        } finally {
            lock.unlock();
        }
    }

    private int appendParts(String game, List<SourceChange> changes) {
        int appended = 0;
        List<SourceChange> part = new ArrayList<>();
        Set<String> sources = new LinkedHashSet<>();
        int characters = 0;
        for (SourceChange change : changes) {
            int length = length(change);
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
        QueueKey key = new QueueKey(game, "feed", FEED);
        if (!queue.isBusy(key)) {
            OptionalInt appended = tryAppend(game, changes);
            if (appended.isPresent()) {
                return appended.getAsInt();
            }
            queue.collided(key);
        }
        ByteBuffer payload = CombinedEvents.pack(changes);
        OptionalInt combined = OptionalInt.empty();
        if (queue.accepts(payload)) {
            combined = queue.submit(
                            key,
                            payload,
                            (intents, write) -> combine(game, intents, write),
                            CombinedEvents::unpackCount)
                    .orElse(OptionalInt.empty());
        }
        return combined.orElseGet(() -> queue.inTurn(key, () -> appendAlone(game, changes)));
    }

    private int appendAlone(String game, List<SourceChange> changes) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            OptionalInt appended = tryAppend(game, changes);
            if (appended.isPresent()) {
                return appended.getAsInt();
            }
        }
        throw new ContentionException("append to the event feed lost the race " + ATTEMPTS + " times");
    }

    /** Appends changes; empty if another writer won the race. */
    private OptionalInt tryAppend(String game, List<SourceChange> changes) {
        NewEvents events = newEvents(game, changes);
        if (events.newPositions().isEmpty()) {
            return OptionalInt.of(0);
        }
        return append(game, events, TransactionWrites.NONE);
    }

    /**
     * Events of changes that are not in the event feed yet.
     *
     * @param byChange for each change, its new events
     */
    private record NewEvents(
            Map<String, String> readPositions, Map<String, String> newPositions, List<List<Event>> byChange) {}

    private NewEvents newEvents(String game, List<SourceChange> changes) {
        Set<String> sources = new LinkedHashSet<>();
        changes.forEach(change -> sources.add(change.source()));
        Map<String, String> readPositions = store.positions(game, sources);
        Map<String, String> newPositions = new LinkedHashMap<>();
        List<List<Event>> byChange = new ArrayList<>();
        for (SourceChange change : changes) {
            String last = newPositions.getOrDefault(change.source(), readPositions.get(change.source()));
            boolean isNew = last == null || change.position().compareTo(last) > 0;
            byChange.add(isNew ? change.events() : List.of());
            if (isNew) {
                newPositions.put(change.source(), change.position());
            }
        }
        return new NewEvents(readPositions, newPositions, byChange);
    }

    private OptionalInt append(String game, NewEvents events, TransactionWrites others) {
        long head = store.head(game);
        List<Event> numbered = numbered(
                ScoreEvents.merged(
                        events.byChange().stream().flatMap(List::stream).toList()),
                head);
        return store.append(
                        game, head, numbered, events.readPositions(), events.newPositions(), clock.instant(), others)
                ? OptionalInt.of(numbered.size())
                : OptionalInt.empty();
    }

    /** Appends the changes of several instances in one transaction. */
    Round.RoundResult<OptionalInt> combine(String game, List<Intent> intents, Round.QueueWrite write) {
        List<List<SourceChange>> requests = new ArrayList<>();
        Set<String> sources = new LinkedHashSet<>();
        int characters = 0;
        for (Intent intent : intents) {
            List<SourceChange> changes = read(game, intent);
            for (SourceChange change : changes) {
                sources.add(change.source());
                characters += length(change);
            }
            boolean full = sources.size() > EventFeedStore.MAX_SOURCES || characters > MAX_APPEND_CHARACTERS;
            if (full && !requests.isEmpty()) {
                break;
            }
            requests.add(changes);
        }
        NewEvents events =
                newEvents(game, requests.stream().flatMap(List::stream).toList());
        List<OptionalInt> counts = counts(requests, events);
        List<ByteBuffer> outcomes =
                counts.stream().map(CombinedEvents::packCount).toList();
        boolean written = events.newPositions().isEmpty()
                ? write.alone().test(outcomes)
                : append(game, events, write.inTransaction().apply(outcomes)).isPresent();
        return written ? new Round.Combined<>(counts) : new Round.Lost<>();
    }

    /**
     * The number of new events of each request, those that are merged with events of other requests included; empty for a
     * request that cannot be read.
     */
    private static List<OptionalInt> counts(List<List<SourceChange>> requests, NewEvents events) {
        List<OptionalInt> counts = new ArrayList<>();
        int from = 0;
        for (List<SourceChange> request : requests) {
            int to = from + request.size();
            List<Event> own = events.byChange().subList(from, to).stream()
                    .flatMap(List::stream)
                    .toList();
            counts.add(
                    request.isEmpty()
                            ? OptionalInt.empty()
                            : OptionalInt.of(ScoreEvents.merged(own).size()));
            from = to;
        }
        return counts;
    }

    private static int length(SourceChange change) {
        return change.events().stream().mapToInt(EventFeedStore::length).sum();
    }

    /** Reads the changes of an intent; none, so that its instance appends them, if this release cannot read them. */
    private static List<SourceChange> read(String game, Intent intent) {
        try {
            return CombinedEvents.unpack(game, Objects.requireNonNull(intent.payload()));
        } catch (RuntimeException e) {
            LOG.warnf(e, "an intent of events cannot be read; its instance appends them");
            return List.of();
        }
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
     * Reads events, oldest first. Cost: 1 RCU per 4 KB of packed events, in one or two requests for 100 events.
     *
     * @param after position to continue from, null to start at the oldest event
     * @param type returns only events of this type, null for all; the page may then be empty although there are more
     *     events
     */
    public Page oldest(String game, @Nullable EventPosition after, @Nullable EventType type, int limit) {
        return page(game, after == null ? new EventPosition(0, 0) : after, true, type, limit);
    }

    /**
     * Reads events, newest first. Cost: 1 RCU per 4 KB of packed events, in one or two requests for 100 events.
     *
     * @param before position to continue from, null to start at the newest event
     * @param type returns only events of this type, null for all; the page may then be empty although there are more
     *     events
     */
    public Page newest(String game, @Nullable EventPosition before, @Nullable EventType type, int limit) {
        EventPosition newest = new EventPosition(SourceChange.MAX_NUMBER, SourceChange.MAX_NUMBER);
        return page(game, before == null ? newest : before, false, type, limit);
    }

    private Page page(String game, EventPosition from, boolean forwards, @Nullable EventType type, int limit) {
        List<Event> found = new ArrayList<>();
        EventPosition at = from;
        // A chunk has an event at least; one event more tells whether there are more.
        int chunks = type == null ? Math.min(FIRST_CHUNKS, limit + 2) : FIRST_CHUNKS;
        for (int count = 0; count < MAX_CHUNKS_PER_PAGE; ) {
            EventFeedStore.Chunks read =
                    forwards ? store.forwards(game, at.chunk(), chunks) : store.backwards(game, at.chunk(), chunks);
            for (EventFeedStore.Chunk chunk : read.chunks()) {
                List<Event> events = new ArrayList<>(chunk.events());
                if (!forwards) {
                    Collections.reverse(events);
                }
                for (Event event : events) {
                    if (forwards ? event.seq() > at.seq() : event.seq() < at.seq()) {
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
            count += chunks;
            chunks = nextChunks(limit, found.size(), count);
        }
        return new Page(found, at, true);
    }

    /**
     * Number of chunks to read next: as many as probably have the missing events and one more, which tells whether there are
     * more events, if the next chunks are like those before. The last chunk is read again.
     *
     * @param found number of events in the chunks that were read
     * @param read number of chunks that were read
     */
    static int nextChunks(int limit, int found, int read) {
        int missing = limit + 1 - found;
        int probably = found == 0 ? 2 * read : (missing * read + found - 1) / found;
        return Math.max(2, Math.min(probably + 1, MAX_CHUNKS_PER_READ));
    }
}
