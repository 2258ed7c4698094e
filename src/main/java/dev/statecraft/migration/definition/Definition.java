package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.table.CanonicalJson;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The definition of a migration, complete and validated.
 *
 * @param version the semantic version, which determines the order
 * @param description human-readable description
 * @param entityType the type of the migrated entities, or another target as in {@link MigrationTarget}
 * @param kind how the records are transformed
 * @param up transformation to the new state
 * @param down transformation back to the old state, given or derived; null if only a backup can restore it
 * @param validation rules that every migrated record must satisfy
 * @param invariants sums over all records that must not change
 * @param source the definition as JSON; the checksum is computed from it
 */
public record Definition(
        SemanticVersion version,
        String description,
        String entityType,
        Kind kind,
        Transformation up,
        @Nullable Transformation down,
        List<Rule> validation,
        List<Invariant> invariants,
        ObjectNode source) {

    /** Copies the lists. The source must not be modified afterwards. */
    public Definition {
        validation = List.copyOf(validation);
        invariants = List.copyOf(invariants);
    }

    /** How the records are transformed. */
    @Schema(name = "MigrationKind")
    public enum Kind {
        OPERATIONS,
        EXPRESSION,
        WORKER,
        CODE,
        /** One game server performs the migration as a whole. */
        SCRIPT
    }

    /** SHA-256 of the canonical JSON of the definition. */
    public String checksum() {
        return CanonicalJson.checksum(source);
    }

    /** Whether the definition claims that applying it twice has the effect of applying it once. */
    public boolean idempotent() {
        return up instanceof Transformation.Operated operated
                && operated.sequence().idempotent();
    }

    /** Whether the definition claims that {@code down} restores the exact state. */
    public boolean reversible() {
        if (up instanceof Transformation.Operated operated) {
            // An explicit "down" claims this even if the operations of "up" lose values.
            return source.has("down") || operated.sequence().reversible();
        }
        return down != null && kind != Kind.SCRIPT;
    }

    /** Paths of values that {@code down} does not restore; they are only in the backup. */
    public List<String> lost() {
        return up instanceof Transformation.Operated operated && !source.has("down")
                ? operated.sequence().lost().stream().map(Object::toString).toList()
                : List.of();
    }

    /**
     * Creates the definition of a migration in Java code.
     *
     * @throws IllegalStateException if the version is not a semantic version
     */
    public static Definition ofCode(Migration code) {
        SemanticVersion version = SemanticVersion.parse(code.version())
                .orElseThrow(() -> new IllegalStateException(code.getClass().getName() + " has the version "
                        + code.version() + ", which is not a valid version"));
        ObjectNode source = JsonNodeFactory.instance.objectNode();
        source.put("version", version.toString());
        source.put("description", code.description());
        source.putObject("target").put("entityType", code.entityType());
        source.putObject("code").put("revision", code.revision()).put("reversible", code.reversible());
        return new Definition(
                version,
                code.description(),
                code.entityType(),
                Kind.CODE,
                new Transformation.CodedUp(code),
                code.reversible() ? new Transformation.CodedDown(code) : null,
                List.of(),
                List.of(),
                source);
    }
}
