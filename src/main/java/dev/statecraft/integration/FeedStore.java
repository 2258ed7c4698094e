package dev.statecraft.integration;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.replication.PackedJson;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * The feed of a game: events in order, many to an item, in the events table; what is needed to append to it, in the
 * integration table.
 *
 * <ul>
 *   <li>A chunk: events table, {@code pk} = game#feed, {@code sk} = place of its first event in 16 digits, {@code ev}
 *       packed events, {@code ttl}, {@code rw} how often it was written again without an erased player. The table's
 *       stream feeds the bus with what was not.
 *   <li>The head: integration table, {@code pk} = game#feed, {@code sk} = {@code head}, {@code q} place of the last event.
 *   <li>A mark: integration table, {@code pk} = game#told#source, {@code sk} = {@code mark}, {@code p} the position that
 *       was told last, {@code ttl}.
 *   <li>Guard: chunks, head and marks are written in one transaction, each from what was read; so an event is appended
 *       once, however often and by how many it is delivered.
 * </ul>
 */
@ApplicationScoped
public class FeedStore {

    /** Sources in one append; a transaction takes 100 items. */
    static final int MOST_SOURCES = 60;

    private static final int CHUNK_CHARACTERS = 150_000;
    private static final int DEFLATE_BYTES = 256;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final IntegrationConfig config;

    FeedStore(DynamoDbClient dynamo, TableNames tables, IntegrationConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
    }

