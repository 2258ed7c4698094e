package dev.statecraft.replication.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.Mutation.Decision;
import dev.statecraft.replication.command.Mutation.Reject;
import dev.statecraft.replication.command.Mutation.Write;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.StateLimits;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.replication.type.SchemaService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates commands: checks permissions and versions, merges updates and enforces the limits of a state. The decision
 * depends only on the command, the entity, and the settings and history that are read; it writes nothing. So an instance
 * can evaluate the commands of other instances.
 */
@ApplicationScoped
public class CommandDecider {

    private final EntityTypeService types;
    private final HistoryService history;
    private final SchemaService schemas;
    private final WritePermissions permissions;
    private final UpdateDecider updates;
    private final SchemaUpdates conversions;
    private final ParkedUpdates parkedUpdates;

    public CommandDecider(
            EntityTypeService types,
            HistoryService history,
            SchemaService schemas,
            WritePermissions permissions,
            UpdateDecider updates,
            SchemaUpdates conversions,
            ParkedUpdates parkedUpdates) {
        this.types = types;
        this.history = history;
        this.schemas = schemas;
        this.permissions = permissions;
        this.updates = updates;
        this.conversions = conversions;
        this.parkedUpdates = parkedUpdates;
    }

    /** The mutation of a command of this instance. */
    public Mutation mutation(String game, String entityId, IdempotencyKey identity, Command command) {
        String id = identity.id();
        Predicate<Entity> parked =
                id == null ? old -> false : old -> parkedUpdates.isParked(game, old.space(), old.id(), id);
        return mutation(game, entityId, id, MutationReceipt.bodyHash(identity.body()), command, parked);
    }

    /**
     * The mutation of a command that another instance submitted. An update with the strategy MANUAL is rejected, because
     * only the instance of the request can park it.
     */
    public Mutation submitted(String game, String entityId, @Nullable String id, int bodyHash, Command command) {
        return mutation(game, entityId, id, bodyHash, command, old -> true);
    }

    private Mutation mutation(
            String game,
            String entityId,
            @Nullable String id,
            int bodyHash,
            Command command,
            Predicate<Entity> parked) {
        // A revert may restore an earlier entity with the same id, so it reads the entity as it is stored.
        UnaryOperator<Entity> view =
                command instanceof Command.Revert ? UnaryOperator.identity() : stored -> schemas.newest(game, stored);
        return new Mutation(entityId, id, bodyHash, view, old -> decide(game, old, command, parked), command);
    }

    private Decision decide(String game, Entity old, Command command, Predicate<Entity> parked) {
        if (command instanceof Command.Create create) {
            return create(game, old, create);
        }
        if (command instanceof Command.Update update) {
            return updates.update(game, old, update, parked);
        }
        if (command instanceof Command.Delete delete) {
            return delete(game, old, delete);
        }
        if (command instanceof Command.StartSession start) {
            return SessionDecisions.start(old, start, () -> sessionVersion(game, old, start));
        }
        if (command instanceof Command.EndSession end) {
            return old.version() == 0
                    ? new Reject(new Rejection.NotFound())
                    : SessionDecisions.end(old, end.fence(), () -> unchanged(game, old, end.source()));
        }
        return revert(game, old, (Command.Revert) command);
    }

    private Decision create(String game, Entity old, Command.Create entity) {
        Source source = entity.source();
        EntityType type = types.find(game, entity.type());
        Optional<Rejection> rejection = StateLimits.exceeded(entity.state()).map(Rejection.TooLarge::new);
        if (rejection.isEmpty()) {
            rejection = permissions.forbidden(game, type, entity.owner(), source);
        }
        if (rejection.isEmpty() && !old.deleted()) {
            rejection = Optional.of(new Rejection.Exists());
        }
        if (rejection.isEmpty()) {
            rejection = SessionDecisions.refused(type, old.session(), null);
        }
        if (rejection.isEmpty()) {
            rejection = StateRules.violatedOfType(entity.state(), type);
        }
        return rejection
                .<Decision>map(Reject::new)
                .orElseGet(() -> new Write(
                        entity.type(),
                        entity.state(),
                        types.schemaVersion(game, entity.type()),
                        entity.owner(),
                        source.by(),
                        null,
                        List.of(),
                        types.historyLimit(type)));
    }

