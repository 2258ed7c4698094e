package dev.statecraft.replication.commit;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.commit.ConflictResolution.Choice;
import dev.statecraft.replication.commit.KeptConflict.Resolved;
import dev.statecraft.replication.commit.KeptConflict.Unresolved;
import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.statistics.ReplicationStatisticsStore;
import dev.statecraft.replication.statistics.ReplicationStatisticsStore.Sum;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Maps conflicts to the items of {@link ConflictStore}, and back. */
public final class ConflictItems {

    private static final String CONFLICT = "conflict";

    private static final Pattern POSITION = Pattern.compile("[0-9]{16}#[A-Za-z0-9_-]{1,64}");

    /** The item of a parked conflict; {@code update} is the packed JSON of the conflict. */
    static Map<String, AttributeValue> toItem(String game, ParkedConflict conflict, PackedJson update) {
        Map<String, AttributeValue> item = new HashMap<>(key(game, conflict.id()));
        item.put("u", b(update.bytes()));
        item.put("sp", s(conflict.space()));
        item.put("en", s(conflict.entityId()));
        item.put("ty", s(conflict.type()));
        item.put("v", n(conflict.version()));
        item.put("by", s(conflict.by()));
        item.put("bd", s(conflict.body()));
        item.put("at", n(conflict.at()));
        item.put("due", n(conflict.deadline()));
        return item;
    }

    /**
     * The items of a transaction that resolve a conflict. The condition of the first item fails if the conflict is
     * already resolved. Cost: 2 WCU for each item.
     */
    static List<TransactWriteItem> resolving(
            TableNames tables, ReplicationConfig config, String game, ConflictResolution resolution, long version) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":how", s(resolution.choice().name()));
        values.put(":what", s(resolution.decision()));
        values.put(":by", s(resolution.by()));
        values.put(":at", n(resolution.at()));
        values.put(":v", n(version));
        values.put(":ttl", n(resolution.at() / 1000 + config.conflictRetention().toSeconds()));
        Strategy strategy = resolution.strategy();
        if (strategy != null) {
            values.put(":g", s(strategy.name()));
        }
        return List.of(
                TransactWriteItem.builder()
                        .update(update -> update.tableName(tables.replication())
                                .key(key(game, resolution.conflictId()))
                                .updateExpression(
                                        "SET how = :how, what = :what, #by = :by, #at = :at, v = :v, #ttl = :ttl"
                                                + (strategy == null ? "" : ", g = :g") + " REMOVE u")
                                .conditionExpression("attribute_exists(u)")
                                .expressionAttributeNames(Map.of("#by", "by", "#at", "at", "#ttl", "ttl"))
                                .expressionAttributeValues(values))
                        .build(),
                TransactWriteItem.builder()
                        .delete(delete -> delete.tableName(tables.replication())
                                .key(queueKey(game, resolution.deadline(), resolution.conflictId())))
                        .build(),
                changePending(tables, game, resolution.conflictId(), -1));
    }

    /** Adds {@code more} to the number of parked conflicts of the game. */
    static TransactWriteItem changePending(TableNames tables, String game, String id, long more) {
        return TransactWriteItem.builder()
                .update(ReplicationStatisticsStore.adding(tables, game, id, Map.of(Sum.PENDING, more)))
                .build();
    }

    /**
     * True if the text has the form of a sort key of the queue. Pages of conflicts return such a key as the next
     * position.
     */
    static boolean isPosition(String text) {
        return POSITION.matcher(text).matches();
    }

    /** A deadline as text that sorts by time. */
    static String number(long millis) {
        return LogStore.number(millis);
    }

    /** The id of the conflict at a position of the queue. */
    static String idOf(String position) {
        return position.substring(position.indexOf('#') + 1);
    }

    /** The deadline of the conflict at a position of the queue. */
    static Instant deadlineOf(String position) {
        return Instant.ofEpochMilli(Long.parseLong(position.substring(0, position.indexOf('#'))));
    }

    /** The partition of the queue of a game. */
    static String queue(String game) {
        return PartitionKey.of(game, "due");
    }

    static Map<String, AttributeValue> queueKey(String game, long deadline, String id) {
        return Map.of("pk", s(queue(game)), "sk", s(number(deadline) + "#" + id));
    }

    static Map<String, AttributeValue> key(String game, String id) {
        return Map.of("pk", s(PartitionKey.of(game, CONFLICT, id)), "sk", s(CONFLICT));
    }

    /** Reads a parked or resolved conflict. */
    static KeptConflict kept(Map<String, AttributeValue> item) {
        String pk = Attributes.string(item, "pk");
        String id = pk.substring(pk.lastIndexOf('#') + 1);
        String space = Attributes.string(item, "sp");
        String entity = Attributes.string(item, "en");
        String body = Attributes.string(item, "bd");
        long version = Attributes.number(item, "v");
        String by = Attributes.string(item, "by");
        long at = Attributes.number(item, "at");
        long deadline = Attributes.number(item, "due");
        String how = Attributes.stringOrNull(item, "how");
        if (how == null) {
            JsonNode update = PackedJson.stored(Attributes.bytes(item, "u")).value();
            return new Unresolved(new ParkedConflict(
                    id,
                    space,
                    entity,
                    Attributes.string(item, "ty"),
                    version,
                    ParkedConflict.operations(update),
                    ParkedConflict.guard(update),
                    ParkedConflict.values(update, "s"),
                    ParkedConflict.values(update, "m"),
                    by,
                    body,
                    at,
                    deadline));
        }
        String strategy = Attributes.stringOrNull(item, "g");
        return new Resolved(
                new ConflictResolution(
                        id,
                        space,
                        entity,
                        deadline,
                        Choice.valueOf(how),
                        Attributes.string(item, "what"),
                        strategy == null ? null : Strategy.valueOf(strategy),
                        by,
                        at),
                version,
                body);
    }

    /** The change of a conflict that a stream record reports; empty if the record is of another item. */
    public static Optional<ConflictChange> change(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null || !Attributes.string(item, "sk").equals(CONFLICT)) {
            return Optional.empty();
        }
        String pk = Attributes.string(item, "pk");
        String game = pk.substring(0, pk.indexOf('#'));
        KeptConflict kept = kept(item);
        return Optional.of(
                kept instanceof Resolved resolved
                        ? new ConflictChange.Resolved(game, resolved.resolution(), resolved.version())
                        : new ConflictChange.Parked(game, ((Unresolved) kept).conflict()));
    }
}
