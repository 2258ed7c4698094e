package dev.statecraft.replication.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.Mutation.Decision;
import dev.statecraft.replication.command.Mutation.Reject;
import dev.statecraft.replication.command.Mutation.Write;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.merge.MergeBase;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.replication.type.SchemaService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Evaluates updates: merges them in the schema version of their sender, and checks the result. */
@ApplicationScoped
public class UpdateDecider {

    private final EntityTypeService types;
    private final HistoryService history;
    private final SchemaService schemas;
    private final SchemaUpdates conversions;
    private final WritePermissions permissions;

    public UpdateDecider(
            EntityTypeService types,
            HistoryService history,
            SchemaService schemas,
            SchemaUpdates conversions,
            WritePermissions permissions) {
        this.types = types;
        this.history = history;
        this.schemas = schemas;
        this.conversions = conversions;
        this.permissions = permissions;
    }

    /** Evaluates an update. {@code parked} says whether an earlier request with its mutation id was parked. */
    Decision update(String game, Entity old, Command.Update command, Predicate<Entity> parked) {
        EntityUpdate update = command.update();
        Source source = command.source();
        if (old.deleted()) {
            return new Reject(new Rejection.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Rejection> forbidden = permissions.forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Reject(forbidden.get());
        }
        Optional<Rejection> outside =
                SessionDecisions.refused(type, old.session(), update.session().fence());
        if (outside.isPresent()) {
            return new Reject(outside.get());
        }
        if (update.required() != null && update.required() != old.version()) {
            return new Reject(new Rejection.Stale());
        }
        Strategy strategy = update.strategy() == null ? type.strategy() : update.strategy();
        if (strategy == Strategy.MANUAL && parked.test(old)) {
            return new Reject(new Rejection.AlreadyParked());
        }
        Long baseVersion = update.baseVersion();
        if (baseVersion != null && baseVersion > old.version()) {
            return new Reject(new Rejection.Invalid(
                    "baseVersion", "The entity is at version " + old.version() + ". baseVersion cannot be greater."));
        }
        SchemaUpdates.Converted conversion = conversions.seen(game, old, update.schemaVersion());
        if (conversion instanceof SchemaUpdates.Unavailable unavailable) {
            return new Reject(new Rejection.SchemaUnavailable(update.schemaVersion(), unavailable.reason()));
        }
        Entity seen = ((SchemaUpdates.Available) conversion).entity();
        ObjectNode base = baseVersion == null ? seen.json() : base(game, old, baseVersion, update.schemaVersion());
        Optional<Rejection> violated = StateRules.violatedBefore(update.guard(), seen.json());
        if (violated.isPresent()) {
            return new Reject(violated.get());
        }
        Merge.Update requested = update.against(seen.json(), new MergeBase(update.was(), base));
        Merge.Merged merged = Merge.merge(type, strategy, seen.json(), requested);
        if (merged instanceof Merge.Parked open) {
            // A parked update would be applied later, perhaps after another server was granted the session, or after a
            // migration that its sender does not know.
            boolean parks = update.session().fence() == null && update.schemaVersion() == null;
            return new Reject(
                    parks
                            ? new Rejection.ManualConflict(requested, update.guard(), open.conflicts())
                            : new Rejection.Lost(open.conflicts(), strategy));
        }
        Decision decision = decided(game, merged, update, old, seen, type, source);
        return decision instanceof Write write ? write.with(SessionDecisions.after(old, update.session())) : decision;
    }

    /** The state that the update is based on, in the schema version of the sender; null if it is no longer stored. */
    private @Nullable ObjectNode base(String game, Entity old, long version, @Nullable String schemaVersion) {
        return history.at(game, old, version)
                .map(then -> conversions.seen(game, schemas.newest(game, then), schemaVersion))
                .map(then -> then instanceof SchemaUpdates.Available available
                        ? available.entity().json()
                        : null)
                .orElse(null);
    }

    private Decision decided(
            String game,
            Merge.Merged merged,
            EntityUpdate update,
            Entity old,
            Entity seen,
            EntityType type,
            Source source) {
        if (merged instanceof Merge.Impossible impossible) {
            return new Reject(new Rejection.Invalid(
                    impossible.path().toString(), "The operation does not apply: " + impossible.reason() + "."));
        }
        if (merged instanceof Merge.Refused refused) {
            return new Reject(new Rejection.Lost(refused.conflicts(), refused.strategy()));
        }
        Merge.Accepted accepted = (Merge.Accepted) merged;
        boolean converts = !seen.schemaVersion().equals(old.schemaVersion());
        Optional<Guard.Violation> failed = converts ? update.guard().violatedAfter(accepted.state()) : Optional.empty();
        if (failed.isPresent()) {
            return new Reject(new Rejection.GuardFailed(failed.get()));
        }
        SchemaUpdates.Converted result = conversions.applied(game, old, seen, accepted.state());
        if (result instanceof SchemaUpdates.Unavailable unavailable) {
            return new Reject(new Rejection.SchemaUnavailable(seen.schemaVersion(), unavailable.reason()));
        }
        ObjectNode state = ((SchemaUpdates.Available) result).entity().json();
        Optional<Rejection> refused = StateRules.violatedBy(state, type, converts ? Guard.NONE : update.guard());
        return refused.isPresent()
                ? new Reject(refused.get())
                : new Write(
                        old.type(),
                        state,
                        old.schemaVersion(),
                        old.owner(),
                        source.by(),
                        accepted.strategy(),
                        accepted.conflicts(),
                        types.historyLimit(type));
    }
}
