package dev.statecraft.integration.event;

import static dev.statecraft.replication.Realm.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.combining.Intent;
import dev.statecraft.combining.Round;
import dev.statecraft.combining.Round.Combined;
import dev.statecraft.combining.Round.QueueWrite;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.TransactionWrites;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What one round does with the appends that wait: which events it appends, and which requests it returns. */
class EventRoundsTest {

    private static final int RETURNED = -1;

    private final ModelDatabase database = new ModelDatabase();
    private final EventFeedService feed =
            new EventParts(Machine.real(), database.client(), database.freshTables(), Map.of()).feed;
    private int stateWritesAlone;

    private static SourceChange change(String source, long number) {
        return change(source, number, "");
    }

    private static SourceChange change(String source, long number, String text) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("text", text);
        return SourceChange.numbered(
                GAME, source, number, List.of(Event.of(EventType.ENTITY_UPDATED, source + "/" + number, 0, data)));
    }

    private static ByteBuffer request(SourceChange... changes) {
        return CombinedEvents.pack(List.of(changes));
    }

    /** The number of events that a round appends for each of its requests, or {@link #RETURNED}. */
    private List<Integer> round(ByteBuffer... requests) {
        List<Intent> intents = new ArrayList<>();
        for (ByteBuffer request : requests) {
            intents.add(new Intent(intents.size() + 1L, 1, intents.size(), request));
        }
        List<ByteBuffer> outcomes = new ArrayList<>();
        Round.RoundResult<OptionalInt> result = feed.combine(
                GAME,
                intents,
                new QueueWrite(
                        made -> {
                            outcomes.addAll(made);
                            return TransactionWrites.NONE;
                        },
                        made -> {
                            stateWritesAlone++;
                            return outcomes.addAll(made);
                        }));
        if (!(result instanceof Combined<OptionalInt> combined)) {
            throw new AssertionError("lost the race");
        }
        assertEquals(
                combined.results(),
                outcomes.stream().map(CombinedEvents::unpackCount).toList(),
                "the others read the same outcome");
        return combined.results().stream().map(count -> count.orElse(RETURNED)).toList();
    }

    /** The ids of the events in the feed, whose sequence numbers are dense. */
    private List<String> ids() {
        List<Event> events = feed.oldest(GAME, null, null, 1_000).events();
        assertEquals(
                LongStream.rangeClosed(1, events.size()).boxed().toList(),
                events.stream().map(Event::seq).toList());
        assertEquals(events.size(), feed.count(GAME));
        return events.stream().map(Event::id).toList();
    }

    @Test
    void changesAreAppendedInOrder() {
        assertEquals(
                List.of(2, 1, 1),
                round(request(change("a", 1), change("b", 1)), request(change("a", 2)), request(change("c", 1))));
        assertEquals(List.of("a/1", "b/1", "a/2", "c/1"), ids());
    }

    @Test
    void redeliveredChangesAreAppendedAndCountedOnce() {
        feed.append(GAME, List.of(change("a", 1)));
        assertEquals(
                List.of(1, 1, 0),
                round(
                        request(change("a", 1), change("a", 2)),
                        request(change("a", 2), change("a", 3)),
                        request(change("a", 1))));
        assertEquals(List.of("a/1", "a/2", "a/3"), ids());
        assertEquals(List.of(0), round(request(change("a", 3))));
        assertEquals(1, stateWritesAlone);
    }

    /** A batch of score changes is one event for each of its boards, with or without other instances. */
    @Test
    void scoreEventsOfSeveralRequestsAreMerged() {
        ByteBuffer[] requests = IntStream.range(0, 3)
                .mapToObj(i -> request(
                        LeaderboardEvents.scored(GAME, "race", 0, 1, i, "101", 0),
                        LeaderboardEvents.scored(GAME, "race", 0, 1, i, "102", 0),
                        change("s", 1 + i)))
                .toArray(ByteBuffer[]::new);
        assertEquals(List.of(2, 2, 2), round(requests));
        List<Event> scores =
                feed.oldest(GAME, null, EventType.LEADERBOARD_UPDATED, 10).events();
        assertEquals(
                List.of(6L),
                scores.stream()
                        .map(event -> event.data().path("changes").asLong())
                        .toList());
        assertEquals(4, ids().size());
    }

    @Test
    void moreSourcesThanATransactionWaitForTheNextRound() {
        ByteBuffer many = request(sources("x", 40));
        ByteBuffer more = request(sources("y", 20));
        assertEquals(List.of(40, 20), round(many, more, request(change("z", 1)), request(change("x0", 2))));
        assertEquals(List.of(1, 1), round(request(change("z", 1)), request(change("x0", 2))));
        assertEquals(62, ids().size());
    }

    private static SourceChange[] sources(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> change(name + i, 1)).toArray(SourceChange[]::new);
    }

    /** Small intents of large events: what is compressed in the queue must fit a transaction, too. */
    @Test
    void moreEventsThanATransactionWaitForTheNextRound() {
        String text = "text ".repeat(100_000);
        ByteBuffer[] requests = IntStream.range(0, 12)
                .mapToObj(i -> request(change("large" + i, 1, text)))
                .toArray(ByteBuffer[]::new);
        int done = 0;
        int rounds = 0;
        while (done < requests.length) {
            List<Integer> appended = round(Arrays.copyOfRange(requests, done, requests.length));
            appended.forEach(count -> assertEquals(1, count));
            done += appended.size();
            rounds++;
        }
        assertEquals(6, rounds);
        assertEquals(12, ids().size());
    }

    @Test
    void unreadableRequestsAreReturned() {
        ArrayNode known =
                (ArrayNode) PackedJson.stored(request(change("a", 1)).array()).value();
        ArrayNode laterChange = known.deepCopy();
        ((ObjectNode) laterChange.get(0)).put("later", 1);
        ArrayNode laterEvent = known.deepCopy();
        ((ObjectNode) laterEvent.get(0).get("e").get(0)).put("later", 1);
        ArrayNode laterType = known.deepCopy();
        ((ObjectNode) laterType.get(0).get("e").get(0)).put("type", "LATER");
        ArrayNode noSource = known.deepCopy();
        ((ObjectNode) noSource.get(0)).putNull("s");
        assertEquals(
                List.of(RETURNED, RETURNED, RETURNED, RETURNED, RETURNED, RETURNED, 1),
                round(
                        stored(laterChange),
                        stored(laterEvent),
                        stored(laterType),
                        stored(noSource),
                        ByteBuffer.wrap(new byte[] {9, 9}),
                        ByteBuffer.allocate(0),
                        stored(known)));
        assertEquals(List.of("a/1"), ids());
        assertEquals(List.of(RETURNED), round(ByteBuffer.allocate(0)));
    }

    private static ByteBuffer stored(ArrayNode request) {
        return ByteBuffer.wrap(PackedJson.of(request, PackedJson.NEVER).bytes());
    }
}
