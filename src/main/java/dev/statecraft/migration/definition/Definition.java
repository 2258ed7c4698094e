package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.table.CanonicalJson;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a migration is, complete and checked.
 *
 * @param version where it stands among the migrations
 * @param description what it does, for people
 * @param entityType the type of the entities it is for
 * @param kind who or what transforms the records
 * @param up to the new state
 * @param down back again, given or derived; null if only the backup leads back
 * @param validation what has to hold of every migrated record
 * @param invariants sums that are to stay the same
 * @param source the definition as JSON, of which the checksum is taken
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

    /** Copies the lists; the source is taken to be never changed again. */
    public Definition {
        validation = List.copyOf(validation);
        invariants = List.copyOf(invariants);
    }

    /** Who or what transforms the records. */
    @Schema(name = "MigrationKind")
    public enum Kind {
        OPERATIONS,
        EXPRESSION,
        WORKER,
        CODE
    }

    /** What tells one content from another: SHA-256 over the canonical JSON. */
    public String checksum() {
        return CanonicalJson.checksum(source);
    }

    /** Whether doing it twice is claimed to be the same as doing it once. */
    public boolean idempotent() {
        return up instanceof Transformation.Operated operated
                && operated.sequence().idempotent();
    }

    /** Whether going down is claimed to give back exactly what there was. */
    public boolean reversible() {
        if (up instanceof Transformation.Operated operated) {
            // A way down that was written by hand claims so even where the operations themselves lose something.
            return source.has("down") || operated.sequence().reversible();
        }
        return down != null;
    }

    /** Where something is lost that going down does not bring back, as paths; it stays in the backup. */
    public List<String> lost() {
        return up instanceof Transformation.Operated operated && !source.has("down")
                ? operated.sequence().lost().stream().map(Object::toString).toList()
                : List.of();
    }

    /**
     * The definition of a migration that is written in Java.
     *
     * @throws IllegalStateException if it names no version or no entity type: a fault in its code
     */
    public static Definition ofCode(Migration code) {
        SemanticVersion version = SemanticVersion.parse(code.version())
                .orElseThrow(() -> new IllegalStateException(
                        code.getClass().getName() + " has the version " + code.version() + ", which is not a valid version"));
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