    /** How many events the feed of a game ever had; 1 RCU. */
    long head(String game) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.integration()).key(headKey(game)).consistentRead(true))
                .item();
        return Attributes.number(item, "q", 0);
    }

    /** The position that was told last of each source; those of which nothing was told are left out. 1 RCU each. */
    Map<String, String> marks(String game, Collection<String> sources) {
        Map<String, String> marks = new HashMap<>();
        List<String> all = List.copyOf(sources);
        for (int from = 0; from < all.size(); from += Batches.READ_LIMIT) {
            List<Map<String, AttributeValue>> keys =
                    all.subList(from, Math.min(all.size(), from + Batches.READ_LIMIT)).stream()
                            .map(source -> markKey(game, source))
                            .toList();
            KeysAndAttributes request =
                    KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
            Batches.get(dynamo, Map.of(tables.integration(), request))
                    .getOrDefault(tables.integration(), List.of())
                    .forEach(item -> {
                        String pk = Attributes.string(item, "pk");
                        marks.put(pk.substring(pk.lastIndexOf('#') + 1), Attributes.string(item, "p"));
                    });
        }
        return marks;
    }

    /**
     * Appends events; 2 WCU for the head, 2 for each mark, 2 for each KB of packed events.
     *
     * @param head how many there were before
     * @param events with their places, the first at {@code head + 1}
     * @param seen the marks that were read
     * @param told the marks to be left
     * @return false if the head or a mark was moved by somebody else meanwhile; nothing is written then
     */
    boolean append(
            String game,
            long head,
            List<Event> events,
            Map<String, String> seen,
            Map<String, String> told,
            Instant now) {
        List<TransactWriteItem> writes = new ArrayList<>();
        Map<String, AttributeValue> item = new HashMap<>(headKey(game));
        item.put("q", n(head + events.size()));
        Put.Builder put = Put.builder().tableName(tables.integration()).item(item);
        if (head == 0) {
            put.conditionExpression("attribute_not_exists(pk) OR q = :head")
                    .expressionAttributeValues(Map.of(":head", n(head)));
        } else {
            put.conditionExpression("q = :head").expressionAttributeValues(Map.of(":head", n(head)));
        }
        writes.add(TransactWriteItem.builder().put(put.build()).build());
        told.forEach((source, position) -> writes.add(mark(game, source, seen.get(source), position, now)));
        chunks(events).forEach(chunk -> writes.add(chunk(game, chunk, now)));
        try {
            dynamo.transactWriteItems(transaction -> transaction.transactItems(writes));
            return true;
        } catch (TransactionCanceledException e) {
            boolean overtaken = e.cancellationReasons().stream()
                    .anyMatch(reason -> "ConditionalCheckFailed".equals(reason.code())
                            || "TransactionConflict".equals(reason.code()));
            if (!overtaken) {
                throw e;
            }
            return false;
        }
    }

    private TransactWriteItem mark(String game, String source, @Nullable String seen, String position, Instant now) {
        Map<String, AttributeValue> item = new HashMap<>(markKey(game, source));
        item.put("p", s(position));
        item.put("ttl", n(now.plus(config.markRetention()).getEpochSecond()));
        Put.Builder put = Put.builder().tableName(tables.integration()).item(item);
        if (seen == null) {
            put.conditionExpression("attribute_not_exists(pk)");
        } else {
            put.conditionExpression("p = :seen").expressionAttributeValues(Map.of(":seen", s(seen)));
        }
        return TransactWriteItem.builder().put(put.build()).build();
    }

    private TransactWriteItem chunk(String game, List<Event> events, Instant now) {
        ArrayNode packed = JsonNodeFactory.instance.arrayNode();
        events.forEach(event -> packed.add(event.toJson()));
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("pk", s(PartitionKey.of(game, "feed")));
        item.put("sk", s(Occurrence.position(events.get(0).seq())));
        item.put("ev", b(PackedJson.of(packed, DEFLATE_BYTES).bytes()));
        item.put("ttl", n(now.plus(config.eventRetention()).getEpochSecond()));
        return TransactWriteItem.builder()
                .put(put -> put.tableName(tables.events()).item(item).conditionExpression("attribute_not_exists(pk)"))
                .build();
    }

    private static List<List<Event>> chunks(List<Event> events) {
        List<List<Event>> chunks = new ArrayList<>();
        List<Event> chunk = new ArrayList<>();
        int characters = 0;
        for (Event event : events) {
            int length = length(event);
            if (!chunk.isEmpty() && characters + length > CHUNK_CHARACTERS) {
                chunks.add(chunk);
                chunk = new ArrayList<>();
                characters = 0;
            }
            chunk.add(event);
            characters += length;
        }
        if (!chunk.isEmpty()) {
            chunks.add(chunk);
        }
        return chunks;
    }

    /** About how long an event is as text. */
    static int length(Event event) {
        return 128 + event.data().toString().length();
    }

    /**
     * Events that lie together in the feed.
     *
     * @param rewritten how often it was written again since it was appended
     */
    record Chunk(long first, List<Event> events, long rewritten) {}

    /** Some chunks, and whether there are more behind them. */
    record Chunks(List<Chunk> chunks, boolean more) {}

    /**
     * Reads chunks in order, strongly consistent; 1 RCU for 4 KB.
     *
     * @param from the place of the first event of the first chunk, 0 for the oldest there is
     */
    Chunks forwards(String game, long from, int limit) {
        return read(game, "pk = :pk AND sk >= :at", from, true, limit);
    }

    /** Reads chunks backwards, beginning with the one that starts at a place or before it. */
    Chunks backwards(String game, long from, int limit) {
        return read(game, "pk = :pk AND sk <= :at", from, false, limit);
    }

    private Chunks read(String game, String condition, long at, boolean forward, int limit) {
        QueryResponse response = dynamo.query(query -> query.tableName(tables.events())
                .keyConditionExpression(condition)
                .expressionAttributeValues(
                        Map.of(":pk", s(PartitionKey.of(game, "feed")), ":at", s(Occurrence.position(at))))
                .scanIndexForward(forward)
                .consistentRead(true)
                .limit(limit));
        return new Chunks(
                response.items().stream().map(FeedStore::toChunk).toList(),
                !response.lastEvaluatedKey().isEmpty());
    }

    /**
     * Takes a player's name out of a chunk that was read; 1 WCU a KB if it is in there.
     *
     * @return how many events named it; nothing if somebody else has written the chunk meanwhile
     */
    OptionalInt erase(String game, Chunk chunk, String playerId) {
        List<Event> without =
                chunk.events().stream().map(event -> event.without(playerId)).toList();
        int named = 0;
        for (int i = 0; i < without.size(); i++) {
            named += without.get(i).equals(chunk.events().get(i)) ? 0 : 1;
        }
        if (named > 0) {
            ArrayNode packed = JsonNodeFactory.instance.arrayNode();
            without.forEach(event -> packed.add(event.toJson()));
            Map<String, AttributeValue> values = new HashMap<>();
            values.put(":ev", b(PackedJson.of(packed, DEFLATE_BYTES).bytes()));
            values.put(":rw", n(chunk.rewritten() + 1));
            if (chunk.rewritten() > 0) {
                values.put(":read", n(chunk.rewritten()));
            }
            String unchanged = chunk.rewritten() > 0 ? "#rw = :read" : "attribute_not_exists(#rw)";
            try {
                dynamo.updateItem(update -> update.tableName(tables.events())
                        .key(Map.of(
                                "pk", s(PartitionKey.of(game, "feed")), "sk", s(Occurrence.position(chunk.first()))))
                        .updateExpression("SET #ev = :ev, #rw = :rw")
                        .conditionExpression("attribute_exists(pk) AND " + unchanged)
                        .expressionAttributeNames(Map.of("#ev", "ev", "#rw", "rw"))
                        .expressionAttributeValues(values));
            } catch (ConditionalCheckFailedException e) {
                return OptionalInt.empty();
            }
        }
        return OptionalInt.of(named);
    }

    /** Events that a record of the events table's stream tells of, and the game they belong to. */
    record Appended(String game, List<Event> events) {}

    /** Reads a record of the events table's stream; nothing if it tells of what has expired, or was told before. */
    static Optional<Appended> appended(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null || item.containsKey("rw")) {
            return Optional.empty();
        }
        String pk = Attributes.string(item, "pk");
        return Optional.of(
                new Appended(pk.substring(0, pk.indexOf('#')), toChunk(item).events()));
    }

    private static Chunk toChunk(Map<String, AttributeValue> item) {
        List<Event> events = new ArrayList<>();
        PackedJson.stored(Attributes.bytes(item, "ev")).value().forEach(event -> events.add(Event.fromJson(event)));
        return new Chunk(Long.parseLong(Attributes.string(item, "sk")), events, Attributes.number(item, "rw", 0));
    }

    private static Map<String, AttributeValue> headKey(String game) {
        return Map.of("pk", s(PartitionKey.of(game, "feed")), "sk", s("head"));
    }

    private static Map<String, AttributeValue> markKey(String game, String source) {
        return Map.of("pk", s(PartitionKey.of(game, "told", source)), "sk", s("mark"));
    }
}
