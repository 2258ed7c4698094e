package dev.statecraft.migration;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.PackedJson;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * The migrations table.
 *
 * <ul>
 *   <li>Registry: {@code pk} = game#registry, {@code sk} = {@code head}; {@code cv} current version, {@code seq} entries
 *       of the ledger, {@code cnt} migrations, {@code bv}, {@code bs}, {@code ba} version, entry and time of the
 *       baseline.
 *   <li>Migrations: {@code pk} = game#migrations, {@code sk} = version; {@code k} kind, {@code d} packed definition,
 *       {@code c} checksum, {@code st} status, {@code seq}, {@code oo} out of order, {@code ra} and {@code rb}
 *       registered at and by, {@code aa} applied at, {@code bk} whether there is a backup.
 *   <li>Ledger: {@code pk} = game#ledger, {@code sk} = number of the entry with leading zeros; {@code at}, {@code ac}
 *       action, {@code v} version, {@code by}, {@code re} reason, {@code c} and {@code pc} checksums.
 *   <li>Guard: whatever is written moves the registry's head from the entry it was decided on to the next one, and adds
 *       that entry, in one transaction. So all changes of a game are in one order, and the ledger has no gaps.
 * </ul>
 */
@ApplicationScoped
public class MigrationStore {

    /** Definitions from here on are stored deflated where that makes them smaller. */
    private static final int DEFLATE_BYTES = 256;

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    MigrationStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** The head of a game's registry, strongly consistent; 1 RCU. */
    Registry registry(String game) {
        Map<String, AttributeValue> item = item(headKey(game));
        if (item.isEmpty()) {
            return Registry.EMPTY;
        }
        String baseline = Attributes.stringOrNull(item, "bv");
        return new Registry(
                SemanticVersion.of(Attributes.string(item, "cv")),
                Attributes.number(item, "seq"),
                (int) Attributes.number(item, "cnt"),
                baseline == null ? null : SemanticVersion.of(baseline),
                Attributes.number(item, "bs", 0),
                time(item, "ba"));
    }

