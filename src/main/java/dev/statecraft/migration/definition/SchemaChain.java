package dev.statecraft.migration.definition;

import dev.statecraft.migration.expression.Subject;
import java.util.List;
import java.util.Optional;

/**
 * The migrations that the states of one entity type go through, in the order they were applied, which is not the order of
 * their versions where one was applied out of order. A state names the last one it went through; what comes after that one
 * it still has to go through.
 *
 * @param steps from the first applied to the last, those that are being applied or rolled back at the end
 */
public record SchemaChain(List<Definition> steps) {

    /** Copies the steps. */
    public SchemaChain {
        steps = List.copyOf(steps);
    }

    /** What a state has yet to go through that went through {@code schemaVersion} last; nothing if it is up to date. */
    public List<Definition> after(String schemaVersion) {
        int index = indexOf(schemaVersion);
        if (index >= 0) {
            return steps.subList(index + 1, steps.size());
        }
        // A migration that is not known here was taken back while this state was left as it was: by version then.
        Optional<SemanticVersion> version = SemanticVersion.parse(schemaVersion);
        return steps.stream()
                .filter(step -> version.isEmpty() || step.version().compareTo(version.get()) > 0)
                .toList();
    }

    /** What leads from one schema to a later one; nothing if the state is there, or beyond. */
    public List<Definition> between(String schemaVersion, String target) {
        int last = indexOf(target);
        return after(schemaVersion).stream()
                .filter(step -> steps.indexOf(step) <= last)
                .toList();
    }

    /** The schema that a state has before it goes through a step of this chain. */
    public String before(SemanticVersion version) {
        int index = indexOf(version.toString());
        return index <= 0 ? Subject.FIRST_SCHEMA : steps.get(index - 1).version().toString();
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
