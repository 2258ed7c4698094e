package dev.statecraft.leaderboard;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.Select;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * The entries table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#board#epoch#season#lane, {@code sk} = player. A lane is what one partition takes
 *       (1,000 writes a second, 10 GB); giant boards spread over more of them.
 *   <li>Attributes: {@code s} score, {@code u} subscore, {@code r} reached at, {@code w} written at, {@code v} version,
 *       {@code g} generation of the rank tree, {@code meta} metadata, {@code rc} packed receipts, {@code er} packed
 *       receipts of earlier seasons, missing before the first identified submission, {@code a} attempts,
 *       {@value #DISTINCT} if the rank tree counts different scores as well (dense ranking); on a RATING board
 *       {@code rt} packed rating, {@code cm} a match record carried along; {@code x} random bytes of the last single
 *       write. An entry that was removed keeps its receipts
 *       and has no score.
 *   <li>Index {@code order}: {@code opk} = game#board#epoch#season#shard, {@code osk} = {@link OrderKey}, so that any
 *       stretch of the ranking is one range query. A board of one lane has one shard; a larger one has a shard for each
 *       class of scores, so that the index takes as many writes as the table.
 *   <li>A lane may have a mark, {@code sk} = {@value #MARK}, which no player is called; {@code k} its number, {@code f}
 *       a second generation it is for. It counts nothing; that the rank tree has seen it shows that it has seen all that
 *       was written before.
 *   <li>Local index {@code lane}: never written. It keeps all entries of a lane in one partition, and so its stream
 *       records in one order, which the rank trees' watermarks rely on.
 *   <li>Guard of every write: the version it was decided on.
 * </ul>
 */
@ApplicationScoped
public class EntryStore {

    /** Attribute of an entry whose rank tree also counts different scores. */
    static final String DISTINCT = "q";

    private static final String ORDER_INDEX = "order";
    private static final String MARK = "#mark";
    private static final String WRITE_TOKEN = "x";
    private static final int WRITE_TOKEN_BYTES = 8;
    private static final String NOT_THERE = "attribute_not_exists(pk)";
    private static final String AT_VERSION = "#v = :expected";

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    EntryStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** How a write ended. */
    public sealed interface Put {}

    /** The entry is stored. */
    public record Stored() implements Put {}

    /** Somebody else was faster: this is the entry now. */
    public record Overtaken(Entry current) implements Put {}

    /** A board and a player's entry in its running season, read in one round trip. */
    public record BoardAndEntry(Board board, Entry entry) {}

    /** A row of the order index. */
    public record Row(OrderKey key, @Nullable String metadata) {}

    /** Reads a player's entry. Strongly consistent; 1 RCU for 4 KB. */
    public Entry read(Board board, int season, String playerId) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.entries())
                        .key(key(board, season, playerId))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Entry.none(playerId) : fromItem(item);
    }

    /**
     * Reads a board and a player's entry of its running season, both strongly consistent, in one round trip; a second
     * one only if the guess at the season proves wrong.
     *
     * @param guess the board as it was last seen; decides where the entry is looked for
     * @return nothing if there is no such board
     */
    public Optional<BoardAndEntry> readWithBoard(Board guess, String playerId) {
        Map<String, AttributeValue> entryKey = key(guess, guess.season(), playerId);
        var found = Batches.get(
                dynamo,
                Map.of(
                        tables.boards(),
                        consistent(List.of(BoardStore.key(guess.game(), guess.id()))),
                        tables.entries(),
                        consistent(List.of(entryKey))));
        Optional<Board> board = found.getOrDefault(tables.boards(), List.of()).stream()
                .findFirst()
                .flatMap(item -> BoardStore.fromItem(guess.game(), item));
        return board.map(known -> {
            if (!key(known, known.season(), playerId).equals(entryKey)) {
                return new BoardAndEntry(known, read(known, known.season(), playerId));
            }
            return new BoardAndEntry(
                    known,
                    found.getOrDefault(tables.entries(), List.of()).stream()
                            .findFirst()
                            .map(EntryStore::fromItem)
                            .orElseGet(() -> Entry.none(playerId)));
        });
    }

    /**
     * Reads the entries of several players, strongly consistent, 100 in a round trip.
     *
     * @return an entry for every player asked for, in that order; without a score where there is none
     */
    public Map<String, Entry> readAll(Board board, int season, Collection<String> playerIds) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        playerIds.forEach(player -> entries.put(player, Entry.none(player)));
        List<String> players = List.copyOf(entries.keySet());
        for (int from = 0; from < players.size(); from += Batches.READ_LIMIT) {
            List<Map<String, AttributeValue>> keys =
                    players.subList(from, Math.min(players.size(), from + Batches.READ_LIMIT)).stream()
                            .map(player -> key(board, season, player))
                            .toList();
            Batches.get(dynamo, Map.of(tables.entries(), consistent(keys)))
                    .getOrDefault(tables.entries(), List.of())
                    .forEach(item -> entries.put(Attributes.string(item, "sk"), fromItem(item)));
        }
        return entries;
    }

    /**
     * Writes an entry if it is still at the version it was decided on. 1 WCU, and 1 or 2 in the index if the score
     * changed.
     */
    public Put put(Board board, int season, Entry entry, long expectedVersion) {
        Map<String, AttributeValue> item = new HashMap<>(toItem(board, season, entry));
        item.put(WRITE_TOKEN, b(writeToken()));
        PutItemRequest.Builder put = PutItemRequest.builder()
                .tableName(tables.entries())
                .item(item)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
        if (expectedVersion == 0) {
            put.conditionExpression(NOT_THERE);
        } else {
            put.conditionExpression(AT_VERSION)
                    .expressionAttributeNames(Map.of("#v", "v"))
                    .expressionAttributeValues(Map.of(":expected", n(expectedVersion)));
        }
        try {
            dynamo.putItem(put.build());
            return new Stored();
        } catch (ConditionalCheckFailedException e) {
            // The SDK repeats a write whose answer was lost; then the stored item has the token of this very write.
            // Equal content is not enough: identical submissions in the same millisecond write equal items.
            if (e.item().equals(item)) {
                return new Stored();
            }
            return new Overtaken(e.hasItem() ? fromItem(e.item()) : Entry.none(entry.playerId()));
        } catch (TransactionConflictException e) {
            // Somebody writes the entry in a transaction just now.
            return new Overtaken(read(board, season, entry.playerId()));
        }
    }

    private static byte[] writeToken() {
        byte[] token = new byte[WRITE_TOKEN_BYTES];
        ThreadLocalRandom.current().nextBytes(token);
        return token;
    }

    /** The same guarded write as a part of another Store's transaction. */
    static TransactWriteItem transactional(
            TableNames tables, Board board, int season, Entry entry, long expectedVersion) {
        return TransactWriteItem.builder()
                .put(put -> {
                    put.tableName(tables.entries()).item(toItem(board, season, entry));
                    if (expectedVersion == 0) {
                        put.conditionExpression(NOT_THERE);
                    } else {
                        put.conditionExpression(AT_VERSION)
                                .expressionAttributeNames(Map.of("#v", "v"))
                                .expressionAttributeValues(Map.of(":expected", n(expectedVersion)));
                    }
                })
                .build();
    }

    /**
     * Reads a stretch of a shard of the order index, eventually consistent; about 0.5 RCU for 30 rows without metadata.
     *
     * @param from where to start, null for the best; excluded itself unless {@code inclusive}
     * @param worse whether to go towards the worse entries, otherwise towards the better ones
     * @return at most {@code limit} rows, nearest first
     */
    public List<Row> page(
            Board board, int season, int shard, @Nullable OrderKey from, boolean inclusive, boolean worse, int limit) {
        List<Row> rows = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.entries())
                    .indexName(ORDER_INDEX)
                    .scanIndexForward(worse)
                    .limit(limit - rows.size());
            Map<String, AttributeValue> values = new HashMap<>();
            values.put(":opk", s(shardKey(board, season, shard)));
            if (from == null) {
                query.keyConditionExpression("opk = :opk");
            } else {
                String comparison = (worse ? ">" : "<") + (inclusive ? "=" : "");
                query.keyConditionExpression("opk = :opk AND osk " + comparison + " :from");
                values.put(":from", b(from.bytes(board.order())));
            }
            query.expressionAttributeValues(values);
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            response.items()
                    .forEach(item -> rows.add(new Row(
                            OrderKey.parse(Attributes.bytes(item, "osk"), board.order()),
                            Attributes.stringOrNull(item, "meta"))));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && rows.size() < limit);
        return rows;
    }

    /**
     * Counts the entries of a tie in the order index, eventually consistent; one request and 0.5 RCU for each 4 KB, one
     * more request for each 1 MB.
     *
     * @param after the key behind which the count begins; null for the beginning of the tie
     * @param before the key before which it ends; its player is not counted
     */
    public long countBetween(Board board, int season, @Nullable OrderKey after, OrderKey before) {
        byte[] from =
                after == null ? OrderKey.before(before.score()).bytes(board.order()) : after.firstAfter(board.order());
        Map<String, AttributeValue> values = Map.of(
                ":opk",
                s(shardKey(board, season, shardOf(board, before.score()))),
                ":from",
                b(from),
                ":to",
                b(before.lastBefore(board.order())));
        long count = 0;
        Map<String, AttributeValue> start = Map.of();
        do {
            Map<String, AttributeValue> next = start;
            QueryResponse response = dynamo.query(query -> query.tableName(tables.entries())
                    .indexName(ORDER_INDEX)
                    .keyConditionExpression("opk = :opk AND osk BETWEEN :from AND :to")
                    .expressionAttributeValues(values)
                    .select(Select.COUNT)
                    .exclusiveStartKey(next.isEmpty() ? null : next));
            count += response.count();
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        return count;
    }

    /** The entries of one lane, a page at a time, strongly consistent. */
    public LanePage lane(Board board, int season, int lane, @Nullable String afterPlayer, int limit) {
        String pk = laneKey(board, season, lane);
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
                        .map(EntryStore::fromItem)
                        .toList(),
                Attributes.stringOrNull(response.lastEvaluatedKey(), "sk"));
    }

    /**
     * Which of a board's seasons a player has an entry in, receipts and all; 1 RCU a season, strongly consistent.
     *
     * @param seasons season numbers, at most {@value Batches#READ_LIMIT}
     */
    public Map<Integer, Entry> readSeasons(Board board, List<Integer> seasons, String playerId) {
        Map<Map<String, AttributeValue>, Integer> keys = new HashMap<>();
        seasons.forEach(season -> keys.put(key(board, season, playerId), season));
        Map<Integer, Entry> found = new TreeMap<>();
        Batches.get(dynamo, Map.of(tables.entries(), consistent(List.copyOf(keys.keySet()))))
                .getOrDefault(tables.entries(), List.of())
                .forEach(item -> found.put(
                        Objects.requireNonNull(keys.get(Map.of("pk", item.get("pk"), "sk", item.get("sk")))),
                        fromItem(item)));
        return found;
    }

    /**
     * Reads a player's entries in the running seasons of different boards, strongly consistent; 1 RCU each, 100 in a round
     * trip.
     *
     * @return an entry for every board, in that order; without a score where there is none
     */
    public List<Entry> readAcross(List<Board> boards, String playerId) {
        Map<Map<String, AttributeValue>, Entry> found = new LinkedHashMap<>();
        boards.forEach(board -> found.put(key(board, board.season(), playerId), Entry.none(playerId)));
        List<Map<String, AttributeValue>> keys = List.copyOf(found.keySet());
        for (int from = 0; from < keys.size(); from += Batches.READ_LIMIT) {
            var part = consistent(keys.subList(from, Math.min(keys.size(), from + Batches.READ_LIMIT)));
            Batches.get(dynamo, Map.of(tables.entries(), part))
                    .getOrDefault(tables.entries(), List.of())
                    .forEach(item -> found.put(Map.of("pk", item.get("pk"), "sk", item.get("sk")), fromItem(item)));
        }
        return List.copyOf(found.values());
    }

    /** Removes an entry as if it had never been there, receipts and all; 1 WCU, and the index. */
    public void delete(Board board, int season, String playerId) {
        dynamo.deleteItem(delete -> delete.tableName(tables.entries()).key(key(board, season, playerId)));
    }

    /**
     * What stands first in a lane.
     *
     * @param keys sort keys of its items
     * @param more whether there may be others
     */
    public record LaneKeys(List<String> keys, boolean more) {

        /** Those of the items that are entries. */
        public List<String> players() {
            return keys.stream().filter(key -> !key.equals(MARK)).toList();
        }
    }

    /** The first items of a lane, its mark included, strongly consistent; 1 RCU for 4 KB. */
    public LaneKeys first(Board board, int season, int lane, int limit) {
        QueryResponse response = dynamo.query(query -> query.tableName(tables.entries())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(laneKey(board, season, lane))))
                .projectionExpression("sk")
                .consistentRead(true)
                .limit(limit));
        return new LaneKeys(
                response.items().stream()
                        .map(item -> Attributes.string(item, "sk"))
                        .toList(),
                !response.lastEvaluatedKey().isEmpty());
    }

    /** Removes items of a lane, 25 in a round trip; 1 WCU for each KB, and the index. */
    public void delete(Board board, int season, int lane, LaneKeys items) {
        String pk = laneKey(board, season, lane);
        Batches.write(
                dynamo,
                tables.entries(),
                items.keys().stream()
                        .map(key -> WriteRequest.builder()
                                .deleteRequest(delete -> delete.key(Map.of("pk", s(pk), "sk", s(key))))
                                .build())
                        .toList());
    }

    /** Some entries of a lane, and the player to go on after, null at the end. */
    public record LanePage(List<Entry> entries, @Nullable String next) {}

    /**
     * Writes a mark into every lane of a season, behind everything that was written before; 1 WCU each. Its number is
     * the time.
     *
     * @param from the generation of the tree that counts beside the running one, or that one again
     */
    public void mark(Board board, int season, int from, Instant at) {
        for (int lane = 0; lane < board.settings().lanes(); lane++) {
            Map<String, AttributeValue> item = Map.of(
                    "pk", s(laneKey(board, season, lane)),
                    "sk", s(MARK),
                    "w", n(at.toEpochMilli()),
                    "k", n(at.toEpochMilli()),
                    "g", n(board.generation(season)),
                    "f", n(from));
            dynamo.putItem(put -> put.tableName(tables.entries()).item(item));
        }
    }

    /** The shard of the order index in which a score is listed. */
    public static int shardOf(Board board, Score score) {
        return board.settings().lanes() == 1 ? 0 : ScorePath.classOf(score.value());
    }

    private static KeysAndAttributes consistent(List<Map<String, AttributeValue>> keys) {
        return KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
    }

    private static String laneKey(Board board, int season, int lane) {
        return PartitionKey.of(board.game(), board.id(), board.epoch(), season, lane);
    }

    private static String shardKey(Board board, int season, int shard) {
        return PartitionKey.of(board.game(), board.id(), board.epoch(), season, shard);
    }

    private static Map<String, AttributeValue> key(Board board, int season, String playerId) {
        return Map.of("pk", s(laneKey(board, season, board.laneOf(playerId))), "sk", s(playerId));
    }

    /** The item an entry is stored as. */
    static Map<String, AttributeValue> toItem(Board board, int season, Entry entry) {
        Map<String, AttributeValue> item = new HashMap<>(key(board, season, entry.playerId()));
        item.put("w", n(entry.writtenAt()));
        item.put("v", n(entry.version()));
        item.put("g", n(entry.tree()));
        if (board.settings().ranking() == Ranking.DENSE) {
            item.put(DISTINCT, n(1));
        }
        item.put("rc", AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(Receipt.pack(entry.receipts()))));
        if (!entry.earlier().isUnread()) {
            item.put("er", b(entry.earlier().pack()));
        }
        if (entry.rated() != null) {
            item.put("rt", b(entry.rated().pack()));
        }
        if (entry.carried() != null) {
            item.put("cm", AttributeValue.fromM(MatchStore.toMap(entry.carried())));
        }
        if (entry.attempts() > 0) {
            item.put("a", n(entry.attempts()));
        }
        Score score = entry.score();
        if (score != null) {
            item.put("s", n(score.value()));
            item.put("u", n(score.subscore()));
            item.put("r", n(entry.reachedAt()));
            item.put("opk", s(shardKey(board, season, shardOf(board, score))));
            item.put("osk", b(new OrderKey(score, entry.reachedAt(), entry.playerId()).bytes(board.order())));
            if (entry.metadata() != null) {
                item.put("meta", s(entry.metadata()));
            }
        }
        return item;
    }

    private static Entry fromItem(Map<String, AttributeValue> item) {
        Score score =
                item.containsKey("s") ? new Score(Attributes.number(item, "s"), Attributes.number(item, "u")) : null;
        return new Entry(
                Attributes.string(item, "sk"),
                score,
                Attributes.number(item, "r", 0),
                Attributes.number(item, "w"),
                Attributes.number(item, "v"),
                (int) Attributes.number(item, "g"),
                Attributes.stringOrNull(item, "meta"),
                Receipt.unpack(Attributes.bytes(item, "rc")),
                item.containsKey("er") ? EarlierReceipts.unpack(Attributes.bytes(item, "er")) : EarlierReceipts.UNREAD,
                item.containsKey("rt") ? Rated.unpack(Attributes.bytes(item, "rt")) : null,
                item.containsKey("cm") ? MatchStore.fromMap(Attributes.map(item, "cm")) : null,
                (int) Attributes.number(item, "a", 0));
    }

    /** The board that lists others after a record of the table's stream than before; nothing if it lists the same. */
    static Optional<BoardEntriesChanged> listed(ItemChange change) {
        if (change.after() == null && change.before() != null) {
            String[] key = Attributes.string(change.before(), "pk").split("#", -1);
            return key.length == 5
                    ? Optional.of(new BoardEntriesChanged(key[0], key[1], Integer.parseInt(key[2])))
                    : Optional.empty();
        }
        return scored(change).map(score -> new BoardEntriesChanged(score.game(), score.board(), score.epoch()));
    }

    /** The score that a record of the table's stream tells of; nothing if no score changed. */
    static Optional<EntryChanged> scored(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null) {
            return Optional.empty();
        }
        Map<String, AttributeValue> before = change.before() == null ? Map.of() : change.before();
        String[] key = Attributes.string(item, "pk").split("#", -1);
        boolean same = Objects.equals(item.get("s"), before.get("s")) && Objects.equals(item.get("u"), before.get("u"));
        if (same || key.length != 5) {
            return Optional.empty();
        }
        return Optional.of(new EntryChanged(
                key[0],
                key[1],
                Integer.parseInt(key[2]),
                Integer.parseInt(key[3]),
                Integer.parseInt(key[4]),
                Attributes.number(item, "w", 0)));
    }
}
