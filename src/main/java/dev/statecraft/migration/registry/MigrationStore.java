package dev.statecraft.migration.registry;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * The migrations table.
 *
 * <ul>
 *   <li>Registry: {@code pk} = game#registry, {@code sk} = {@code head}; {@code cv} current version, {@code seq}
 *   entries of the ledger, {@code cnt} migrations, {@code bv}, {@code bs}, {@code ba} version, entry and time of the
 *       baseline, {@code ar} the active run, {@code ap}, {@code apb}, {@code apr} target of the request to apply
 *       pending migrations ({@code *} for all), its caller and reason.
 *   <li>Migrations: {@code pk} = game#migrations, {@code sk} = version; {@code k} kind, {@code d} packed definition,
 *       {@code c} checksum, {@code st} status, {@code seq}, {@code oo} out of order, {@code ra} and {@code rb}
 *       registered at and by, {@code aa} and {@code as} time and entry of the application, {@code ru} last run, {@code
 *       bk} runs with backups, {@code er} error.
 *   <li>Ledger: {@code pk} = game#ledger, {@code sk} = number of the entry with leading zeros; {@code at}, {@code ac}
 *       action, {@code v} version, {@code by}, {@code re} reason, {@code c} and {@code pc} checksums, {@code ru}
 *       run, {@code er} error.
 *   <li>Guard: each write moves the head of the registry from the entry that was read to the next one and adds that
 *       entry, in one transaction. So the changes of a game have one order, and the history has no gaps.
 * </ul>
 */
@ApplicationScoped
public class MigrationStore {

    private static final Logger LOG = Logger.getLogger(MigrationStore.class);

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public MigrationStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Reads the head of a game's registry, strongly consistent. Cost: 1 RCU. */
    public Registry registry(String game) {
        Map<String, AttributeValue> item = item(MigrationItems.headKey(game));
        return item.isEmpty() ? Registry.EMPTY : MigrationItems.registry(item);
    }

    /** Reads a migration, strongly consistent; empty if the version is not registered. Cost: 1 RCU for 4 KB. */
    public Optional<Registration> read(String game, SemanticVersion version) {
        Map<String, AttributeValue> item = item(MigrationItems.key(game, version));
        return item.isEmpty() ? Optional.empty() : Optional.of(MigrationItems.fromItem(item));
    }

