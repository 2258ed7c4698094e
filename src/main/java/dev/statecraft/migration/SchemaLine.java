package dev.statecraft.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Schemas.Asked;
import dev.statecraft.replication.Schemas.NoWayBack;
import dev.statecraft.replication.Schemas.Shape;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The migrations that the entities of one type have gone through, in the order of their versions.
 *
 * @param links what each does; null where it comes with code that is not there any more
 */
record SchemaLine(NavigableMap<SemanticVersion, Optional<Definition>> links) {

    /** Of a type that no migration was for. */
    static final SchemaLine EMPTY = new SchemaLine(new TreeMap<>());

    SchemaLine {
        links = Collections.unmodifiableNavigableMap(new TreeMap<>(links));
    }

    /** What of a migration can be done to a record while it is read. */
    record Trial(Expression.Bounds bounds, boolean validation) {}

    /**
     * A state as the migrations after one version up to another have it; it stays as the last of them that can be done here
     * and whose rules hold leaves it.
     */
    Shape up(SemanticVersion from, SemanticVersion to, ObjectNode state, Trial trial) {
        Shape shape = new Shape(from.toString(), state);
        if (from.compareTo(to) >= 0) {
            return shape;
        }
        for (var link : links.subMap(from, false, to, true).entrySet()) {
            ObjectNode before = shape.state();
            Optional<ObjectNode> after = link.getValue().flatMap(migration -> migrated(migration, before, trial));
            if (after.isEmpty()) {
                break;
            }
            shape = new Shape(link.getKey().toString(), after.get());
        }
        return shape;
    }

    /** A state as it was before the migrations after a version. */
    Asked down(SemanticVersion from, SemanticVersion to, ObjectNode state, Trial trial) {
        Shape shape = new Shape(from.toString(), state);
        if (from.compareTo(to) <= 0) {
            return shape;
        }
        if (!links.containsKey(from)) {
            return new NoWayBack("no migration is known that led to " + from);
        }
        for (var link : links.subMap(to, false, from, true).descendingMap().entrySet()) {
            Definition migration = link.getValue().orElse(null);
            Transformation down = migration == null ? null : migration.down();
            if (down == null || down instanceof Transformation.Worked) {
                return new NoWayBack("the migration " + link.getKey() + " has no way down that can be gone here");
            }
            Transformation.Transformed back = down.apply(shape.state(), trial.bounds());
            if (back instanceof Transformation.Failed failed) {
                return new NoWayBack("going back before " + link.getKey() + " failed, " + failed.reason());
            }
            SemanticVersion before = before(link.getKey());
            shape = new Shape(before.toString(), ((Transformation.Done) back).state());
        }
        return shape;
    }

    private SemanticVersion before(SemanticVersion version) {
        @Nullable SemanticVersion lower = links.lowerKey(version);
        return lower == null ? SemanticVersion.NONE : lower;
    }

    private static Optional<ObjectNode> migrated(Definition migration, ObjectNode state, Trial trial) {
        return migration.up().apply(state, trial.bounds()) instanceof Transformation.Done done
                        && (!trial.validation() || isValid(migration.validation(), done.state(), trial.bounds()))
                ? Optional.of(done.state())
                : Optional.empty();
    }

    private static boolean isValid(List<Rule> rules, ObjectNode state, Expression.Bounds bounds) {
        return rules.stream().allMatch(rule -> rule.violation(state, bounds).isEmpty());
    }
}