    /** A migration, strongly consistent; 1 RCU for 4 KB. Nothing if none of this version is registered. */
    Optional<Registration> read(String game, SemanticVersion version) {
        Map<String, AttributeValue> item = item(key(game, version));
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(item));
    }

    /** All migrations of a game by version, strongly consistent; 1 RCU for 4 KB of them. */
    List<Registration> list(String game) {
        List<Registration> found = new ArrayList<>();
        dynamo.queryPaginator(query -> query.tableName(tables.migrations())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "migrations"))))
                        .consistentRead(true))
                .items()
                .forEach(item -> found.add(fromItem(item)));
        found.sort(Comparator.comparing(Registration::version));
        return found;
    }

    /** The last entries of the ledger, the newest first, strongly consistent. */
    List<LedgerEntry> history(String game, int limit) {
        return dynamo
                .query(query -> query.tableName(tables.migrations())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "ledger"))))
                        .scanIndexForward(false)
                        .consistentRead(true)
                        .limit(limit))
                .items()
                .stream()
                .map(MigrationStore::entry)
                .toList();
    }

    /** Adds a migration; false if the registry is not as it was seen any more. About 6 WCU. */
    boolean register(String game, Registry seen, Registry next, Registration migration, LedgerEntry entry) {
        Put put = Put.builder()
                .tableName(tables.migrations())
                .item(toItem(game, migration))
                .conditionExpression("attribute_not_exists(pk)")
                .build();
        return write(
                game, seen, next, entry, TransactWriteItem.builder().put(put).build());
    }

    /** Replaces the definition of a migration; false if it or the registry is not as it was seen any more. */
    boolean repair(String game, Registry seen, Registration before, Registration after, LedgerEntry entry) {
        Update update = Update.builder()
                .tableName(tables.migrations())
                .key(key(game, after.version()))
                .updateExpression("SET k = :kind, d = :source, c = :checksum")
                .conditionExpression("c = :before")
                .expressionAttributeValues(Map.of(
                        ":kind", s(after.kind().name()),
                        ":source",
                                b(PackedJson.of(after.source(), DEFLATE_BYTES).bytes()),
                        ":checksum", s(after.checksum()),
                        ":before", s(before.checksum())))
                .build();
        return write(
                game,
                seen,
                seen.noted(),
                entry,
                TransactWriteItem.builder().update(update).build());
    }

    /** Moves the registry to another state; false if it is not as it was seen any more. About 4 WCU. */
    boolean move(String game, Registry seen, Registry next, LedgerEntry entry) {
        return write(game, seen, next, entry, null);
    }

    private boolean write(
            String game, Registry seen, Registry next, LedgerEntry entry, @Nullable TransactWriteItem migration) {
        List<TransactWriteItem> writes = new ArrayList<>();
        Put.Builder head = Put.builder().tableName(tables.migrations()).item(headItem(game, next));
        if (seen.seq() == 0) {
            head.conditionExpression("attribute_not_exists(pk)");
        } else {
            head.conditionExpression("seq = :seen").expressionAttributeValues(Map.of(":seen", n(seen.seq())));
        }
        writes.add(TransactWriteItem.builder().put(head.build()).build());
        writes.add(TransactWriteItem.builder()
                .put(put -> put.tableName(tables.migrations())
                        .item(entryItem(game, entry))
                        .conditionExpression("attribute_not_exists(pk)"))
                .build());
        if (migration != null) {
            writes.add(migration);
        }
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

    private Map<String, AttributeValue> item(Map<String, AttributeValue> key) {
        return dynamo.getItem(get -> get.tableName(tables.migrations()).key(key).consistentRead(true))
                .item();
    }

    private static Map<String, AttributeValue> headKey(String game) {
        return Map.of("pk", s(PartitionKey.of(game, "registry")), "sk", s("head"));
    }

    private static Map<String, AttributeValue> key(String game, SemanticVersion version) {
        return Map.of("pk", s(PartitionKey.of(game, "migrations")), "sk", s(version.toString()));
    }

    private static Map<String, AttributeValue> headItem(String game, Registry registry) {
        Map<String, AttributeValue> item = new HashMap<>(headKey(game));
        item.put("cv", s(registry.current().toString()));
        item.put("seq", n(registry.seq()));
        item.put("cnt", n(registry.migrations()));
        SemanticVersion baseline = registry.baseline();
        if (baseline != null) {
            item.put("bv", s(baseline.toString()));
            item.put("bs", n(registry.baselineSeq()));
        }
        put(item, "ba", registry.baselineAt());
        return item;
    }

    private static Map<String, AttributeValue> toItem(String game, Registration migration) {
        Map<String, AttributeValue> item = new HashMap<>(key(game, migration.version()));
        item.put("k", s(migration.kind().name()));
        item.put("d", b(PackedJson.of(migration.source(), DEFLATE_BYTES).bytes()));
        item.put("c", s(migration.checksum()));
        item.put("st", s(migration.status().name()));
        item.put("seq", n(migration.seq()));
        item.put("oo", bool(migration.outOfOrder()));
        item.put("ra", n(migration.registeredAt().toEpochMilli()));
        item.put("rb", s(migration.registeredBy()));
        put(item, "aa", migration.appliedAt());
        item.put("bk", bool(migration.hasRollbackData()));
        return item;
    }

    private static Registration fromItem(Map<String, AttributeValue> item) {
        return new Registration(
                SemanticVersion.of(Attributes.string(item, "sk")),
                Definition.Kind.valueOf(Attributes.string(item, "k")),
                (ObjectNode) PackedJson.stored(Attributes.bytes(item, "d")).value(),
                Attributes.string(item, "c"),
                Registration.Status.valueOf(Attributes.string(item, "st")),
                Attributes.number(item, "seq"),
                Attributes.flag(item, "oo"),
                Instant.ofEpochMilli(Attributes.number(item, "ra")),
                Attributes.string(item, "rb"),
                time(item, "aa"),
                Attributes.flag(item, "bk"));
    }

    private static Map<String, AttributeValue> entryItem(String game, LedgerEntry entry) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("pk", s(PartitionKey.of(game, "ledger")));
        item.put("sk", s(String.format(Locale.ROOT, "%016d", entry.seq())));
        put(item, "at", entry.at());
        item.put("ac", s(entry.action().name()));
        item.put("v", s(entry.version()));
        item.put("by", s(entry.by()));
        put(item, "re", entry.reason());
        put(item, "c", entry.checksum());
        put(item, "pc", entry.previousChecksum());
        return item;
    }

    private static LedgerEntry entry(Map<String, AttributeValue> item) {
        return new LedgerEntry(
                Long.parseLong(Attributes.string(item, "sk")),
                Instant.ofEpochMilli(Attributes.number(item, "at")),
                LedgerEntry.Action.valueOf(Attributes.string(item, "ac")),
                Attributes.string(item, "v"),
                Attributes.string(item, "by"),
                Attributes.stringOrNull(item, "re"),
                Attributes.stringOrNull(item, "c"),
                Attributes.stringOrNull(item, "pc"));
    }

    private static void put(Map<String, AttributeValue> item, String name, @Nullable Instant time) {
        if (time != null) {
            item.put(name, n(time.toEpochMilli()));
        }
    }

    private static void put(Map<String, AttributeValue> item, String name, @Nullable String text) {
        if (text != null) {
            item.put(name, s(text));
        }
    }

    private static @Nullable Instant time(Map<String, AttributeValue> item, String name) {
        return item.containsKey(name) ? Instant.ofEpochMilli(Attributes.number(item, name)) : null;
    }

    /** What a record of the table's stream tells of the ledger; nothing if it is about something else. */
    static Optional<MigrationStreamService.Noted> noted(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null || !Attributes.string(item, "pk").endsWith("#ledger")) {
            return Optional.empty();
        }
        String pk = Attributes.string(item, "pk");
        return Optional.of(new MigrationStreamService.Noted(pk.substring(0, pk.indexOf('#')), entry(item)));
    }
}
