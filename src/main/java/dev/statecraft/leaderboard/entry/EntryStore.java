package dev.statecraft.leaderboard.entry;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardItems;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * The entries table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#board#epoch#season#lane, {@code sk} = player. A lane is one partition (1,000 writes a second,
 *       10 GB); large boards have several.
 *   <li>Attributes: {@code s} score, {@code u} subscore, {@code r} reached at, {@code w} written at, {@code v} version,
 *       {@code g} generation of the rank tree, {@code meta} metadata, {@code ms} its schema version, {@code rc} packed receipts, {@code er} packed receipts
 *       of earlier seasons (absent before the first identified submission), {@code a} attempts, {@code c} closed by a
 *       later season,
 *       {@value EntryItems#DISTINCT} if the rank tree also counts distinct scores (DENSE ranking); on a RATING board
 *       {@code rt} packed rating, {@code cm} copy of a match record; {@code x} random bytes of the last single write. A
 *       removed entry has its receipts and no score.
 *   <li>Index {@code order}, read by {@link OrderIndexStore}: {@code opk} = game#board#epoch#season#shard, {@code osk} =
 *       {@link OrderKey}, so that any part of the ranking is one range query. A board with one lane has one shard; a larger
 *       one has a shard for each class of scores, so that the index accepts as many writes as the table.
 *   <li>A lane may have a marker, {@code sk} = {@value #MARK}, which is no valid player id; {@code k} its number, {@code f} a
 *       second generation it is for. It is not an entry: once the rank tree has counted the marker, it has counted all
 *       earlier writes of the lane.
 *   <li>Local index {@code lane}: never written. It keeps all entries of a lane in one partition and their stream records in
 *       one order, which the watermarks of the rank trees require.
 *   <li>Guard of every write: the version that it was computed from.
 * </ul>
 */
@ApplicationScoped
public class EntryStore {

    private static final String MARK = "#mark";
    private static final String WRITE_TOKEN = "x";
    private static final int WRITE_TOKEN_BYTES = 8;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;
    private final RandomGenerator random;

    public EntryStore(DynamoDbClient dynamo, TableNames tables, Batches batches, RandomGenerator random) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
        this.random = random;
    }

    /** Result of a write. */
    public sealed interface Put {}

    /** The entry was written. */
    public record Stored() implements Put {}

    /** Another writer won the race; this is the current entry. */
    public record Overtaken(Entry current) implements Put {}

    /** A board and a player's entry in its current season. */
    public record BoardAndEntry(Board board, Entry entry) {}

    /** Reads a player's entry, strongly consistent. Cost: 1 RCU for each 4 KB. */
    public Entry read(Board board, int season, String playerId) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.entries())
                        .key(EntryItems.key(board, season, playerId))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Entry.none(playerId) : EntryItems.fromItem(item);
    }

    /**
     * Reads a board and a player's entry of its current season, both strongly consistent, in one round trip; in two if the
     * season of {@code guess} is outdated.
     *
     * @param guess the cached board, which determines the key of the entry
     * @return empty if the board does not exist
     */
    public Optional<BoardAndEntry> readWithBoard(Board guess, String playerId) {
        Map<String, AttributeValue> entryKey = EntryItems.key(guess, guess.season(), playerId);
        var found = batches.get(Map.of(
                tables.boards(),
                consistent(List.of(BoardItems.key(guess.game(), guess.id()))),
                tables.entries(),
                consistent(List.of(entryKey))));
        Optional<Board> board = found.getOrDefault(tables.boards(), List.of()).stream()
                .findFirst()
                .flatMap(item -> BoardItems.fromItem(guess.game(), item));
        return board.map(known -> {
            if (!EntryItems.key(known, known.season(), playerId).equals(entryKey)) {
                return new BoardAndEntry(known, read(known, known.season(), playerId));
            }
            return new BoardAndEntry(
                    known,
                    found.getOrDefault(tables.entries(), List.of()).stream()
                            .findFirst()
                            .map(EntryItems::fromItem)
                            .orElseGet(() -> Entry.none(playerId)));
        });
    }

    /**
     * Reads the entries of several players, strongly consistent, 100 in a round trip.
     *
     * @return an entry for each requested player, in that order; without a score if there is none
     */
    public Map<String, Entry> readAll(Board board, int season, Collection<String> playerIds) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        playerIds.forEach(player -> entries.put(player, Entry.none(player)));
        List<String> players = List.copyOf(entries.keySet());
        for (int from = 0; from < players.size(); from += Batches.READ_LIMIT) {
            List<Map<String, AttributeValue>> keys =
                    players.subList(from, Math.min(players.size(), from + Batches.READ_LIMIT)).stream()
                            .map(player -> EntryItems.key(board, season, player))
                            .toList();
            batches.get(Map.of(tables.entries(), consistent(keys)))
                    .getOrDefault(tables.entries(), List.of())
                    .forEach(item -> entries.put(Attributes.string(item, "sk"), EntryItems.fromItem(item)));
        }
        return entries;
    }

    /**
     * Writes an entry if it still has the version that it was computed from. Cost: 1 WCU, and 1 or 2 in the order index if the
     * score changed.
     */
    public Put put(Board board, int season, Entry entry, long expectedVersion) {
        Map<String, AttributeValue> item = new HashMap<>(EntryItems.toItem(board, season, entry));
        item.put(WRITE_TOKEN, b(writeToken()));
        PutItemRequest.Builder put = PutItemRequest.builder()
                .tableName(tables.entries())
                .item(item)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
        if (expectedVersion == 0) {
            put.conditionExpression(EntryItems.NOT_THERE);
        } else {
            put.conditionExpression(EntryItems.AT_VERSION)
                    .expressionAttributeNames(Map.of("#v", "v"))
                    .expressionAttributeValues(Map.of(":expected", n(expectedVersion)));
        }
        try {
            dynamo.putItem(put.build());
            return new Stored();
        } catch (ConditionalCheckFailedException e) {
            // The SDK retries a write whose response was lost; then the stored item has the token of this write.
            // Equal content is not enough: identical submissions in the same millisecond write equal items.
            if (e.item().equals(item)) {
                return new Stored();
            }
            return new Overtaken(e.hasItem() ? EntryItems.fromItem(e.item()) : Entry.none(entry.playerId()));
        } catch (TransactionConflictException e) {
            // A transaction is writing the entry.
            return new Overtaken(read(board, season, entry.playerId()));
        }
    }

    /**
     * Closes a player's entry of an earlier season for submissions: a write that was computed before fails on the version of
     * the entry, and a later one finds the entry closed. Cost: 1 RCU, and 1 WCU unless it is closed already.
     *
     * @param now Unix time in milliseconds
     * @return the closed entry with its final receipts; without a score or receipts if there was none
     */
    public Entry close(Board board, int season, String playerId, long now) {
        Entry current = read(board, season, playerId);
        while (!current.closed()) {
            Entry closed = current.closed(board.generation(season), now);
            current = put(board, season, closed, current.version()) instanceof Overtaken overtaken
                    ? overtaken.current()
                    : closed;
        }
        return current;
    }

    private byte[] writeToken() {
        byte[] token = new byte[WRITE_TOKEN_BYTES];
        random.nextBytes(token);
        return token;
    }

    /** The entries of one lane, a page at a time, strongly consistent. */
    public LanePage lane(Board board, int season, int lane, @Nullable String afterPlayer, int limit) {
        String pk = EntryItems.laneKey(board, season, lane);
        QueryRequest.Builder query = QueryRequest.builder()
                .tableName(tables.entries())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(pk)))
                .consistentRead(true)
                .limit(limit);
        if (afterPlayer != null) {
            query.exclusiveStartKey(Map.of("pk", s(pk), "sk", s(afterPlayer)));
        }
        QueryResponse response = dynamo.query(query.build());
        return new LanePage(
                response.items().stream()
                        .filter(item -> !Attributes.string(item, "sk").equals(MARK))
                        .map(EntryItems::fromItem)
                        .toList(),
                Attributes.stringOrNull(response.lastEvaluatedKey(), "sk"));
    }

    /**
     * The seasons of a board in which a player has an entry, with receipts, strongly consistent. Cost: 1 RCU for each season.
     *
     * @param seasons season numbers, at most {@value Batches#READ_LIMIT}
     */
    public Map<Integer, Entry> readSeasons(Board board, List<Integer> seasons, String playerId) {
        Map<Map<String, AttributeValue>, Integer> keys = new HashMap<>();
        seasons.forEach(season -> keys.put(EntryItems.key(board, season, playerId), season));
        Map<Integer, Entry> found = new TreeMap<>();
        batches.get(Map.of(tables.entries(), consistent(List.copyOf(keys.keySet()))))
                .getOrDefault(tables.entries(), List.of())
                .forEach(item -> found.put(
                        Objects.requireNonNull(keys.get(Map.of("pk", item.get("pk"), "sk", item.get("sk")))),
                        EntryItems.fromItem(item)));
        return found;
    }

    /**
     * Reads a player's entries in the current seasons of different boards, strongly consistent. Cost: 1 RCU for each, 100 in a
     * round trip.
     *
     * @return an entry for each board, in that order; without a score if there is none
     */
    public List<Entry> readAcross(List<Board> boards, String playerId) {
        Map<Map<String, AttributeValue>, Entry> found = new LinkedHashMap<>();
        boards.forEach(board -> found.put(EntryItems.key(board, board.season(), playerId), Entry.none(playerId)));
        List<Map<String, AttributeValue>> keys = List.copyOf(found.keySet());
        for (int from = 0; from < keys.size(); from += Batches.READ_LIMIT) {
            var part = consistent(keys.subList(from, Math.min(keys.size(), from + Batches.READ_LIMIT)));
            batches.get(Map.of(tables.entries(), part))
                    .getOrDefault(tables.entries(), List.of())
                    .forEach(item ->
                            found.put(Map.of("pk", item.get("pk"), "sk", item.get("sk")), EntryItems.fromItem(item)));
        }
        return List.copyOf(found.values());
    }

    /** Deletes an entry with its receipts. Cost: 1 WCU and the order index. */
    public void delete(Board board, int season, String playerId) {
        dynamo.deleteItem(delete -> delete.tableName(tables.entries()).key(EntryItems.key(board, season, playerId)));
    }

    /**
     * The first items of a lane.
     *
     * @param keys sort keys of the items
     * @param more whether further items may follow
     */
    public record LaneKeys(List<String> keys, boolean more) {

        /** The keys of entries, without the marker. */
        public List<String> players() {
            return keys.stream().filter(key -> !key.equals(MARK)).toList();
        }
    }

    /** Reads the first items of a lane with its marker, strongly consistent. Cost: 1 RCU for each 4 KB. */
    public LaneKeys first(Board board, int season, int lane, int limit) {
        QueryResponse response = dynamo.query(query -> query.tableName(tables.entries())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(EntryItems.laneKey(board, season, lane))))
                .projectionExpression("sk")
                .consistentRead(true)
                .limit(limit));
        return new LaneKeys(
                response.items().stream()
                        .map(item -> Attributes.string(item, "sk"))
                        .toList(),
                !response.lastEvaluatedKey().isEmpty());
    }

    /** Deletes items of a lane, 25 in a round trip. Cost: 1 WCU for each KB, and the order index. */
    public void delete(Board board, int season, int lane, LaneKeys items) {
        String pk = EntryItems.laneKey(board, season, lane);
        batches.write(
                tables.entries(),
                items.keys().stream()
                        .map(key -> WriteRequest.builder()
                                .deleteRequest(delete -> delete.key(Map.of("pk", s(pk), "sk", s(key))))
                                .build())
                        .toList());
    }

    /** A page of entries of a lane, and the player that the next page starts after; null on the last page. */
    public record LanePage(List<Entry> entries, @Nullable String next) {}

    /**
     * Writes a marker into every lane of a season, after all earlier writes. Cost: 1 WCU for each lane.
     *
     * @param from the generation of the tree that counts besides the current one, or the current one
     * @return the number of the marker: {@code at}, or later if a machine whose clock is ahead wrote a marker before
     */
    public Instant mark(Board board, int season, int from, Instant at) {
        long number = at.toEpochMilli();
        int lane = 0;
        while (lane < board.settings().lanes()) {
            Map<String, AttributeValue> item = Map.of(
                    "pk", s(EntryItems.laneKey(board, season, lane)),
                    "sk", s(MARK),
                    "w", n(number),
                    "k", n(number),
                    "g", n(board.generation(season)),
                    "f", n(from));
            try {
                dynamo.putItem(put -> put.tableName(tables.entries())
                        .item(item)
                        .conditionExpression("attribute_not_exists(pk) OR k < :k")
                        .expressionAttributeValues(Map.of(":k", item.get("k")))
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
                lane++;
            } catch (ConditionalCheckFailedException e) {
                number = Attributes.number(e.item(), "k") + 1;
                lane = 0;
            }
        }
        return Instant.ofEpochMilli(number);
    }

    private static KeysAndAttributes consistent(List<Map<String, AttributeValue>> keys) {
        return KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
    }
}
