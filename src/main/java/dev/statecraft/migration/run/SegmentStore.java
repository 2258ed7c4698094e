package dev.statecraft.migration.run;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * Segments of runs in the migrations table.
 *
 * <ul>
 *   <li>Segments: {@code pk} = game#segments#run, {@code sk} = number in two digits; {@code ps} pass, {@code fi} finished,
 *       {@code ho} holder, {@code tk} token, {@code rv} revision, {@code c1}, {@code c2} checkpoint, {@code dn},
 *       {@code dc}, {@code ss}, {@code fl} counts, the same with the prefix {@code r} for the rollback, {@code ax}
 *       attempts, {@code un} units, {@code b0}, {@code a0} and so on sums.
 *   <li>A lease is taken with the condition that the revision has not changed, so one of several workers gets it. Every
 *       write and every commit of its holder has the condition that the token has not changed.
 *   <li>{@link QuarantineStore} has the quarantined records of a run. They are counted in the transactions that store and
 *       delete them.
 * </ul>
 */
@ApplicationScoped
public class SegmentStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final QuarantineStore quarantine;

    public SegmentStore(DynamoDbClient dynamo, TableNames tables, QuarantineStore quarantine) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.quarantine = quarantine;
    }

    /** Reads a segment, strongly consistent. Returns an untouched segment if no item is stored. Cost: 1 RCU. */
    public Segment read(String game, String run, int number) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.migrations())
                        .key(SegmentItems.key(game, run, number))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Segment.untouched(run, number) : SegmentItems.fromItem(run, item);
    }

    /** Lists the segments of a run in order, strongly consistent. Cost: 1 RCU per 15 segments. */
    public List<Segment> list(String game, String run, int count) {
        List<Segment> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            found.add(Segment.untouched(run, i));
        }
        dynamo.query(query -> query.tableName(tables.migrations())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(SegmentItems.partition(game, run))))
                        .consistentRead(true))
                .items()
                .forEach(item -> {
                    Segment segment = SegmentItems.fromItem(run, item);
                    if (segment.number() < count) {
                        found.set(segment.number(), segment);
                    }
                });
        return found;
    }

    /**
     * Takes the lease of a segment for a pass. Returns nothing if the segment has changed since it was read. Cost: 1
     * WCU.
     */
    public Optional<Segment> take(String game, Segment seen, int pass, String holder) {
        return move(game, seen, pass, "SET #ps = :ps, #ho = :ho ADD #tk :one, #rv :one", Map.of(":ho", s(holder)));
    }

    /**
     * Ends the lease of a segment and moves the segment to a later pass, so that nothing is written under an earlier
     * lease any more. Returns false if the segment has changed since it was read. Cost: 1 WCU.
     */
    public boolean fence(String game, Segment seen, int pass) {
        return move(game, seen, pass, "SET #ps = :ps ADD #tk :one, #rv :one REMOVE #ho", Map.of())
                .isPresent();
    }

    private Optional<Segment> move(
            String game, Segment seen, int pass, String expression, Map<String, AttributeValue> more) {
        boolean newPass = seen.pass() != pass;
        Map<String, String> names = new HashMap<>(Map.of("#ps", "ps", "#ho", "ho", "#tk", "tk", "#rv", "rv"));
        if (newPass) {
            names.putAll(Map.of("#c1", "c1", "#c2", "c2", "#fi", "fi"));
        }
        Map<String, AttributeValue> values = new HashMap<>(more);
        values.put(":ps", n(pass));
        values.put(":one", n(1));
        if (seen.revision() > 0) {
            values.put(":seen", n(seen.revision()));
        }
        String without = (expression.contains("REMOVE") ? ", " : " REMOVE ") + "#c1, #c2, #fi";
        return update(
                Update.builder()
                        .key(SegmentItems.key(game, seen.run(), seen.number()))
                        .updateExpression(newPass ? expression + without : expression)
                        .conditionExpression(seen.revision() == 0 ? "attribute_not_exists(#rv)" : "#rv = :seen")
                        .expressionAttributeNames(names)
                        .expressionAttributeValues(values),
                seen.run());
    }

    /** Releases a lease. Returns nothing if the lease was taken over. Cost: 1 WCU. */
    public Optional<Segment> release(String game, Segment lease) {
        return update(
                Update.builder()
                        .key(SegmentItems.key(game, lease.run(), lease.number()))
                        .updateExpression("ADD #rv :one REMOVE #ho")
                        .conditionExpression("#tk = :token")
                        .expressionAttributeNames(Map.of("#rv", "rv", "#ho", "ho", "#tk", "tk"))
                        .expressionAttributeValues(Map.of(":one", n(1), ":token", n(lease.token()))),
                lease.run());
    }

    /**
     * Result of a page.
     *
     * @param back whether the page counts as rollback of an application
     * @param counted number of done records of this pass that belong to complete pages
     * @param finished whether it is the last page of the pass; the lease is released with it
     * @param failed records to quarantine
     * @param repaired quarantined records that need no migration any more; they count as skipped instead of failed
     */
    public record Page(
            boolean back,
            Segment.@Nullable Checkpoint checkpoint,
            boolean finished,
            long counted,
            long skipped,
            int attempts,
            double units,
            List<Quarantined> failed,
            List<EntityKey> repaired) {}

    /**
     * Completes a page. Returns nothing if the lease was taken over. Cost: 1 WCU; with failed or repaired records 2 WCU,
     * and 2 WCU per record.
     */
    public Optional<Segment> complete(String game, Segment lease, Page page) {
        String prefix = page.back() ? "r" : "";
        Map<String, String> names = new HashMap<>();
        Map<String, AttributeValue> values = new HashMap<>();
        StringBuilder set = new StringBuilder("SET #dc = :dc, #ax = :ax, #fi = :fi");
        StringBuilder remove = new StringBuilder();
        Segment.Checkpoint checkpoint = page.checkpoint();
        if (checkpoint == null) {
            remove.append(" REMOVE #c1, #c2");
        } else {
            set.append(", #c1 = :c1, #c2 = :c2");
            values.put(":c1", s(checkpoint.first()));
            values.put(":c2", s(checkpoint.second()));
        }
        if (page.finished()) {
            remove.append(remove.isEmpty() ? " REMOVE #ho" : ", #ho");
            names.put("#ho", "ho");
        }
        names.putAll(Map.of(
                "#dc",
                prefix + "dc",
                "#sk",
                prefix + "ss",
                "#fl",
                prefix + "fl",
                "#ax",
                "ax",
                "#fi",
                "fi",
                "#un",
                "un",
                "#rv",
                "rv",
                "#tk",
                "tk"));
        names.putAll(Map.of("#c1", "c1", "#c2", "c2"));
        values.put(":dc", n(page.counted()));
        values.put(":ax", n(Math.max(page.attempts(), lease.attempts())));
        values.put(":fi", Attributes.bool(page.finished()));
        values.put(":sk", n(page.skipped() + page.repaired().size()));
        values.put(":fl", n((long) page.failed().size() - page.repaired().size()));
        values.put(":un", SegmentItems.decimal(BigDecimal.valueOf(page.units()).setScale(3, RoundingMode.HALF_UP)));
        values.put(":one", n(1));
        values.put(":token", n(lease.token()));
        // The SDK may send the update again after a lost response. The counts are added once, from the same checkpoint.
        Segment.Checkpoint from = lease.checkpoint();
        String same = " AND (attribute_not_exists(#fi) OR #fi = :open) AND attribute_not_exists(#c1)";
        values.put(":open", Attributes.bool(false));
        if (from != null) {
            same = " AND (attribute_not_exists(#fi) OR #fi = :open) AND #c1 = :from1 AND #c2 = :from2";
            values.put(":from1", s(from.first()));
            values.put(":from2", s(from.second()));
        }
        Update.Builder update = Update.builder()
                .key(SegmentItems.key(game, lease.run(), lease.number()))
                .updateExpression(set + " ADD #sk :sk, #fl :fl, #un :un, #rv :one" + remove)
                .conditionExpression("#tk = :token" + same)
                .expressionAttributeNames(names)
                .expressionAttributeValues(values);
        return page.failed().isEmpty() && page.repaired().isEmpty()
                ? update(update, lease.run()).or(() -> Optional.of(read(game, lease.run(), lease.number()))
                        .filter(stored -> stored.token() == lease.token()))
                : completeWith(game, lease, update, page);
    }

    private Optional<Segment> completeWith(String game, Segment lease, Update.Builder update, Page page) {
        List<TransactWriteItem> items = new ArrayList<>();
        items.add(TransactWriteItem.builder()
                .update(update.tableName(tables.migrations()).build())
                .build());
        items.addAll(quarantine.adding(game, lease.run(), page.failed()));
        items.addAll(quarantine.removing(game, lease.run(), page.repaired()));
        try {
            dynamo.transactWriteItems(write -> write.transactItems(items));
        } catch (TransactionCanceledException e) {
            boolean lost =
                    e.cancellationReasons().stream().anyMatch(reason -> "ConditionalCheckFailed".equals(reason.code()));
            if (!lost) {
                throw e;
            }
            return Optional.empty();
        }
        return Optional.of(read(game, lease.run(), lease.number()));
    }

    /**
     * The write that counts the records of a commit in its transaction. The transaction is rejected if the lease was
     * taken over.
     *
     * @param back whether the commit counts as rollback of an application
     * @param repaired which of the records were quarantined; they count as done instead of failed
     * @param sums amounts that the records add to the sums
     * @param along other writes of the transaction
     */
    public TransactionWrites counting(
            String game,
            Segment lease,
            boolean back,
            int records,
            List<EntityKey> repaired,
            InvariantSums sums,
            TransactionWrites along) {
        Map<String, String> names = new HashMap<>(Map.of("#dn", back ? "rdn" : "dn", "#rv", "rv", "#tk", "tk"));
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":dn", n(records));
        values.put(":one", n(1));
        values.put(":token", n(lease.token()));
        StringBuilder add = new StringBuilder("ADD #dn :dn, #rv :one");
        if (!repaired.isEmpty()) {
            names.put("#fl", back ? "rfl" : "fl");
            values.put(":fl", n(-repaired.size()));
            add.append(", #fl :fl");
        }
        addSums("b", sums.before(), names, values, add);
        addSums("a", sums.after(), names, values, add);
        List<TransactWriteItem> items = new ArrayList<>();
        items.add(TransactWriteItem.builder()
                .update(update -> update.tableName(tables.migrations())
                        .key(SegmentItems.key(game, lease.run(), lease.number()))
                        .updateExpression(add.toString())
                        .conditionExpression("#tk = :token")
                        .expressionAttributeNames(names)
                        .expressionAttributeValues(values))
                .build());
        items.addAll(quarantine.removing(game, lease.run(), repaired));
        items.addAll(along.items());
        return new TransactionWrites(items);
    }

    private static void addSums(
            String prefix,
            List<BigDecimal> sums,
            Map<String, String> names,
            Map<String, AttributeValue> values,
            StringBuilder add) {
        for (int i = 0; i < sums.size(); i++) {
            String name = prefix + i;
            names.put("#" + name, name);
            values.put(":" + name, SegmentItems.decimal(sums.get(i)));
            add.append(", #").append(name).append(" :").append(name);
        }
    }

    private Optional<Segment> update(Update.Builder builder, String run) {
        Update update = builder.tableName(tables.migrations()).build();
        try {
            return Optional.of(SegmentItems.fromItem(
                    run,
                    dynamo.updateItem(request -> request.tableName(update.tableName())
                                    .key(update.key())
                                    .updateExpression(update.updateExpression())
                                    .conditionExpression(update.conditionExpression())
                                    .expressionAttributeNames(update.expressionAttributeNames())
                                    .expressionAttributeValues(update.expressionAttributeValues())
                                    .returnValues(ReturnValue.ALL_NEW))
                            .attributes()));
        } catch (ConditionalCheckFailedException e) {
            return Optional.empty();
        }
    }
}
