package dev.statecraft.integration.event;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
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
 * Stores the event feed of each game: chunks of events in the events table, the state that appends are checked against
 * in the integration table.
 *
 * <ul>
 *   <li>Chunk: events table, {@code pk} = game#feed, {@code sk} = sequence number of its first event in 16 digits,
 *       {@code ev} packed events, {@code ttl}, {@code rw} number of rewrites that anonymized a player. The table's
 *       stream delivers chunks without {@code rw} to the event bus.
 *   <li>Head: integration table, {@code pk} = game#feed, {@code sk} = {@code head}, {@code q} sequence number of the
 *       last event.
 *   <li>Source position: integration table, {@code pk} = game#told#source, {@code sk} = {@code mark}, {@code p} the
 *       last appended position, {@code ttl}.
 *   <li>Guard: chunks, head and source positions are written in one transaction. Its conditions are the head and
 *       positions that were read. A change that is delivered repeatedly or concurrently is therefore appended once.
 * </ul>
 */
@ApplicationScoped
public class EventFeedStore {

    /** Maximum number of sources in one append; a transaction holds at most 100 items. */
    static final int MAX_SOURCES = 60;

    private static final int CHUNK_CHARACTERS = 150_000;
    private static final int DEFLATE_BYTES = 256;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final IntegrationConfig config;
    private final Batches batches;

    EventFeedStore(DynamoDbClient dynamo, TableNames tables, Batches batches, IntegrationConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
        this.batches = batches;
    }

