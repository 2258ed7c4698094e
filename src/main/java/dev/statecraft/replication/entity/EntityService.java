package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.commit.CommitService.Refused;
import dev.statecraft.replication.commit.CommitService.Result;
import dev.statecraft.replication.commit.ConflictParking;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.commit.Mutation;
import dev.statecraft.replication.commit.Mutation.Decision;
import dev.statecraft.replication.commit.Mutation.Reject;
import dev.statecraft.replication.commit.Mutation.Write;
import dev.statecraft.replication.commit.Rejection;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.merge.MergeBase;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.StateLimits;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.replication.type.SchemaService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates, updates, deletes and reverts entities. Each request is a {@link Mutation} of a commit. */
@ApplicationScoped
public class EntityService {

    private final CommitService commits;
    private final EntityTypeService types;
    private final ConflictService conflicts;
    private final ConflictParking parking;
    private final HistoryService history;
    private final SchemaService schemas;
    private final SourceTypes sources;

    public EntityService(
            CommitService commits,
            EntityTypeService types,
            ConflictService conflicts,
            ConflictParking parking,
            HistoryService history,
            SchemaService schemas,
            SourceTypes sources) {
        this.commits = commits;
        this.types = types;
        this.conflicts = conflicts;
        this.parking = parking;
        this.history = history;
        this.schemas = schemas;
        this.sources = sources;
    }

    /** A new entity. {@code owner} is the player that owns it; null for an unowned entity. */
    public record NewEntity(
            String id,
            String type,
            ObjectNode state,
            @Nullable String owner) {}

    /** Creates an entity. The versions continue those of a deleted entity with the same id. */
    public Result create(String game, String space, NewEntity entity, Source source, IdempotencyKey identity) {
        return commits.commit(
                game,
                space,
                new Mutation(
                        entity.id(),
                        identity.id(),
                        identity.body(),
                        stored -> schemas.newest(game, stored),
                        old -> create(game, old, entity, source)));
    }

