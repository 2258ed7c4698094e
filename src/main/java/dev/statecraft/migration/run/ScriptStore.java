package dev.statecraft.migration.run;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * The progress of runs of scripts, in the migrations table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#script#run, {@code sk} = {@code head}.
 *   <li>Attributes: {@code di} direction, {@code ax} attempts, {@code ho} holder, {@code tk} token, {@code rv} revision,
 *       {@code oc} outcome, {@code me} message, {@code ct}, {@code cs} completed token and its success, {@code pt} bytes of the parts of the backup.
 *   <li>Condition of every write: the revision that was read. So of several servers one gets a lease, and a server whose
 *       lease was taken over can write nothing.
 * </ul>
 */
@ApplicationScoped
public class ScriptStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public ScriptStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Reads the progress of a run, strongly consistent. Returns an untouched one if none is stored. Cost: 1 RCU. */
    public Script read(String game, Run run) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.migrations())
                        .key(key(game, run.id()))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Script.untouched(run) : fromItem(run.id(), item);
    }

    /**
     * Replaces the progress of a run. Returns false if it has changed since it was read, or if a condition of the other
     * writes failed. Cost: 2 WCU, and the other writes.
     *
     * @param along other writes of the transaction
     */
    public boolean replace(String game, Script seen, Script next, TransactionWrites along) {
        Put.Builder put = Put.builder().tableName(tables.migrations()).item(toItem(game, next));
        if (seen.revision() == 0) {
            put.conditionExpression("attribute_not_exists(pk)");
        } else {
            put.conditionExpression("rv = :seen").expressionAttributeValues(Map.of(":seen", n(seen.revision())));
        }
        List<TransactWriteItem> items = new ArrayList<>();
        items.add(TransactWriteItem.builder().put(put.build()).build());
        items.addAll(along.items());
        try {
            dynamo.transactWriteItems(write -> write.transactItems(items));
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

    private static Map<String, AttributeValue> key(String game, String run) {
        return Map.of("pk", s(PartitionKey.of(game, "script", run)), "sk", s("head"));
    }

    private static Map<String, AttributeValue> toItem(String game, Script script) {
        Map<String, AttributeValue> item = new HashMap<>(key(game, script.run()));
        item.put("di", s(script.direction().name()));
        item.put("ax", n(script.attempt()));
        put(item, "ho", script.holder());
        item.put("tk", n(script.token()));
        item.put("rv", n(script.revision()));
        Script.Outcome outcome = script.outcome();
        put(item, "oc", outcome == null ? null : outcome.name());
        put(item, "me", script.message());
        item.put("ct", n(script.completed()));
        item.put("cs", bool(script.succeeded()));
        item.put(
                "pt",
                AttributeValue.fromL(
                        script.parts().stream().map(bytes -> n(bytes)).toList()));
        return item;
    }

    private static void put(Map<String, AttributeValue> item, String name, @Nullable String text) {
        if (text != null) {
            item.put(name, s(text));
        }
    }

    private static Script fromItem(String run, Map<String, AttributeValue> item) {
        String outcome = Attributes.stringOrNull(item, "oc");
        return new Script(
                run,
                Run.Direction.valueOf(Attributes.string(item, "di")),
                (int) Attributes.number(item, "ax"),
                Attributes.stringOrNull(item, "ho"),
                Attributes.number(item, "tk"),
                Attributes.number(item, "rv"),
                outcome == null ? null : Script.Outcome.valueOf(outcome),
                Attributes.stringOrNull(item, "me"),
                Attributes.number(item, "ct"),
                Attributes.flag(item, "cs"),
                Attributes.list(item, "pt").stream()
                        .map(bytes -> Integer.valueOf(bytes.n()))
                        .toList());
    }
}
