package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.MigrationOperation.Compute;
import dev.statecraft.migration.definition.MigrationOperation.Convert;
import dev.statecraft.migration.definition.MigrationOperation.MapValues;
import dev.statecraft.migration.definition.MigrationOperation.Remove;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.replication.state.StatePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * Operations that are applied sequentially.
 *
 * @param operations the operations, first applied first
 */
public record OperationSequence(List<MigrationOperation> operations) {

    /** Copies the operations. */
    public OperationSequence {
        operations = List.copyOf(operations);
    }

    /**
     * The operations that undo these, in reverse order. Operations that cannot be undone are left out. An object around
     * the path of an operation that is empty afterwards is removed, unless an earlier operation sets the object itself: the
     * state before the migration is unknown, and old states rarely have empty objects.
     */
    public OperationSequence down() {
        return down(this::made);
    }

    /**
     * The operations that undo these for a record whose state before them is known: of the objects that are empty
     * afterwards, exactly those are removed that these operations created.
     */
    OperationSequence down(ObjectNode before, Subject subject, ExpressionBounds bounds) {
        OperationEdit edit = new OperationEdit(before.deepCopy(), subject, bounds);
        int[] made = new int[operations.size()];
        try {
            for (int i = 0; i < made.length; i++) {
                made[i] = edit.apply(operations.get(i));
            }
        } catch (OperationEdit.Impossible e) {
            return down();
        }
        return down(i -> made[i]);
    }

    private OperationSequence down(IntUnaryOperator made) {
        List<MigrationOperation> undone = new ArrayList<>();
        for (int i = operations.size() - 1; i >= 0; i--) {
            operations.get(i).down(made.applyAsInt(i)).ifPresent(undone::add);
        }
        return new OperationSequence(undone);
    }

    /** The number of objects around the path of an operation, innermost first, that no earlier operation sets. */
    private int made(int index) {
        List<String> tokens = operations.get(index).path().tokens();
        int made = 0;
        for (int length = tokens.size() - 1; length > 0; length--) {
            StatePath around = new StatePath(tokens.subList(0, length));
            if (operations.subList(0, index).stream()
                    .anyMatch(earlier -> earlier.path().covers(around))) {
                break;
            }
            made++;
        }
        return made;
    }

    /** Index of the first operation that cannot be undone and is not lossy; empty if there is none. */
    public Optional<Integer> firstThatLoses() {
        for (int i = 0; i < operations.size(); i++) {
            if (!operations.get(i).lossy() && operations.get(i).down(0).isEmpty()) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    /** Paths of values that undoing does not restore; they are only in the backup. */
    public List<StatePath> lost() {
        return operations.stream()
                .filter(MigrationOperation::lossy)
                .filter(operation ->
                        operation instanceof Convert || operation.down(0).isEmpty())
                .map(MigrationOperation::path)
                .distinct()
                .toList();
    }

    /** Whether undoing restores the exact state of every record that the operations changed. */
    public boolean reversible() {
        return lost().isEmpty() && firstThatLoses().isEmpty();
    }

    /**
     * Whether applying them twice has the effect of applying them once: each operation has to be idempotent, and no two
     * may concern the same path.
     */
    public boolean idempotent() {
        List<StatePath> places = new ArrayList<>();
        for (MigrationOperation operation : operations) {
            List<StatePath> own = operation instanceof MigrationOperation.Rename rename
                    ? List.of(rename.from(), rename.path())
                    : List.of(operation.path());
            boolean shared = own.stream()
                    .anyMatch(path -> places.stream().anyMatch(other -> other.covers(path) || path.covers(other)));
            if (shared || !operation.idempotent()) {
                return false;
            }
            places.addAll(own);
        }
        return true;
    }

    /** Applies all operations to a copy of a state; fails if one of them fails. */
    public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds) {
        ObjectNode copy = state.deepCopy();
        OperationEdit edit = new OperationEdit(copy, subject, bounds);
        for (int i = 0; i < operations.size(); i++) {
            try {
                edit.apply(operations.get(i));
            } catch (OperationEdit.Impossible e) {
                return new Transformed.Failed("operation " + i + " (" + name(operations.get(i)) + " "
                        + operations.get(i).path() + "): " + e.reason());
            }
        }
        return new Transformed.Done(copy);
    }

    private static String name(MigrationOperation operation) {
        if (operation instanceof MigrationOperation.Rename) {
            return "rename";
        }
        if (operation instanceof Remove || operation instanceof MigrationOperation.RemoveDefault) {
            return "remove";
        }
        if (operation instanceof Convert) {
            return "convert";
        }
        if (operation instanceof MapValues) {
            return "mapValues";
        }
        if (operation instanceof MigrationOperation.Increment) {
            return "increment";
        }
        return operation instanceof Compute ? "compute" : "default";
    }
}
