package dev.statecraft.integration.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.local.Meter;
import dev.statecraft.table.ScanPage;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.OnDynamoDbLocal;
import dev.statecraft.testing.TestDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Tests the event feed on DynamoDB Local: repeated deliveries append every event once. */
@OnDynamoDbLocal
class EventFeedServiceTest {

    private static final String GAME = "default";

    private final TableNames tables = TestDatabase.freshTables();
    private final EventParts parts = new EventParts(Machine.real(), TestDatabase.client(), tables, Map.of());
    private final EventFeedStore store = parts.store;
    private final EventFeedService feed = parts.feed;

    @Test
    void repeatedAndShuffledChangesAreAppendedOnce() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<SourceChange> all = new ArrayList<>();
        for (int i = 1; i <= 60; i++) {
            all.add(numbered("space/a", i));
            all.add(SourceChange.once(GAME, "board/b/" + i, List.of(event(EventType.LEADERBOARD_CHANGED, "b" + i))));
        }
        int from = 0;
        while (from < all.size()) {
            int to = Math.min(all.size(), from + 1 + random.nextInt(20));
            feed.append(GAME, all.subList(from, to));
            if (random.nextBoolean()) {
                int again = random.nextInt(to);
                feed.append(GAME, all.subList(again, Math.min(all.size(), again + 30)));
            }
            from = Math.max(from + 1, to - random.nextInt(3));
        }
        List<SourceChange> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, random);
        feed.append(GAME, shuffled);
        List<Event> events = feed.oldest(GAME, null, null, 1000).events();
        assertEquals(120, events.stream().map(Event::id).distinct().count(), "seed " + seed);
        assertEquals(120, events.size(), "seed " + seed);
        assertEquals(120, feed.count(GAME), "seed " + seed);
        assertEquals(
                LongStream.rangeClosed(1, 120).boxed().toList(),
                events.stream().map(Event::seq).toList(),
                "seed " + seed);
    }

    @Test
    void scoreChangesOfABoardAreMergedAndCountedOnce() {
        List<SourceChange> scores = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            scores.add(LeaderboardEvents.scored(GAME, "race", 0, 1, 0, Integer.toString(100 + i), 0));
        }
        feed.append(GAME, scores.subList(0, 6));
        feed.append(GAME, scores);
        feed.append(GAME, scores.subList(3, 8));
        List<Event> events =
                feed.oldest(GAME, null, EventType.LEADERBOARD_UPDATED, 100).events();
        assertEquals(2, events.size());
        assertEquals(
                10,
                events.stream()
                        .mapToLong(event -> event.data().path("changes").asLong())
                        .sum());
    }

    @Test
    void pagesOfBothOrdersContainEveryEventOnce() {
        Random random = new Random(5);
        int count = 0;
        for (int chunk = 0; chunk < 45; chunk++) {
            List<SourceChange> part = new ArrayList<>();
            for (int i = random.nextInt(chunk < 25 ? 2 : 6); i >= 0; i--) {
                count++;
                part.add(numbered("space/p", count));
            }
            feed.append(GAME, part);
        }
        for (int limit : List.of(1, 2, 3, 7, 20, 21, count - 1, count, count + 1)) {
            List<Long> forwards = new ArrayList<>();
            EventFeedService.Page page = feed.oldest(GAME, null, null, limit);
            while (true) {
                page.events().forEach(event -> forwards.add(event.seq()));
                if (!page.more()) {
                    break;
                }
                page = feed.oldest(GAME, page.next(), null, limit);
            }
            assertEquals(LongStream.rangeClosed(1, count).boxed().toList(), forwards);
            assertTrue(feed.oldest(GAME, page.next(), null, limit).events().isEmpty());
            List<Long> backwards = new ArrayList<>();
            page = feed.newest(GAME, null, null, limit);
            while (true) {
                page.events().forEach(event -> backwards.add(event.seq()));
                if (!page.more()) {
                    break;
                }
                page = feed.newest(GAME, page.next(), null, limit);
            }
            Collections.reverse(backwards);
            assertEquals(forwards, backwards);
        }
    }

    /** Each append of a single event is a chunk of its own. */
    @Test
    void pageOfSmallChunksTakesTwoRequests() {
        for (int i = 1; i <= 130; i++) {
            feed.append(GAME, List.of(numbered("space/p", i)));
        }
        Meter meter = new Meter();
        EventFeedService metered = new EventParts(Machine.real(), TestDatabase.client(meter), tables, Map.of()).feed;
        assertEquals(100, metered.oldest(GAME, null, null, 100).events().size());
        assertEquals(2, meter.take().requests());
        assertEquals(100, metered.newest(GAME, null, null, 100).events().size());
        assertEquals(2, meter.take().requests());
        assertEquals(1, metered.newest(GAME, null, null, 1).events().size());
        assertEquals(new Meter.Reading(1, 1.0, 0.0), meter.take());
    }

    @Test
    void concurrentErasuresAnonymizeBothPlayers() {
        feed.append(
                GAME,
                List.of(SourceChange.once(
                        GAME,
                        "space/e",
                        List.of(
                                event(EventType.ENTITY_UPDATED, "global/ada/1"),
                                event(EventType.ENTITY_UPDATED, "global/eve/1"),
                                event(EventType.ENTITY_UPDATED, "global/bob/1")))));
        EventFeedStore.Chunk read = store.forwards(GAME, 0, 1).chunks().get(0);
        assertEquals(OptionalInt.of(1), store.anonymize(GAME, read, "ada"));
        // A rewrite of the chunk as it was read before would restore the other player's name.
        assertEquals(OptionalInt.empty(), store.anonymize(GAME, read, "eve"));
        EventErasureService erasure = parts.erasures;
        assertEquals(new ScanPage(null, 1), erasure.erase(GAME, "eve", null));
        assertEquals(new ScanPage(null, 0), erasure.erase(GAME, "ada", null));
        assertEquals(new ScanPage(null, 1), erasure.erase(GAME, "bob", null));
        String left = feed.oldest(GAME, null, null, 10).events().toString();
        for (String name : List.of("ada", "eve", "bob")) {
            assertFalse(left.contains(name), left);
        }
    }

    private static SourceChange numbered(String source, long number) {
        return SourceChange.numbered(
                GAME, source, number, List.of(event(EventType.ENTITY_UPDATED, source + "/" + number)));
    }

    private static Event event(EventType type, String id) {
        return Event.of(type, id, 0, JsonNodeFactory.instance.objectNode());
    }
}
