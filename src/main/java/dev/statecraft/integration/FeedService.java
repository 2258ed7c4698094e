package dev.statecraft.integration;

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

/** The feed of events: appended to once for everything that happens, read in order. */
@ApplicationScoped
public class FeedService {

    private static final int ATTEMPTS = 32;
    private static final long CONTENTION_MILLIS = 5;
    private static final int MOST_CHARACTERS = 1_500_000;
    private static final int CHUNKS = 20;
    private static final int MOST_CHUNKS = 200;

    private final FeedStore store;
    private final Clock clock;

    FeedService(FeedStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** How many events the feed of a game ever had; 1 RCU. */
    public long count(String game) {
        return store.head(game);
    }

    /**
     * Appends what is not in the feed yet, in order.
     *
     * @return how many events were appended
     * @throws ContentionException if others append all the time
     */
    public int append(String game, List<Occurrence> occurrences) {
        int appended = 0;
        List<Occurrence> part = new ArrayList<>();
        Set<String> sources = new LinkedHashSet<>();
        int characters = 0;
        for (Occurrence occurrence : occurrences) {
            int length =
                    occurrence.events().stream().mapToInt(FeedStore::length).sum();
            boolean full = sources.size() == FeedStore.MOST_SOURCES && !sources.contains(occurrence.source());
            if (!part.isEmpty() && (full || characters + length > MOST_CHARACTERS)) {
                appended += appendPart(game, part);
                part.clear();
                sources.clear();
                characters = 0;
            }
            part.add(occurrence);
            sources.add(occurrence.source());
            characters += length;
        }
        return part.isEmpty() ? appended : appended + appendPart(game, part);
    }

    private int appendPart(String game, List<Occurrence> occurrences) {
        Set<String> sources = new LinkedHashSet<>();
        occurrences.forEach(occurrence -> sources.add(occurrence.source()));
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Map<String, String> seen = store.marks(game, sources);
            Map<String, String> told = new LinkedHashMap<>();
            List<Event> events = new ArrayList<>();
            for (Occurrence occurrence : occurrences) {
                String mark = told.getOrDefault(occurrence.source(), seen.get(occurrence.source()));
                if (mark == null || occurrence.position().compareTo(mark) > 0) {
                    told.put(occurrence.source(), occurrence.position());
                    events.addAll(occurrence.events());
                }
            }
            if (told.isEmpty()) {
                return 0;
            }
            long head = store.head(game);
            List<Event> placed = placed(ScoreEvents.merged(events), head);
            if (store.append(game, head, placed, seen, told, clock.instant())) {
                return placed.size();
            }
        }
        throw new ContentionException("the feed is appended to by others all the time");
    }

    private static List<Event> placed(List<Event> events, long head) {
        List<Event> placed = new ArrayList<>(events.size());
        for (Event event : events) {
            placed.add(event.at(head + placed.size() + 1));
        }
        return placed;
    }

    /** The mark of a source, null if nothing of it was told; 1 RCU. */
    @Nullable String mark(String game, String source) {
        return store.marks(game, List.of(source)).get(source);
    }

    /**
     * A place in the feed.
     *
     * @param chunk where reading begins
     * @param seq the last event that was read
     */
    public record Place(long chunk, long seq) {}

    /**
     * Some events.
     *
     * @param next where to go on
     * @param more whether there may be more by now
     */
    public record Page(List<Event> events, Place next, boolean more) {}

    /**
     * Reads events, the oldest first.
     *
     * @param type only those of this type, null for all; a page may then be empty though there is more
     */
    public Page oldest(String game, @Nullable Place after, @Nullable EventType type, int limit) {
        List<Event> found = new ArrayList<>();
        Place at = after == null ? new Place(0, 0) : after;
        for (int read = 0; read < MOST_CHUNKS; read += CHUNKS) {
            FeedStore.Chunks part = store.forwards(game, at.chunk(), CHUNKS);
            for (FeedStore.Chunk chunk : part.chunks()) {
                for (Event event : chunk.events()) {
                    if (event.seq() > at.seq()) {
                        if (found.size() == limit) {
                            return new Page(found, at, true);
                        }
                        at = new Place(chunk.first(), event.seq());
                        if (type == null || type == event.type()) {
                            found.add(event);
                        }
                    }
                }
            }
            if (!part.more() || part.chunks().isEmpty()) {
                return new Page(found, at, false);
            }
        }
        return new Page(found, at, true);
    }

    /** Reads events, the newest first; otherwise as {@link #oldest}. */
    public Page newest(String game, @Nullable Place before, @Nullable EventType type, int limit) {
        List<Event> found = new ArrayList<>();
        Place at = before == null ? new Place(Occurrence.MOST, Occurrence.MOST) : before;
        for (int read = 0; read < MOST_CHUNKS; read += CHUNKS) {
            FeedStore.Chunks part = store.backwards(game, at.chunk(), CHUNKS);
            for (FeedStore.Chunk chunk : part.chunks()) {
                for (int i = chunk.events().size() - 1; i >= 0; i--) {
                    Event event = chunk.events().get(i);
                    if (event.seq() < at.seq()) {
                        if (found.size() == limit) {
                            return new Page(found, at, true);
                        }
                        at = new Place(chunk.first(), event.seq());
                        if (type == null || type == event.type()) {
                            found.add(event);
                        }
                    }
                }
            }
            if (!part.more() || part.chunks().isEmpty()) {
                return new Page(found, at, false);
            }
        }
        return new Page(found, at, true);
    }
}
