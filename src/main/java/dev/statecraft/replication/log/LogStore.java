package dev.statecraft.replication.log;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Space;
import dev.statecraft.replication.state.SpaceChecksum;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PaddedNumber;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/**
 * The log table: the commits of each space, in order.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#space, {@code sk} = sequence number in 16 digits, or {@code head}, which sorts after
 *       all numbers. One query returns the commits after a cursor and the head.
 *   <li>A commit: {@code e} epoch, {@code at}, {@code ck} checksum after it, {@code ch} packed changes, {@code tx} id of
 *       the transaction that it is a part of, if any, {@code ttl}.
 *   <li>The head: {@code e}, {@code at}, {@code ck}, {@code q} last sequence number, and the sums {@code n} entities,
 *       {@code h} versions, {@code c} conflicts, {@code pb} plain and {@code sb} stored bytes. The head never expires,
 *       so a space continues its sequence numbers even after all its commits have expired.
 *   <li>Conditions of a commit: the head is the one that was read, and no commit has the new number.
 * </ul>
 */
@ApplicationScoped
public class LogStore {

    private static final String HEAD = "head";

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public LogStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /**
     * Part of a log.
     *
     * @param entries the commits in order; some are missing if they expired or were committed during the read
     * @param head the head, read after the last entry; empty if the part ends before it, or if the space has no commits
     * @param more whether the part ends before the end of the log
     */
    public record LogPart(List<LogEntry> entries, Optional<Space> head, boolean more) {}

    /** Reads the head of a space, strongly consistent. Cost: 1 RCU. */
    public Space head(String game, String space) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.log()).key(headKey(game, space)).consistentRead(true))
                .item();
        return item.isEmpty() ? Space.empty(space) : toSpace(item);
    }

    /**
     * Reads the commits after a sequence number and the head in one request, strongly consistent. Cost: 1 RCU for each
     * 4 KB.
     *
     * @param limit maximum number of items; a part ends earlier at 1 MB
     */
    public LogPart after(String game, String space, long seq, int limit) {
        QueryResponse response = dynamo.query(QueryRequest.builder()
                .tableName(tables.log())
                .keyConditionExpression("pk = :pk AND sk > :seq")
                .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, space)), ":seq", s(number(seq))))
                .consistentRead(true)
                .limit(limit)
                .build());
        List<LogEntry> entries = new ArrayList<>();
        Optional<Space> head = Optional.empty();
        for (Map<String, AttributeValue> item : response.items()) {
            if (isHead(item)) {
                head = Optional.of(toSpace(item));
            } else {
                entries.add(toEntry(item));
            }
        }
        return new LogPart(
                entries, head, head.isEmpty() && !response.lastEvaluatedKey().isEmpty());
    }

    /** The distinct spaces that records of the table's stream report. */
    public static Set<FeedChanged> spaces(List<ItemChange> changes) {
        Set<FeedChanged> spaces = new LinkedHashSet<>();
        for (ItemChange change : changes) {
            Map<String, AttributeValue> item = change.after();
            if (item != null) {
                String pk = Attributes.string(item, "pk");
                spaces.add(new FeedChanged(pk.substring(0, pk.indexOf('#')), pk.substring(pk.lastIndexOf('#') + 1)));
            }
        }
        return spaces;
    }

    public static String number(long seq) {
        return PaddedNumber.of(seq, 16);
    }

    public static boolean isHead(Map<String, AttributeValue> item) {
        return Attributes.string(item, "sk").equals(HEAD);
    }

    public static Map<String, AttributeValue> headKey(String game, String space) {
        return Map.of("pk", s(PartitionKey.of(game, space)), "sk", s(HEAD));
    }

    public static Map<String, AttributeValue> headItem(String game, Space space) {
        Map<String, AttributeValue> item = new HashMap<>(headKey(game, space.name()));
        item.put("e", s(space.epoch()));
        item.put("q", n(space.seq()));
        item.put("at", n(space.at()));
        item.put("n", n(space.entities()));
        item.put("h", n(space.versions()));
        item.put("c", n(space.conflicts()));
        item.put("pb", n(space.plainBytes()));
        item.put("sb", n(space.storedBytes()));
        item.put("ck", s(space.checksum().toString()));
        return item;
    }

    public static Space toSpace(Map<String, AttributeValue> item) {
        String pk = Attributes.string(item, "pk");
        return new Space(
                pk.substring(pk.lastIndexOf('#') + 1),
                Attributes.string(item, "e"),
                Attributes.number(item, "q"),
                Attributes.number(item, "at"),
                Attributes.number(item, "n"),
                Attributes.number(item, "h"),
                Attributes.number(item, "c"),
                Attributes.number(item, "pb"),
                Attributes.number(item, "sb"),
                SpaceChecksum.parse(Attributes.string(item, "ck")));
    }

    /** The item of the last commit of a head. {@code transactionId} is the transaction that it is a part of, or null. */
    public static Map<String, AttributeValue> entryItem(
            String game, Space after, PackedJson changes, @Nullable String transactionId, Duration retention) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("pk", s(PartitionKey.of(game, after.name())));
        item.put("sk", s(number(after.seq())));
        item.put("e", s(after.epoch()));
        item.put("at", n(after.at()));
        item.put("ck", s(after.checksum().toString()));
        item.put("ch", b(changes.bytes()));
        if (transactionId != null) {
            item.put("tx", s(transactionId));
        }
        item.put("ttl", n(after.at() / 1000 + retention.toSeconds()));
        return item;
    }

    static LogEntry toEntry(Map<String, AttributeValue> item) {
        List<Change> changes = new ArrayList<>();
        PackedJson packed = PackedJson.stored(Attributes.bytes(item, "ch"));
        packed.value().forEach(change -> changes.add(Change.fromJson(change)));
        return new LogEntry(
                Long.parseLong(Attributes.string(item, "sk")),
                Attributes.string(item, "e"),
                Attributes.number(item, "at"),
                SpaceChecksum.parse(Attributes.string(item, "ck")),
                changes,
                packed.plainBytes(),
                item.containsKey("tx") ? Attributes.string(item, "tx") : null);
    }

    /** The commit that a record of the table's stream reports; empty for the head and for expired commits. */
    public static Optional<SpaceCommitted> committed(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null || isHead(item)) {
            return Optional.empty();
        }
        String pk = Attributes.string(item, "pk");
        return Optional.of(new SpaceCommitted(
                pk.substring(0, pk.indexOf('#')), pk.substring(pk.lastIndexOf('#') + 1), toEntry(item)));
    }
}
