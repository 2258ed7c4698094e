package dev.statecraft.migration.run;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Runs, in the migrations table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#runs, {@code sk} = run.
 *   <li>Attributes: {@code v} version, {@code ty} type, {@code di} direction, {@code st} status, {@code ph} phase,
 *       {@code pa} paused, {@code sp} stopping, {@code mo}, {@code fo}, {@code by}, {@code re} order, {@code fc},
 *       {@code fp}, {@code cp}, {@code os}, {@code pg}, {@code mc} options, {@code s0}, {@code s1} schemas, {@code kb}
 *       keeps backup, {@code so} sources, {@code sg} segments, {@code cn} canary, {@code to} total, {@code rv} revision,
 *       {@code se} settling since, {@code sa}, {@code fa} started and finished, {@code er} error, {@code oc} outcome.
 *   <li>Condition of every change: the revision that was read. The start and the end of a run are written in one
 *       transaction with the registry, the registration of the migration and a ledger entry.
 * </ul>
 */
@ApplicationScoped
public class RunStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public RunStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Reads a run, strongly consistent. Cost: 1 RCU. */
    public Optional<Run> read(String game, String id) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.migrations()).key(key(game, id)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(item));
    }

    /**
     * Lists runs, the newest first, strongly consistent. Cost: about 1 RCU per 8 runs.
     *
     * @param below id that all returned runs are older than; null to start with the newest
     */
    public List<Run> list(String game, @Nullable String below, int limit) {
        QueryRequest.Builder query = QueryRequest.builder()
                .tableName(tables.migrations())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "runs"))))
                .scanIndexForward(false)
                .consistentRead(true)
                .limit(limit);
        if (below != null) {
            query.exclusiveStartKey(key(game, below));
        }
        return dynamo.query(query.build()).items().stream()
                .map(RunStore::fromItem)
                .toList();
    }

    /**
     * Lists runs that ended before a time and have a backup, the oldest first. Cost: about 1 RCU per 8 runs of the
     * game.
     */
    public List<Run> keptBefore(String game, Instant time) {
        List<Run> found = new ArrayList<>();
        dynamo.queryPaginator(query -> query.tableName(tables.migrations())
                        .keyConditionExpression("pk = :pk")
                        .filterExpression("#kb = :true AND #fa < :time")
                        .expressionAttributeNames(Map.of("#kb", "kb", "#fa", "fa"))
                        .expressionAttributeValues(Map.of(
                                ":pk", s(PartitionKey.of(game, "runs")),
                                ":true", bool(true),
                                ":time", n(time.toEpochMilli()))))
                .items()
                .forEach(item -> found.add(fromItem(item)));
        return found;
    }

    /** Replaces a run. Returns false if the run has changed since it was read. Cost: 1 WCU. */
    public boolean replace(String game, Run seen, Run next) {
        try {
            dynamo.putItem(put -> put.tableName(tables.migrations())
                    .item(toItem(game, next))
                    .conditionExpression("rv = :seen")
                    .expressionAttributeValues(Map.of(":seen", n(seen.revision()))));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    /** The write that creates a run, for the transaction that starts it. */
    public TransactionWrites creating(String game, Run run) {
        return writes(Put.builder()
                .tableName(tables.migrations())
                .item(toItem(game, run))
                .conditionExpression("attribute_not_exists(pk)"));
    }

    /** The write that replaces a run, for a transaction that changes other items too. */
    public TransactionWrites replacing(String game, Run seen, Run next) {
        return writes(Put.builder()
                .tableName(tables.migrations())
                .item(toItem(game, next))
                .conditionExpression("rv = :seen")
                .expressionAttributeValues(Map.of(":seen", n(seen.revision()))));
    }

    private static TransactionWrites writes(Put.Builder put) {
        return new TransactionWrites(
                List.of(TransactWriteItem.builder().put(put.build()).build()));
    }

    private static Map<String, AttributeValue> key(String game, String id) {
        return Map.of("pk", s(PartitionKey.of(game, "runs")), "sk", s(id));
    }

    private static Map<String, AttributeValue> toItem(String game, Run run) {
        Map<String, AttributeValue> item = new HashMap<>(key(game, run.id()));
        item.put("v", s(run.version().toString()));
        item.put("ty", s(run.entityType()));
        item.put("di", s(run.direction().name()));
        item.put("st", s(run.status().name()));
        item.put("ph", s(run.phase().name()));
        item.put("pa", bool(run.paused()));
        MigrationStatus stopping = run.stopping();
        put(item, "sp", stopping == null ? null : s(stopping.name()));
        item.put("mo", s(run.order().mode().name()));
        item.put("fo", bool(run.order().forced()));
        item.put("by", s(run.order().by()));
        put(item, "re", text(run.order().reason()));
        RunOptions options = run.options();
        Integer count = options.failureCount();
        Double percent = options.failurePercent();
        Integer segments = options.segments();
        put(item, "fc", count == null ? null : n(count));
        put(item, "fp", percent == null ? null : SegmentItems.decimal(BigDecimal.valueOf(percent)));
        item.put("cp", SegmentItems.decimal(BigDecimal.valueOf(options.canaryPercent())));
        put(item, "os", segments == null ? null : n(segments));
        item.put("pg", n(options.pageSize()));
        item.put("mc", n(options.maxCapacity()));
        item.put("s0", s(run.schemas().before()));
        item.put("s1", s(run.schemas().after()));
        item.put("kb", bool(run.keepsBackup()));
        item.put(
                "so",
                AttributeValue.fromL(run.sources().stream()
                        .map(source -> s(source.toString()))
                        .toList()));
        item.put("sg", n(run.segments()));
        item.put("cn", n(run.canary()));
        item.put("to", n(run.total()));
        item.put("rv", n(run.revision()));
        Instant settling = run.settlingSince();
        put(item, "se", settling == null ? null : n(settling.toEpochMilli()));
        item.put("sa", n(run.startedAt().toEpochMilli()));
        Instant finishedAt = run.finishedAt();
        put(item, "fa", finishedAt == null ? null : n(finishedAt.toEpochMilli()));
        put(item, "er", text(run.error()));
        Progress outcome = run.outcome();
        put(item, "oc", outcome == null ? null : AttributeValue.fromM(progress(outcome)));
        return item;
    }

    private static Run fromItem(Map<String, AttributeValue> item) {
        String stopping = Attributes.stringOrNull(item, "sp");
        AttributeValue percent = item.get("fp");
        Map<String, AttributeValue> outcome = Attributes.map(item, "oc");
        return new Run(
                Attributes.string(item, "sk"),
                SemanticVersion.of(Attributes.string(item, "v")),
                Attributes.string(item, "ty"),
                Run.Direction.valueOf(Attributes.string(item, "di")),
                MigrationStatus.valueOf(Attributes.string(item, "st")),
                Run.Phase.valueOf(Attributes.string(item, "ph")),
                Attributes.flag(item, "pa"),
                stopping == null ? null : MigrationStatus.valueOf(stopping),
                new Run.Order(
                        Run.Mode.valueOf(Attributes.string(item, "mo")),
                        Attributes.flag(item, "fo"),
                        Attributes.string(item, "by"),
                        Attributes.stringOrNull(item, "re")),
                new RunOptions(
                        integer(item, "fc"),
                        percent == null ? null : Double.valueOf(percent.n()),
                        Double.parseDouble(number(item, "cp")),
                        integer(item, "os"),
                        (int) Attributes.number(item, "pg"),
                        (int) Attributes.number(item, "mc")),
                new Run.Schemas(Attributes.string(item, "s0"), Attributes.string(item, "s1")),
                Attributes.flag(item, "kb"),
                Attributes.list(item, "so").stream()
                        .map(source -> Run.Source.of(source.s()))
                        .toList(),
                (int) Attributes.number(item, "sg"),
                Attributes.number(item, "cn"),
                Attributes.number(item, "to"),
                Attributes.number(item, "rv"),
                item.containsKey("se") ? Instant.ofEpochMilli(Attributes.number(item, "se")) : null,
                Instant.ofEpochMilli(Attributes.number(item, "sa")),
                item.containsKey("fa") ? Instant.ofEpochMilli(Attributes.number(item, "fa")) : null,
                Attributes.stringOrNull(item, "er"),
                outcome.isEmpty() ? null : progress(outcome));
    }

    private static Map<String, AttributeValue> progress(Progress progress) {
        Map<String, AttributeValue> map = new HashMap<>();
        SegmentItems.putCounts(map, "", progress.main());
        SegmentItems.putCounts(map, "r", progress.back());
        map.put("ax", n(progress.attempts()));
        map.put("un", SegmentItems.decimal(BigDecimal.valueOf(progress.units())));
        SegmentItems.putSums(map, progress.sums());
        return map;
    }

    private static Progress progress(Map<String, AttributeValue> map) {
        return new Progress(
                SegmentItems.counts(map, ""),
                SegmentItems.counts(map, "r"),
                (int) Attributes.number(map, "ax"),
                Double.parseDouble(number(map, "un")),
                SegmentItems.sums(map));
    }

    private static String number(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        return value == null ? "0" : value.n();
    }

    private static @Nullable Integer integer(Map<String, AttributeValue> item, String name) {
        return item.containsKey(name) ? Integer.valueOf((int) Attributes.number(item, name)) : null;
    }

    private static @Nullable AttributeValue text(@Nullable String text) {
        return text == null ? null : s(text);
    }

    private static void put(Map<String, AttributeValue> item, String name, @Nullable AttributeValue value) {
        if (value != null) {
            item.put(name, value);
        }
    }
}