    /** Returns the sequence number of the last event, 0 if there is none. Cost: 1 RCU. */
    long head(String game) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.integration()).key(headKey(game)).consistentRead(true))
                .item();
        return Attributes.number(item, "q", 0);
    }

    /**
     * Returns the last appended position by source; sources without one are absent. Strongly consistent. Cost: 1 RCU
     * per source.
     */
    Map<String, String> positions(String game, Collection<String> sources) {
        Map<String, String> positions = new HashMap<>();
        List<String> all = List.copyOf(sources);
        for (int from = 0; from < all.size(); from += Batches.READ_LIMIT) {
            List<Map<String, AttributeValue>> keys =
                    all.subList(from, Math.min(all.size(), from + Batches.READ_LIMIT)).stream()
                            .map(source -> positionKey(game, source))
                            .toList();
            KeysAndAttributes request =
                    KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
            batches.get(Map.of(tables.integration(), request))
                    .getOrDefault(tables.integration(), List.of())
                    .forEach(item -> {
                        String pk = Attributes.string(item, "pk");
                        positions.put(pk.substring(pk.lastIndexOf('#') + 1), Attributes.string(item, "p"));
                    });
        }
        return positions;
    }

    /**
     * Appends events. Cost: 2 WCU for the head, 2 per source position and 2 per KB of packed events.
     *
     * @param head sequence number of the last event that was read
     * @param events events with their sequence numbers, the first with {@code head + 1}
     * @param readPositions the source positions that were read
     * @param newPositions the source positions to write
     * @param others writes that are made in the same transaction
     * @return false if a concurrent writer changed the head or a source position; nothing is written then
     */
    boolean append(
            String game,
            long head,
            List<Event> events,
            Map<String, String> readPositions,
            Map<String, String> newPositions,
            Instant now,
            TransactionWrites others) {
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
        newPositions.forEach((source, position) ->
                writes.add(positionWrite(game, source, readPositions.get(source), position, now)));
        chunks(events).forEach(chunk -> writes.add(chunkWrite(game, chunk, now)));
        writes.addAll(others.items());
        try {
            dynamo.transactWriteItems(transaction -> transaction.transactItems(writes));
            return true;
        } catch (TransactionCanceledException e) {
            boolean lostRace = e.cancellationReasons().stream()
                    .anyMatch(reason -> "ConditionalCheckFailed".equals(reason.code())
                            || "TransactionConflict".equals(reason.code()));
            if (!lostRace) {
                throw e;
            }
            return false;
        }
    }

    private TransactWriteItem positionWrite(
            String game, String source, @Nullable String readPosition, String position, Instant now) {
        Map<String, AttributeValue> item = new HashMap<>(positionKey(game, source));
        item.put("p", s(position));
        item.put("ttl", n(now.plus(config.markRetention()).getEpochSecond()));
        Put.Builder put = Put.builder().tableName(tables.integration()).item(item);
        if (readPosition == null) {
            put.conditionExpression("attribute_not_exists(pk)");
        } else {
            put.conditionExpression("p = :seen").expressionAttributeValues(Map.of(":seen", s(readPosition)));
        }
        return TransactWriteItem.builder().put(put.build()).build();
    }

    private TransactWriteItem chunkWrite(String game, List<Event> events, Instant now) {
        ArrayNode packed = JsonNodeFactory.instance.arrayNode();
        events.forEach(event -> packed.add(event.toJson()));
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("pk", s(PartitionKey.of(game, "feed")));
        item.put("sk", s(SourceChange.position(events.get(0).seq())));
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

    /** Estimates the length of an event's JSON text in characters. */
    static int length(Event event) {
        return 128 + event.data().toString().length();
    }

    /**
     * One item of the event feed.
     *
     * @param first sequence number of the first event
     * @param rewrites number of rewrites since the chunk was appended
     */
    record Chunk(long first, List<Event> events, long rewrites) {}

    /** A page of chunks; {@code more} is true if there may be further chunks. */
    record Chunks(List<Chunk> chunks, boolean more) {}

    /**
     * Reads chunks in ascending order, strongly consistent. Cost: 1 RCU per 4 KB.
     *
     * @param from first sequence number of the first chunk to read, 0 to start at the oldest chunk
     */
    Chunks forwards(String game, long from, int limit) {
        return read(game, "pk = :pk AND sk >= :at", from, true, limit);
    }

    /**
     * Reads chunks in descending order, strongly consistent. Cost: 1 RCU per 4 KB.
     *
     * @param from reads chunks whose first sequence number is at most this number
     */
    Chunks backwards(String game, long from, int limit) {
        return read(game, "pk = :pk AND sk <= :at", from, false, limit);
    }

    private Chunks read(String game, String condition, long at, boolean forward, int limit) {
        QueryResponse response = dynamo.query(query -> query.tableName(tables.events())
                .keyConditionExpression(condition)
                .expressionAttributeValues(
                        Map.of(":pk", s(PartitionKey.of(game, "feed")), ":at", s(SourceChange.position(at))))
                .scanIndexForward(forward)
                .consistentRead(true)
                .limit(limit));
        return new Chunks(
                response.items().stream().map(EventFeedStore::toChunk).toList(),
                !response.lastEvaluatedKey().isEmpty());
    }

    /**
     * Anonymizes a player in a chunk that was read. Cost: 1 WCU per KB if the chunk contains the player, else nothing.
     *
     * @return number of events that contained the player; empty if the chunk was rewritten concurrently or has expired
     */
    OptionalInt anonymize(String game, Chunk chunk, String playerId) {
        List<Event> anonymized =
                chunk.events().stream().map(event -> event.anonymized(playerId)).toList();
        int changed = 0;
        for (int i = 0; i < anonymized.size(); i++) {
            changed += anonymized.get(i).equals(chunk.events().get(i)) ? 0 : 1;
        }
        if (changed > 0) {
            ArrayNode packed = JsonNodeFactory.instance.arrayNode();
            anonymized.forEach(event -> packed.add(event.toJson()));
            Map<String, AttributeValue> values = new HashMap<>();
            values.put(":ev", b(PackedJson.of(packed, DEFLATE_BYTES).bytes()));
            values.put(":rw", n(chunk.rewrites() + 1));
            if (chunk.rewrites() > 0) {
                values.put(":read", n(chunk.rewrites()));
            }
            String unchanged = chunk.rewrites() > 0 ? "#rw = :read" : "attribute_not_exists(#rw)";
            try {
                dynamo.updateItem(update -> update.tableName(tables.events())
                        .key(Map.of(
                                "pk", s(PartitionKey.of(game, "feed")), "sk", s(SourceChange.position(chunk.first()))))
                        .updateExpression("SET #ev = :ev, #rw = :rw")
                        .conditionExpression("attribute_exists(pk) AND " + unchanged)
                        .expressionAttributeNames(Map.of("#ev", "ev", "#rw", "rw"))
                        .expressionAttributeValues(values));
            } catch (ConditionalCheckFailedException e) {
                return OptionalInt.empty();
            }
        }
        return OptionalInt.of(changed);
    }

    /** Events of one record of the events table's stream, and the game that owns them. */
    record Appended(String game, List<Event> events) {}

    /** Reads a record of the events table's stream; empty if the chunk was deleted, expired or rewritten. */
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

    private static Map<String, AttributeValue> positionKey(String game, String source) {
        return Map.of("pk", s(PartitionKey.of(game, "told", source)), "sk", s("mark"));
    }
}