    private Decision create(String game, Entity old, NewEntity entity, Source source) {
        EntityType type = types.find(game, entity.type());
        Optional<Rejection> rejection = StateLimits.exceeded(entity.state()).map(Rejection.TooLarge::new);
        if (rejection.isEmpty()) {
            rejection = forbidden(game, type, entity.owner(), source);
        }
        if (rejection.isEmpty() && !old.deleted()) {
            rejection = Optional.of(new Rejection.Exists());
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

    /** Result of an update. Variants are listed in order of precedence. */
    public sealed interface Updated {}

    /** The update is parked, or was parked by an earlier request. */
    public record Parked(ConflictParking.Parking parking) implements Updated {}

    /** The update was applied or rejected. */
    public record Decided(Result result) implements Updated {}

    /** Updates an entity. Cost: one more read if the base version is not the current version. */
    public Updated update(
            String game, String space, String id, EntityUpdate update, Source source, IdempotencyKey identity) {
        Mutation mutation = mutation(game, id, update, source, identity);
        Result result = commits.commit(game, space, mutation);
        boolean parked = result instanceof Refused refused
                && (refused.rejection() instanceof Rejection.ManualConflict
                        || refused.rejection() instanceof Rejection.AlreadyParked);
        if (parked && conflicts.resolveOverdue(game) > 0) {
            result = commits.commit(game, space, mutation);
        }
        return parkIfManual(game, result, source, identity);
    }

    /** Parks an update that was rejected as {@link Rejection.ManualConflict}. Returns other results unchanged. */
    public Updated parkIfManual(String game, Result result, Source source, IdempotencyKey identity) {
        if (result instanceof Refused refused && refused.rejection() instanceof Rejection.ManualConflict conflict) {
            return new Parked(parking.park(
                    game, refused.current(), conflict.update(), source.by(), identity.id(), identity.body()));
        }
        if (result instanceof Refused refused
                && refused.rejection() instanceof Rejection.AlreadyParked
                && identity.id() != null) {
            Entity entity = refused.current();
            return parking.findEarlier(game, entity.space(), entity.id(), identity.id(), identity.body())
                    .<Updated>map(Parked::new)
                    .orElseGet(() -> new Decided(new CommitService.Busy()));
        }
        return new Decided(result);
    }

    /** The mutation of an update, for a commit. */
    public Mutation mutation(String game, String id, EntityUpdate update, Source source, IdempotencyKey identity) {
        return new Mutation(
                id,
                identity.id(),
                identity.body(),
                stored -> schemas.newest(game, stored),
                old -> update(game, old, update, source, identity));
    }

    private Decision update(String game, Entity old, EntityUpdate update, Source source, IdempotencyKey identity) {
        if (old.deleted()) {
            return new Reject(new Rejection.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Rejection> forbidden = forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Reject(forbidden.get());
        }
        if (update.required() != null && update.required() != old.version()) {
            return new Reject(new Rejection.Stale());
        }
        Strategy strategy = update.strategy() == null ? type.strategy() : update.strategy();
        if (strategy == Strategy.MANUAL
                && identity.id() != null
                && parking.findEarlier(game, old.space(), old.id(), identity.id(), identity.body())
                        .isPresent()) {
            return new Reject(new Rejection.AlreadyParked());
        }
        Long baseVersion = update.baseVersion();
        if (baseVersion != null && baseVersion > old.version()) {
            return new Reject(new Rejection.Invalid(
                    "baseVersion", "The entity is at version " + old.version() + ". baseVersion cannot be greater."));
        }
        ObjectNode base = baseVersion == null
                ? old.json()
                : history.at(game, old, baseVersion)
                        .map(then -> schemas.newest(game, then).json())
                        .orElse(null);
        Merge.Update requested = update.against(old.json(), new MergeBase(update.was(), base));
        return decided(Merge.merge(type, strategy, old.json(), requested), requested, old, type, source);
    }

    private Decision decided(Merge.Merged merged, Merge.Update requested, Entity old, EntityType type, Source source) {
        if (merged instanceof Merge.Parked parked) {
            return new Reject(new Rejection.ManualConflict(requested, parked.conflicts()));
        }
        if (merged instanceof Merge.Impossible impossible) {
            return new Reject(new Rejection.Invalid(
                    impossible.path().toString(), "The operation does not apply: " + impossible.reason() + "."));
        }
        if (merged instanceof Merge.Refused refused) {
            return new Reject(new Rejection.Lost(refused.conflicts(), refused.strategy()));
        }
        Merge.Accepted accepted = (Merge.Accepted) merged;
        Optional<String> exceeded = StateLimits.exceeded(accepted.state());
        return exceeded.isPresent()
                ? new Reject(new Rejection.TooLarge(exceeded.get()))
                : new Write(
                        old.type(),
                        accepted.state(),
                        old.schemaVersion(),
                        old.owner(),
                        source.by(),
                        accepted.strategy(),
                        accepted.conflicts(),
                        types.historyLimit(type));
    }

    /** Deletes an entity. Its version is kept, and continues if the entity is created again. */
    public Result delete(
            String game, String space, String id, @Nullable Long required, Source source, IdempotencyKey identity) {
        return commits.commit(
                game,
                space,
                new Mutation(
                        id,
                        identity.id(),
                        identity.body(),
                        stored -> schemas.newest(game, stored),
                        old -> delete(game, old, required, source)));
    }

    private Decision delete(String game, Entity old, @Nullable Long required, Source source) {
        if (old.deleted()) {
            return new Reject(new Rejection.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Rejection> forbidden = forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Reject(forbidden.get());
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

    /**
     * Writes the state of a stored version as a new version. The version may belong to an earlier entity with the same
     * id but another type or owner. Only a server may restore such a version, and only after the current entity is
     * deleted. The entity then has the earlier type and owner.
     */
    public Result revert(String game, String space, String id, long version, Source source, IdempotencyKey identity) {
        return commits.commit(
                game,
                space,
                new Mutation(id, identity.id(), identity.body(), old -> revert(game, old, version, source)));
    }

    private Decision revert(String game, Entity old, long version, Source source) {
        if (old.version() == 0) {
            return new Reject(new Rejection.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Rejection> forbidden = forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Reject(forbidden.get());
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
        return new Write(
                again.type(),
                again.json(),
                again.schemaVersion(),
                again.owner(),
                source.by(),
                null,
                List.of(),
                types.historyLimit(same ? type : types.find(game, again.type())));
    }

    private Optional<Rejection> forbidden(String game, EntityType type, @Nullable String owner, Source source) {
        if (source.playerId() == null) {
            return Optional.empty();
        }
        if (!type.playersMayWrite()) {
            return Optional.of(
                    new Rejection.Forbidden("Players may not write entities of the type " + type.name() + "."));
        }
        if (source.ownOnly() && sources.isSource(game, type.name())) {
            return Optional.of(new Rejection.Forbidden(
                    "A board is bound to entities of the type " + type.name() + ". Only servers may write them."));
        }
        if (owner == null && source.ownOnly()) {
            return Optional.of(new Rejection.Forbidden("The entity has no owner."));
        }
        return owner == null || owner.equals(source.playerId())
                ? Optional.empty()
                : Optional.of(new Rejection.Forbidden("The entity belongs to another player."));
    }
}
