package dev.statecraft.leaderboard.entry;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Maps entries to items of the entries table, which {@code EntryStore} describes, and stream records to changes. */
public final class EntryItems {

    /** Attribute of an entry whose rank tree also counts distinct scores. */
    public static final String DISTINCT = "q";

    /** Condition of the write of a new entry. */
    static final String NOT_THERE = "attribute_not_exists(pk)";

    /** Condition of the write of an entry that was computed from version {@code :expected}. */
    static final String AT_VERSION = "#v = :expected";

    private EntryItems() {}

    /** The shard of the order index that contains a score. */
    public static int shardOf(Board board, Score score) {
        return board.settings().lanes() == 1 ? 0 : ScorePath.classOf(score.value());
    }

    /** The partition of a lane. */
    static String laneKey(Board board, int season, int lane) {
        return PartitionKey.of(board.game(), board.id(), board.epoch(), season, lane);
    }

    /** The partition of a shard in the order index. */
    static String shardKey(Board board, int season, int shard) {
        return PartitionKey.of(board.game(), board.id(), board.epoch(), season, shard);
    }

    /** The key of a player's entry. */
    static Map<String, AttributeValue> key(Board board, int season, String playerId) {
        return Map.of("pk", s(laneKey(board, season, board.laneOf(playerId))), "sk", s(playerId));
    }

    /** The item of an entry. */
    public static Map<String, AttributeValue> toItem(Board board, int season, Entry entry) {
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
            item.put("cm", AttributeValue.fromM(toMap(entry.carried())));
        }
        if (entry.attempts() > 0) {
            item.put("a", n(entry.attempts()));
        }
        if (entry.closed()) {
            item.put("c", n(1));
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
                if (entry.metadataSchema() != null) {
                    item.put("ms", s(entry.metadataSchema()));
                }
            }
        }
        return item;
    }

    /** Reads what {@link #toItem} wrote. */
    static Entry fromItem(Map<String, AttributeValue> item) {
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
                Attributes.stringOrNull(item, "ms"),
                Receipt.unpack(Attributes.bytes(item, "rc")),
                item.containsKey("er") ? EarlierReceipts.unpack(Attributes.bytes(item, "er")) : EarlierReceipts.UNREAD,
                item.containsKey("rt") ? RatingState.unpack(Attributes.bytes(item, "rt")) : null,
                item.containsKey("cm") ? fromMap(Attributes.map(item, "cm")) : null,
                (int) Attributes.number(item, "a", 0),
                item.containsKey("c"));
    }

    /** A match record as an attribute of an entry that stores a copy of it. */
    public static Map<String, AttributeValue> toMap(MatchRecord match) {
        Map<String, AttributeValue> map = new HashMap<>();
        map.put("match", s(match.matchId()));
        map.put("body", n(match.body()));
        map.put("season", n(match.season()));
        map.put("at", n(match.at()));
        if (match.done()) {
            map.put("changes", b(match.packedChanges()));
        }
        return map;
    }

    /** Reads what {@link #toMap} wrote. */
    public static MatchRecord fromMap(Map<String, AttributeValue> map) {
        return new MatchRecord(
                Attributes.string(map, "match"),
                Attributes.number(map, "body"),
                (int) Attributes.number(map, "season"),
                Attributes.number(map, "at"),
                MatchRecord.unpackedChanges(Attributes.bytes(map, "changes")));
    }

    /** The conditional write of an entry as part of the transaction of another Store. */
    public static TransactWriteItem transactional(
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

    /** The board whose list changed by a stream record; empty if it did not change. */
    public static Optional<BoardEntriesChanged> listed(ItemChange change) {
        if (change.after() == null && change.before() != null) {
            String[] key = Attributes.string(change.before(), "pk").split("#", -1);
            return key.length == 5
                    ? Optional.of(new BoardEntriesChanged(key[0], key[1], Integer.parseInt(key[2])))
                    : Optional.empty();
        }
        return scored(change).map(score -> new BoardEntriesChanged(score.game(), score.board(), score.epoch()));
    }

    /** The score change of a stream record; empty if no score changed. */
    public static Optional<EntryChanged> scored(ItemChange change) {
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
