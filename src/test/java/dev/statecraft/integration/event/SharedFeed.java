package dev.statecraft.integration.event;

import static dev.statecraft.replication.Realm.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.combining.QueueKey;
import dev.statecraft.testing.ConcurrentInstances;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Instances that append to one event feed. */
final class SharedFeed implements AutoCloseable {

    final ConcurrentInstances all;
    private final EventFeedService observer;

    SharedFeed(long seed) {
        all = new ConcurrentInstances(seed);
        observer = new EventParts(all.time.machine(), all.database.client(), all.tables, Map.of()).feed;
    }

    /** A stream consumer and its network. */
    record Consumer(EventParts parts, FaultyDynamo network) {

        /** Lets the consumer use the queue of the feed from now on, as after a lost race. */
        Consumer busy() {
            parts.queue.collided(new QueueKey(GAME, "feed", "events"));
            return this;
        }

        int append(List<SourceChange> changes) {
            return parts.feed.append(GAME, changes);
        }
    }

    Consumer consumer() {
        FaultyDynamo network = all.network();
        return new Consumer(new EventParts(all.time.machine(), all.client(network), all.tables, Map.of()), network);
    }

    /** The changes of a source with the numbers from {@code from} to {@code to}, one event each. */
    static List<SourceChange> changes(String source, long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(number -> change(source, number, ""))
                .toList();
    }

    static SourceChange change(String source, long number, String text) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("text", text);
        return SourceChange.numbered(
                GAME, source, number, List.of(Event.of(EventType.ENTITY_UPDATED, source + "/" + number, 0, data)));
    }

    /** The ids of the events. Checks that the sequence is dense, no event is there twice, and each source is in order. */
    List<String> ids(String run) {
        List<Event> events = observer.oldest(GAME, null, null, 1_000).events();
        assertEquals(
                LongStream.rangeClosed(1, events.size()).boxed().toList(),
                events.stream().map(Event::seq).toList(),
                run);
        assertEquals(events.size(), observer.count(GAME), run);
        List<String> ids = events.stream().map(Event::id).toList();
        assertEquals(ids.size(), new HashSet<>(ids).size(), run + ": twice in " + ids);
        Map<String, Long> last = new HashMap<>();
        for (String id : ids) {
            int slash = id.lastIndexOf('/');
            long number = Long.parseLong(id.substring(slash + 1));
            assertEquals(last.getOrDefault(id.substring(0, slash), 0L) + 1, number, run + ": order in " + ids);
            last.put(id.substring(0, slash), number);
        }
        return ids;
    }

    /** The number of combined writes. */
    long writes() {
        return all.database.client().scan(scan -> scan.tableName(all.tables.intents())).items().stream()
                .filter(item -> item.containsKey("g"))
                .mapToLong(item -> Long.parseLong(item.get("g").n()))
                .sum();
    }

    @Override
    public void close() {
        all.close();
    }
}
