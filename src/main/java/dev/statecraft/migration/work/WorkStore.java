package dev.statecraft.migration.work;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.segment.WorkPage;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.PaddedNumber;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * The last leased page of each segment, in the migrations table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#work#run, {@code sk} = segment in two digits.
 *   <li>Attributes: {@code tk} token of the lease, {@code rc} packed records, {@code f1}, {@code f2} and {@code c1},
 *       {@code c2} checkpoints before and after the page, {@code dn}, {@code fl}, {@code ag} result.
 *   <li>Condition: a page is never replaced by that of an earlier lease.
 * </ul>
 */
@ApplicationScoped
public class WorkStore {

    private static final int DEFLATE_BYTES = 256;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public WorkStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /** Reads the last leased page of a segment, strongly consistent. Cost: 1 RCU per 4 KB. */
    Optional<WorkPage> read(String game, String run, int segment) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.migrations())
                        .key(key(game, run, segment))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(item));
    }

    /** Deletes the pages of a run. Cost: 1 RCU per 4 KB, and 1 WCU per KB. */
    public int delete(String game, String run) {
        List<WriteRequest> deletes = dynamo
                .queryPaginator(query -> query.tableName(tables.migrations())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "work", run))))
                        .projectionExpression("pk, sk")
                        .consistentRead(true))
                .items()
                .stream()
                .map(key -> WriteRequest.builder()
                        .deleteRequest(delete -> delete.key(key))
                        .build())
                .toList();
        batches.write(tables.migrations(), deletes);
        return deletes.size();
    }

    /** Stores a page. Returns false if a page of a later lease is stored. Cost: 1 WCU per KB. */
    boolean store(String game, String run, int segment, WorkPage page) {
        Map<String, AttributeValue> item = new HashMap<>(key(game, run, segment));
        item.put("tk", n(page.token()));
        ArrayNode records = JsonNodeFactory.instance.arrayNode();
        page.records().forEach(record -> records.addArray()
                .add(record.space())
                .add(record.id())
                .add(record.version())
                .add(record.handed()));
        item.put("rc", b(PackedJson.of(records, DEFLATE_BYTES).bytes()));
        put(item, "f", page.from());
        put(item, "c", page.behind());
        WorkPage.Answer answer = page.answer();
        if (answer != null) {
            item.put("dn", n(answer.done()));
            item.put("fl", n(answer.failed()));
            item.put("ag", n(answer.again()));
        }
        try {
            dynamo.putItem(put -> put.tableName(tables.migrations())
                    .item(item)
                    .conditionExpression("attribute_not_exists(#tk) OR #tk <= :token")
                    .expressionAttributeNames(Map.of("#tk", "tk"))
                    .expressionAttributeValues(Map.of(":token", n(page.token()))));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    private static void put(Map<String, AttributeValue> item, String prefix, Segment.@Nullable Checkpoint checkpoint) {
        if (checkpoint != null) {
            item.put(prefix + 1, s(checkpoint.first()));
            item.put(prefix + 2, s(checkpoint.second()));
        }
    }

    private static Segment.@Nullable Checkpoint checkpoint(Map<String, AttributeValue> item, String prefix) {
        String first = Attributes.stringOrNull(item, prefix + 1);
        return first == null ? null : new Segment.Checkpoint(first, Attributes.string(item, prefix + 2));
    }

    private static Map<String, AttributeValue> key(String game, String run, int segment) {
        return Map.of("pk", s(PartitionKey.of(game, "work", run)), "sk", s(PaddedNumber.of(segment, 2)));
    }

    private static WorkPage fromItem(Map<String, AttributeValue> item) {
        List<WorkPage.Entry> records = new ArrayList<>();
        for (JsonNode record : PackedJson.stored(Attributes.bytes(item, "rc")).value()) {
            records.add(new WorkPage.Entry(
                    record.get(0).textValue(),
                    record.get(1).textValue(),
                    record.get(2).longValue(),
                    record.get(3).booleanValue()));
        }
        return new WorkPage(
                Attributes.number(item, "tk"),
                records,
                checkpoint(item, "f"),
                checkpoint(item, "c"),
                item.containsKey("dn")
                        ? new WorkPage.Answer(
                                Attributes.number(item, "dn"),
                                Attributes.number(item, "fl"),
                                Attributes.number(item, "ag"))
                        : null);
    }
}
