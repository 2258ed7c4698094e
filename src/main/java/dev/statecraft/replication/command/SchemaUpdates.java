package dev.statecraft.replication.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.StateDiff;
import dev.statecraft.replication.state.StateEdit;
import dev.statecraft.replication.type.SchemaService;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/**
 * Applies the updates of senders that use an earlier schema version. The update is applied to the entity as it looked in
 * that version. The result is upgraded, and what the update changed in it is applied to the current state. So values that
 * the earlier version does not have are kept, although the downgrade leaves them out.
 */
@ApplicationScoped
public class SchemaUpdates {

    private final SchemaService schemas;

    public SchemaUpdates(SchemaService schemas) {
        this.schemas = schemas;
    }

    /** Result of a conversion. Variants are listed in order of precedence. */
    sealed interface Converted {}

    /** There is no conversion. */
    record Unavailable(String reason) implements Converted {}

    /** The converted entity. */
    record Available(Entity entity) implements Converted {}

    /**
     * An entity in the schema version of a sender.
     *
     * @param newest the entity in its latest schema version
     * @param version the schema version; null for the latest one
     */
    Converted seen(String game, Entity newest, @Nullable String version) {
        if (version == null) {
            return new Available(newest);
        }
        SchemaService.Conversion conversion = schemas.convert(game, newest, version);
        if (conversion instanceof SchemaService.Converted converted) {
            return new Available(converted.entity());
        }
        return new Unavailable(
                conversion instanceof SchemaService.Unavailable unavailable
                        ? unavailable.reason()
                        : version + " is no version");
    }

    /**
     * The current state after an update in an earlier schema version.
     *
     * @param newest the entity in its latest schema version
     * @param seen the entity in the schema version of the sender
     * @param result the state that the update makes of {@code seen}
     * @return the entity in its latest schema version with the new state
     */
    Converted applied(String game, Entity newest, Entity seen, ObjectNode result) {
        String version = newest.schemaVersion();
        if (seen.schemaVersion().equals(version)) {
            return new Available(newest.in(version, result));
        }
        Entity before = schemas.newest(game, seen);
        Entity after = schemas.newest(game, seen.in(seen.schemaVersion(), result));
        if (!before.schemaVersion().equals(version) || !after.schemaVersion().equals(version)) {
            return new Unavailable("the result cannot be upgraded from " + seen.schemaVersion() + " to " + version);
        }
        if (JsonValues.canonical(before.json()).equals(JsonValues.canonical(newest.json()))) {
            return new Available(newest.in(version, after.json()));
        }
        Operations changes = StateDiff.between(before.json(), after.json());
        return StateEdit.apply(changes, newest.json()) instanceof Operations.Done done
                ? new Available(newest.in(version, done.state()))
                : new Unavailable("the change does not apply to the state in the version " + version);
    }

    /** A new state in the latest schema version of its type. */
    Converted created(String game, Entity entity, String newest) {
        if (!schemas.isAfter(newest, entity.schemaVersion())) {
            return new Available(entity);
        }
        Entity upgraded = schemas.newest(game, entity);
        return upgraded.schemaVersion().equals(newest)
                ? new Available(upgraded)
                : new Unavailable("the state cannot be upgraded from " + entity.schemaVersion() + " to " + newest);
    }
}
