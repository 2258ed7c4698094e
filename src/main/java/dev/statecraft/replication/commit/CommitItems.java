package dev.statecraft.replication.commit;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityItems;
import dev.statecraft.replication.state.Space;
import dev.statecraft.table.TableNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** The items of a commit in a transaction, and what the reasons of a cancelled transaction say about them. */
final class CommitItems {

    private static final int HEAD = 0;
    private static final int FIRST_ENTITY = 2;

    /** Code of the cancellation reason of an item that did not cancel the transaction. */
    private static final String PASSED = "None";

    /** Codes of cancellation reasons after which the transaction may be repeated. */
    private static final Set<String> CONFLICTS =
            Set.of("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded");

    private CommitItems() {}

    /** A commit to write, and the snapshot that it was planned on. */
    record PlannedPart(CommitDraft draft, CommitSnapshot snapshot) {

        /** Number of items: the head, the log entry, the entities, and those of their sessions and messages. */
        int items() {
            return FIRST_ENTITY + draft.items();
        }

        private int headAndEntities() {
            return FIRST_ENTITY + draft.changedEntities().size();
        }
    }

    /** What cancellation reasons say about the commit of a space. Variants are listed in order of precedence. */
    sealed interface Reasons {}

    /** Another writer may have changed items that the reasons do not contain. */
    record Unknown() implements Reasons {}

    /** Another writer changed the items. The snapshot has the current ones. */
    record Changed(CommitSnapshot current) implements Reasons {}

    /** The items of the commit did not cancel the transaction. */
    record Unchanged() implements Reasons {}

    /** The head, the log entry and the entities of a commit, each with the condition that it is the one of the snapshot. */
    static List<TransactWriteItem> of(TableNames tables, String game, CommitDraft draft, Duration logRetention) {
        List<TransactWriteItem> items = new ArrayList<>();
        items.add(head(tables, game, draft));
        items.add(put(Put.builder()
                .tableName(tables.log())
                .item(LogStore.entryItem(game, draft.after(), draft.log(), draft.transactionId(), logRetention))
                .conditionExpression("attribute_not_exists(pk)")));
        draft.changedEntities().forEach(entity -> items.add(entity(tables, game, draft, entity)));
        return items;
    }

    private static TransactWriteItem head(TableNames tables, String game, CommitDraft draft) {
        Put.Builder head = Put.builder().tableName(tables.log()).item(LogStore.headItem(game, draft.after()));
        return put(
                draft.before().seq() == 0
                        ? head.conditionExpression("attribute_not_exists(pk)")
                        : head.conditionExpression("q = :seq AND e = :epoch")
                                .expressionAttributeValues(Map.of(
                                        ":seq", n(draft.before().seq()),
                                        ":epoch", s(draft.before().epoch()))));
    }

    private static TransactWriteItem entity(TableNames tables, String game, CommitDraft draft, ChangedEntity changed) {
        Put.Builder put = Put.builder()
                .tableName(tables.entities())
                .item(EntityItems.toItem(game, changed.after(), draft.steps(changed)));
        return put(
                changed.before().version() == 0
                        ? put.conditionExpression("attribute_not_exists(pk)")
                        : put.conditionExpression("v = :expected")
                                .expressionAttributeValues(
                                        Map.of(":expected", n(changed.before().version()))));
    }

    private static TransactWriteItem put(Put.Builder put) {
        return TransactWriteItem.builder()
                .put(put.returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                        .build())
                .build();
    }

    /** Reads the reasons of the items of a commit, in their order. */
    static Reasons reasons(PlannedPart part, List<CancellationReason> reasons) {
        // A failed condition of a session or a message says nothing about the entities.
        if (reasons.stream().anyMatch(reason -> isConflict(reason) || (isFailed(reason) && !reason.hasItem()))
                || reasons.stream().skip(part.headAndEntities()).anyMatch(CommitItems::isFailed)) {
            return new Unknown();
        }
        if (reasons.stream().noneMatch(CommitItems::isFailed)) {
            return new Unchanged();
        }
        CommitSnapshot current = current(part, reasons);
        return current.space().seq() > part.draft().before().seq() ? new Changed(current) : new Unknown();
    }

    /** The snapshot of a part with the items that failed conditions returned. */
    private static CommitSnapshot current(PlannedPart part, List<CancellationReason> reasons) {
        Space space = part.snapshot().space();
        Map<String, Entity> entities = new HashMap<>(part.snapshot().entities());
        for (int i = 0; i < part.headAndEntities(); i++) {
            CancellationReason reason = reasons.get(i);
            if (isFailed(reason)) {
                if (i == HEAD) {
                    space = LogStore.toSpace(reason.item());
                } else if (i >= FIRST_ENTITY) {
                    Entity entity = EntityItems.fromItem(reason.item());
                    entities.put(entity.id(), entity);
                }
            }
        }
        return new CommitSnapshot(space, entities, part.snapshot().messages());
    }

    /** Whether a transaction may be repeated after these reasons. */
    static boolean isRepeatable(List<CancellationReason> reasons) {
        return reasons.stream()
                .allMatch(reason -> code(reason).equals(PASSED) || isFailed(reason) || isConflict(reason));
    }

    /** Whether the condition of an item failed. */
    static boolean isFailed(CancellationReason reason) {
        return code(reason).equals("ConditionalCheckFailed");
    }

    private static boolean isConflict(CancellationReason reason) {
        return CONFLICTS.contains(code(reason));
    }

    private static String code(CancellationReason reason) {
        return Optional.ofNullable(reason.code()).orElse(PASSED);
    }
}
