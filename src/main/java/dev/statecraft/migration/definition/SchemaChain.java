package dev.statecraft.migration.definition;

import dev.statecraft.migration.expression.Subject;
import java.util.List;
import java.util.Optional;

/**
 * The migrations of one entity type in the order of application. This is not the order of versions if a migration was
 * applied out of order. A state names the last migration that was applied to it; the migrations after that one are
 * still to be applied to it.
 *
 * @param steps the migrations, first applied first; one that is being applied or rolled back is the last
 */
public record SchemaChain(List<Definition> steps) {

    /** Copies the steps. */
    public SchemaChain {
        steps = List.copyOf(steps);
    }

    /** The migrations of the records of one type, in the same order. They are all if the target is an entity type. */
    public SchemaChain of(String type) {
        return new SchemaChain(steps.stream()
                .filter(step -> MigrationTarget.covers(step.entityType(), type))
                .toList());
    }

    /** The migrations to apply to a state with this schema version; empty if the state is up to date. */
    public List<Definition> after(String schemaVersion) {
        int index = indexOf(schemaVersion);
        if (index >= 0) {
            return steps.subList(index + 1, steps.size());
        }
        // The migration is not in the chain: it was rolled back, but not for this state. Compare versions instead.
        Optional<SemanticVersion> version = SemanticVersion.parse(schemaVersion);
        return steps.stream()
                .filter(step -> version.isEmpty() || step.version().compareTo(version.get()) > 0)
                .toList();
    }

    /** The migrations from one schema version to a later one; empty if the state has that version or a later one. */
    public List<Definition> between(String schemaVersion, String target) {
        int last = indexOf(target);
        return after(schemaVersion).stream()
                .filter(step -> steps.indexOf(step) <= last)
                .toList();
    }

    /** The schema version of a state after all steps. */
    public String last() {
        return steps.isEmpty()
                ? Subject.FIRST_SCHEMA
                : steps.get(steps.size() - 1).version().toString();
    }

    /** The schema version of a state before this step of the chain. */
    public String before(SemanticVersion version) {
        int index = indexOf(version.toString());
        return index <= 0
                ? Subject.FIRST_SCHEMA
                : steps.get(index - 1).version().toString();
    }

    private int indexOf(String schemaVersion) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).version().toString().equals(schemaVersion)) {
                return i;
            }
        }
        return -1;
    }
}
