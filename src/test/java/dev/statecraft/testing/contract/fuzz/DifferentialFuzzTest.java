package dev.statecraft.testing.contract.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.table.Attributes;
import dev.statecraft.testing.contract.ContractDatabase;
import dev.statecraft.testing.contract.ContractTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;

/**
 * The model and DynamoDB Local answer random requests alike, and afterwards hold the same items and stream records.
 * {@code -Dfuzz.seed=17 -Dfuzz.runs=100 -Dfuzz.requests=100} chooses the first seed, the number of seeds and the
 * requests of each.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DifferentialFuzzTest {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int RUNS = Integer.getInteger("fuzz.runs", 6);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 100);

    private final Map<String, Integer> kinds = new TreeMap<>();
    private ContractTables model;
    private ContractTables local;

    @BeforeAll
    void createTables() {
        local = new ContractTables(ContractDatabase.dynamoDbLocal());
        model = new ContractTables(ContractDatabase.model());
    }

    @AfterAll
    void deleteTables() {
        local.close();
        model.close();
    }

    @Test
    void randomRequests_haveTheSameOutcome_itemsAndRecords() {
        List<String> differences = new ArrayList<>();
        for (long seed = SEED; seed < SEED + RUNS; seed++) {
            difference(seed).ifPresent(differences::add);
        }
        assertTrue(differences.isEmpty(), () -> String.join("\n", differences));
        assertTrue(
                kinds.size() > 15 || RUNS * REQUESTS < 500, () -> "the requests had few kinds of outcomes: " + kinds);
        System.out.println("Differential fuzz: seeds " + SEED + " to " + (SEED + RUNS - 1) + ", " + RUNS * REQUESTS
                + " requests, " + kinds.size() + " kinds of outcomes.");
    }

    /** The first difference of a run; what comes after it follows from it. */
    private Optional<String> difference(long seed) {
        String partition = "s" + seed + "-";
        Random random = new Random(seed);
        RandomItems items = new RandomItems(random, partition);
        RandomRequests requests = new RandomRequests(random, local, items);
        for (int i = 0; i < REQUESTS; i++) {
            DynamoDbRequest request = requests.next();
            ComparableOutcome expected = ComparableOutcome.of(local.database().client(), request);
            ComparableOutcome actual = ComparableOutcome.of(model.database().client(), request);
            kinds.merge(request.getClass().getSimpleName() + " " + expected.kind(), 1, Integer::sum);
            if (!expected.equals(actual)) {
                return Optional.of("seed " + seed + ", request " + i + ": " + request + "\n  local " + expected
                        + "\n  model " + actual);
            }
        }
        for (String table : List.of(local.items, local.changes)) {
            for (String key : items.partitions()) {
                String expected = items(local, table, key);
                String actual = items(model, table, key);
                if (!expected.equals(actual)) {
                    return Optional.of(
                            "seed " + seed + ", items of " + table + "\n  local " + expected + "\n  model " + actual);
                }
            }
        }
        Map<String, List<String>> expected = records(local, partition);
        Map<String, List<String>> actual = records(model, partition);
        expected.entrySet().removeAll(Map.copyOf(actual).entrySet());
        actual.keySet().retainAll(expected.keySet());
        return expected.isEmpty()
                ? Optional.empty()
                : Optional.of("seed " + seed + ", records\n  local " + expected + "\n  model " + actual);
    }

    private static String items(ContractTables tables, String table, String partition) {
        return ComparableOutcome.of(
                        tables.database().client(),
                        QueryRequest.builder()
                                .tableName(table)
                                .keyConditionExpression("pk = :pk")
                                .expressionAttributeValues(Map.of(":pk", AttributeValue.fromS(partition)))
                                .consistentRead(true)
                                .build())
                .toString();
    }

    /** The records of the run by key, in the order of the stream. */
    private static Map<String, List<String>> records(ContractTables tables, String partition) {
        Map<String, List<String>> records = new TreeMap<>();
        var streams = tables.database().streams();
        String arn = tables.database()
                .client()
                .describeTable(r -> r.tableName(tables.changes))
                .table()
                .latestStreamArn();
        for (Shard shard : streams.describeStream(r -> r.streamArn(arn))
                .streamDescription()
                .shards()) {
            String iterator = streams.getShardIterator(r ->
                            r.streamArn(arn).shardId(shard.shardId()).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .shardIterator();
            while (iterator != null) {
                String current = iterator;
                GetRecordsResponse page = streams.getRecords(r -> r.shardIterator(current));
                page.records().stream()
                        .filter(record -> Attributes.string(record.dynamodb().keys(), "pk")
                                .startsWith(partition))
                        .forEach(record -> records.computeIfAbsent(key(record), key -> new ArrayList<>())
                                .add(text(record)));
                iterator = page.records().isEmpty() ? null : page.nextShardIterator();
            }
        }
        return records;
    }

    private static String key(Record record) {
        Map<String, AttributeValue> key = record.dynamodb().keys();
        return Attributes.string(key, "pk") + "/" + Attributes.string(key, "sk");
    }

    private static String text(Record record) {
        return record.eventNameAsString() + " "
                + ComparableOutcome.text(
                        record.dynamodb()
                                .copy(d ->
                                        d.sequenceNumber(null).sizeBytes(null).approximateCreationDateTime(null)),
                        true);
    }
}