    /** Reads all migrations of a game, sorted by version, strongly consistent. Cost: 1 RCU for 4 KB. */
    public List<Registration> list(String game) {
        List<Registration> found = new ArrayList<>();
        dynamo.queryPaginator(query -> query.tableName(tables.migrations())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "migrations"))))
                        .consistentRead(true))
                .items()
                .forEach(item -> found.add(MigrationItems.fromItem(item)));
        found.sort(Comparator.comparing(Registration::version));
        return found;
    }

    /** Reads the last {@code limit} history entries, newest first, strongly consistent. */
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
                .map(MigrationItems::entry)
                .toList();
    }

    /** Adds a migration; false if a concurrent writer changed the registry. Cost: about 6 WCU. */
    boolean register(String game, Registry seen, Registry next, Registration migration, LedgerEntry entry) {
        Put put = Put.builder()
                .tableName(tables.migrations())
                .item(MigrationItems.toItem(game, migration))
                .conditionExpression("attribute_not_exists(pk)")
                .build();
        return write(
                game,
                seen,
                next,
                entry,
                List.of(TransactWriteItem.builder().put(put).build()));
    }

    /** Replaces the definition of a migration; false if a concurrent writer changed it or the registry. */
    boolean repair(String game, Registry seen, Registration before, Registration after, LedgerEntry entry) {
        Update update = Update.builder()
                .tableName(tables.migrations())
                .key(MigrationItems.key(game, after.version()))
                .updateExpression("SET k = :kind, d = :source, c = :checksum")
                .conditionExpression("c = :before")
                .expressionAttributeValues(Map.of(
                        ":kind", s(after.kind().name()),
                        ":source",
                                b(PackedJson.of(after.source(), MigrationItems.DEFLATE_BYTES)
                                        .bytes()),
                        ":checksum", s(after.checksum()),
                        ":before", s(before.checksum())))
                .build();
        return write(
                game,
                seen,
                seen.noted(),
                entry,
                List.of(TransactWriteItem.builder().update(update).build()));
    }

    /**
     * Removes a migration without a run; false if a concurrent writer changed it or the registry. Cost: about 6 WCU.
     */
    boolean withdraw(String game, Registry seen, Registry next, Registration migration, LedgerEntry entry) {
        Delete delete = Delete.builder()
                .tableName(tables.migrations())
                .key(MigrationItems.key(game, migration.version()))
                .conditionExpression("st = :pending AND c = :checksum AND attribute_not_exists(ru)")
                .expressionAttributeValues(Map.of(
                        ":pending", s(MigrationStatus.PENDING.name()),
                        ":checksum", s(migration.checksum())))
                .build();
        return write(
                game,
                seen,
                next,
                entry,
                List.of(TransactWriteItem.builder().delete(delete).build()));
    }

    /**
     * Writes the registry and the results of a migration in one transaction with the writes of another store; false if
     * a concurrent writer changed the registry, or if a condition of those writes failed. Cost: about 6 WCU and those
     * writes.
     */
    public boolean record(
            String game,
            Registry seen,
            Registry next,
            Registration migration,
            LedgerEntry entry,
            TransactionWrites along) {
        Registration.Application application = migration.application();
        Map<String, String> names = new HashMap<>(Map.of("#st", "st", "#as", "as", "#bk", "bk"));
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":st", s(migration.status().name()));
        values.put(":as", n(application.seq()));
        values.put(":bk", MigrationItems.backups(application));
        StringBuilder set = new StringBuilder("SET #st = :st, #as = :as, #bk = :bk");
        StringBuilder remove = new StringBuilder();
        Instant at = application.at();
        MigrationItems.change("aa", at == null ? null : n(at.toEpochMilli()), names, values, set, remove);
        MigrationItems.change("ru", MigrationItems.text(application.run()), names, values, set, remove);
        MigrationItems.change("er", MigrationItems.text(application.error()), names, values, set, remove);
        List<TransactWriteItem> more = new ArrayList<>(along.items());
        more.add(TransactWriteItem.builder()
                .update(update -> update.tableName(tables.migrations())
                        .key(MigrationItems.key(game, migration.version()))
                        .updateExpression(set.toString() + (remove.isEmpty() ? "" : " REMOVE " + remove))
                        .conditionExpression("attribute_exists(pk)")
                        .expressionAttributeNames(names)
                        .expressionAttributeValues(values))
                .build());
        return write(game, seen, next, entry, more);
    }

    /**
     * Removes the request to apply pending migrations, unless a concurrent writer changed the registry. Cost: 1 WCU.
     */
    public void forgetApply(String game, Registry seen) {
        try {
            dynamo.updateItem(update -> update.tableName(tables.migrations())
                    .key(MigrationItems.headKey(game))
                    .updateExpression("REMOVE #ap, #apb, #apr")
                    .conditionExpression("#seq = :seen AND attribute_not_exists(#ar)")
                    .expressionAttributeNames(
                            Map.of("#ap", "ap", "#apb", "apb", "#apr", "apr", "#seq", "seq", "#ar", "ar"))
                    .expressionAttributeValues(Map.of(":seen", n(seen.seq()))));
        } catch (ConditionalCheckFailedException e) {
            // The concurrent writer decided whether the request remains.
            LOG.debugf("the registry moved on: seq=%d", seen.seq());
        }
    }

    /** Writes the registry; false if a concurrent writer changed it. Cost: about 4 WCU. */
    boolean move(String game, Registry seen, Registry next, LedgerEntry entry) {
        return write(game, seen, next, entry, List.of());
    }

    private boolean write(String game, Registry seen, Registry next, LedgerEntry entry, List<TransactWriteItem> more) {
        List<TransactWriteItem> writes = new ArrayList<>();
        Put.Builder head = Put.builder().tableName(tables.migrations()).item(MigrationItems.headItem(game, next));
        if (seen.seq() == 0) {
            head.conditionExpression("attribute_not_exists(pk)");
        } else {
            head.conditionExpression("seq = :seen").expressionAttributeValues(Map.of(":seen", n(seen.seq())));
        }
        writes.add(TransactWriteItem.builder().put(head.build()).build());
        writes.add(TransactWriteItem.builder()
                .put(put -> put.tableName(tables.migrations())
                        .item(MigrationItems.entryItem(game, entry))
                        .conditionExpression("attribute_not_exists(pk)"))
                .build());
        writes.addAll(more);
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
}
