package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.commit.CommitService.Refused;
import dev.statecraft.replication.commit.CommitService.Result;
import dev.statecraft.replication.commit.ConflictParking;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.commit.Mutation;
import dev.statecraft.replication.commit.Mutation.Decision;
import dev.statecraft.replication.commit.Mutation.Refuse;
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

/** Creates, updates, deletes and reverts entities. Each request becomes a {@link Mutation} of a commit. */
@ApplicationScoped
public class EntityService {

    private final CommitService commits;
    private final EntityTypeService types;
    private final ConflictService conflicts;
    private final ConflictParking parking;
    private final HistoryService history;
    private final SchemaService schemas;
    private final SourceTypes followed;

    public EntityService(
            CommitService commits,
            EntityTypeService types,
            ConflictService conflicts,
            ConflictParking parking,
            HistoryService history,
            SchemaService schemas,
            SourceTypes followed) {
        this.commits = commits;
        this.types = types;
        this.conflicts = conflicts;
        this.parking = parking;
        this.history = history;
        this.schemas = schemas;
        this.followed = followed;
    }

    /** A new entity; {@code owner} is the player it belongs to, null if it is nobody's own. */
    public record NewEntity(
            String id,
            String type,
            ObjectNode state,
            @Nullable String owner) {}

    /** Creates an entity: a version after those that one of the same id had before it was deleted. */
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
        Optional<Rejection> refusal = StateLimits.exceeded(entity.state()).map(Rejection.TooLarge::new);
        if (refusal.isEmpty()) {
            refusal = forbidden(game, type, entity.owner(), source);
        }
        if (refusal.isEmpty() && !old.deleted()) {
            refusal = Optional.of(new Rejection.Exists());
        }
        return refusal.<Decision>map(Refuse::new)
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

    /** What became of an update; in order of precedence. */
    public sealed interface Updated {}

    /** It waits for somebody to decide, or did when it was sent before. */
    public record Parked(ConflictParking.Parking parking) implements Updated {}

    /** It was decided about at once. */
    public record Decided(Result result) implements Updated {}

    /** Updates an entity. One read more if the update was made on a version that is not the current one. */
    public Updated update(String game, String space, String id, EntityUpdate update, Source source, IdempotencyKey identity) {
        Mutation mutation = mutation(game, id, update, source, identity);
        Result result = commits.commit(game, space, mutation);
        boolean waits = result instanceof Refused refused
                && (refused.refusal() instanceof Rejection.Undecided || refused.refusal() instanceof Rejection.Waited);
        if (waits && conflicts.settleDue(game) > 0) {
            result = commits.commit(game, space, mutation);
        }
        return parkedIfUndecided(game, result, source, identity);
    }

    /** Parks an update that nobody but a person can decide about; every other result is as it is. */
    public Updated parkedIfUndecided(String game, Result result, Source source, IdempotencyKey identity) {
        if (result instanceof Refused refused && refused.refusal() instanceof Rejection.Undecided undecided) {
            return new Parked(parking.park(
                    game, refused.current(), undecided.update(), source.by(), identity.id(), identity.body()));
        }
        if (result instanceof Refused refused && refused.refusal() instanceof Rejection.Waited && identity.id() != null) {
            Entity entity = refused.current();
            return parking
                    .earlier(game, entity.space(), entity.id(), identity.id(), identity.body())
                    .<Updated>map(Parked::new)
                    .orElseGet(() -> new Decided(new CommitService.Busy()));
        }
        return new Decided(result);
    }

    /** An update as part of a commit. */
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
            return new Refuse(new Rejection.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Rejection> forbidden = forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Refuse(forbidden.get());
        }
        if (update.required() != null && update.required() != old.version()) {
            return new Refuse(new Rejection.Stale());
        }
        Strategy strategy = update.strategy() == null ? type.strategy() : update.strategy();
        if (strategy == Strategy.MANUAL
                && identity.id() != null
                && parking
                        .earlier(game, old.space(), old.id(), identity.id(), identity.body())
                        .isPresent()) {
            return new Refuse(new Rejection.Waited());
        }
        Long baseVersion = update.baseVersion();
        if (baseVersion != null && baseVersion > old.version()) {
            return new Refuse(new Rejection.Unfit(
                    "baseVersion", "The entity is at version " + old.version() + ". baseVersion cannot be greater."));
        }
        ObjectNode base = baseVersion == null
                ? old.json()
                : history.at(game, old, baseVersion)
                        .map(then -> schemas.newest(game, then).json())
                        .orElse(null);
        Merge.Update asked = update.meeting(old.json(), new MergeBase(update.was(), base));
        return decided(Merge.merge(type, strategy, old.json(), asked), asked, old, type, source);
    }

    private Decision decided(Merge.Merged merged, Merge.Update asked, Entity old, EntityType type, Source source) {
        if (merged instanceof Merge.Parked parked) {
            return new Refuse(new Rejection.Undecided(asked, parked.conflicts()));
        }
        if (merged instanceof Merge.Impossible impossible) {
            return new Refuse(new Rejection.Unfit(
                    impossible.path().toString(), "The operation does not apply: " + impossible.reason() + "."));
        }
        if (merged instanceof Merge.Refused refused) {
            return new Refuse(new Rejection.Lost(refused.conflicts(), refused.strategy()));
        }
        Merge.Accepted accepted = (Merge.Accepted) merged;
        Optional<String> exceeded = StateLimits.exceeded(accepted.state());
        return exceeded.isPresent()
                ? new Refuse(new Rejection.TooLarge(exceeded.get()))
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

    /** Deletes an entity; what is left of it is its version, which goes on if it is created again. */
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
            return new Refuse(new Rejection.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Rejection> forbidden = forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Refuse(forbidden.get());
        }
        if (required != null && required != old.version()) {
            return new Refuse(new Rejection.Stale());
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
     * Makes the state of a kept version the newest version. An id may have been something else before it was deleted
     * and created again: nobody makes that of an entity that is there, and a player not even of one that is gone; a
     * server gets it back as it was then, with the type and the owner it had.
     */
    public Result revert(String game, String space, String id, long version, Source source, IdempotencyKey identity) {
        return commits.commit(
                game,
                space,
                new Mutation(id, identity.id(), identity.body(), old -> revert(game, old, version, source)));
    }

    private Decision revert(String game, Entity old, long version, Source source) {
        if (old.version() == 0) {
            return new Refuse(new Rejection.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Rejection> forbidden = forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Refuse(forbidden.get());
        }
        Optional<Entity> then = old.keeps(version) ? history.at(game, old, version) : Optional.empty();
        if (then.isEmpty() || then.get().deleted()) {
            return new Refuse(new Rejection.VersionUnknown(version));
        }
        Entity again = schemas.newest(game, then.get());
        boolean same = again.type().equals(old.type()) && Objects.equals(again.owner(), old.owner());
        if (!same && source.playerId() != null) {
            return new Refuse(new Rejection.Forbidden("Version " + version + " belongs to an earlier entity with the same id."));
        }
        if (!same && !old.deleted()) {
            return new Refuse(new Rejection.Unfit(
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
        if (source.ownOnly() && followed.isSource(game, type.name())) {
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