    private Decision delete(String game, Entity old, Command.Delete command) {
        Source source = command.source();
        Long required = command.required();
        if (old.deleted()) {
            return new Reject(new Rejection.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Rejection> forbidden = permissions.forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Reject(forbidden.get());
        }
        Optional<Rejection> outside = SessionDecisions.refused(type, old.session(), command.fence());
        if (outside.isPresent()) {
            return new Reject(outside.get());
        }
        if (required != null && required != old.version()) {
            return new Reject(new Rejection.Stale());
        }
        return new Write(
                old.type(),
                null,
                old.schemaVersion(),
                old.owner(),
                source.by(),
                null,
                List.of(),
                types.historyLimit(type));
    }

    /** The version that the grant of a session makes: the state of the entity, or that of a new one. */
    private Decision sessionVersion(String game, Entity old, Command.StartSession command) {
        if (!old.deleted()) {
            return conversions.seen(game, old, command.schemaVersion()) instanceof SchemaUpdates.Unavailable unavailable
                    ? new Reject(new Rejection.SchemaUnavailable(command.schemaVersion(), unavailable.reason()))
                    : unchanged(game, old, command.source());
        }
        Command.NewState entity = command.entity();
        if (entity == null) {
            return new Reject(new Rejection.NotFound());
        }
        EntityType type = types.find(game, entity.type());
        String newest = types.schemaVersion(game, entity.type());
        ObjectNode state = entity.state();
        if (command.schemaVersion() != null) {
            Entity sent = Entity.none(old.space(), old.id()).created(entity.type(), command.schemaVersion(), state);
            SchemaUpdates.Converted converted = conversions.created(game, sent, newest);
            if (converted instanceof SchemaUpdates.Unavailable unavailable) {
                return new Reject(new Rejection.SchemaUnavailable(command.schemaVersion(), unavailable.reason()));
            }
            state = ((SchemaUpdates.Available) converted).entity().json();
        }
        Optional<Rejection> violated = StateRules.violatedBy(state, type, Guard.NONE);
        return violated.isPresent()
                ? new Reject(violated.get())
                : new Write(
                        entity.type(),
                        state,
                        newest,
                        null,
                        command.source().by(),
                        null,
                        List.of(),
                        types.historyLimit(type));
    }

    private Write unchanged(String game, Entity old, Source source) {
        return new Write(
                old.type(),
                old.json(),
                old.schemaVersion(),
                old.owner(),
                source.by(),
                null,
                List.of(),
                types.historyLimit(types.find(game, old.type())));
    }

    private Decision revert(String game, Entity old, Command.Revert command) {
        long version = command.version();
        Source source = command.source();
        if (old.version() == 0) {
            return new Reject(new Rejection.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Rejection> forbidden = permissions.forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Reject(forbidden.get());
        }
        Optional<Rejection> outside = SessionDecisions.refused(type, old.session(), command.fence());
        if (outside.isPresent()) {
            return new Reject(outside.get());
        }
        Optional<Entity> then = old.keeps(version) ? history.at(game, old, version) : Optional.empty();
        if (then.isEmpty() || then.get().deleted()) {
            return new Reject(new Rejection.VersionUnknown(version));
        }
        Entity again = schemas.newest(game, then.get());
        boolean same = again.type().equals(old.type()) && Objects.equals(again.owner(), old.owner());
        if (!same && source.playerId() != null) {
            return new Reject(
                    new Rejection.Forbidden("Version " + version + " belongs to an earlier entity with the same id."));
        }
        if (!same && !old.deleted()) {
            return new Reject(new Rejection.Invalid(
                    "version",
                    "Version " + version + " belongs to an earlier entity of the type " + again.type()
                            + ". Delete the current entity before reverting to it."));
        }
        EntityType restored = same ? type : types.find(game, again.type());
        Optional<Rejection> violated = StateRules.violatedOfType(again.json(), restored);
        if (violated.isPresent()) {
            return new Reject(violated.get());
        }
        return new Write(
                again.type(),
                again.json(),
                again.schemaVersion(),
                again.owner(),
                source.by(),
                null,
                List.of(),
                types.historyLimit(restored));
    }
}
