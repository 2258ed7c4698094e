package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.CommandDecider;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.commit.ConflictParking;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.state.Entity;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Creates, updates, deletes and reverts entities. Each request is a {@link Mutation} of a commit. */
@ApplicationScoped
public class EntityService {

    private final CommitService commits;
    private final CommandDecider decider;
    private final ConflictService conflicts;
    private final ConflictParking parking;

    public EntityService(
            CommitService commits, CommandDecider decider, ConflictService conflicts, ConflictParking parking) {
        this.commits = commits;
        this.decider = decider;
        this.conflicts = conflicts;
        this.parking = parking;
    }

    /** A new entity. {@code owner} is the player that owns it; null for an unowned entity. */
    public record NewEntity(
            String id,
            String type,
            ObjectNode state,
            @Nullable String owner) {}

    /** Creates an entity. The versions continue those of a deleted entity with the same id. */
    public CommitResult create(String game, String space, NewEntity entity, Source source, IdempotencyKey identity) {
        Command command = new Command.Create(entity.type(), entity.state(), entity.owner(), source);
        return commits.commit(game, space, decider.mutation(game, entity.id(), identity, command));
    }

    /** CommitResult of an update. Variants are listed in order of precedence. */
    public sealed interface Updated {}

    /** The update is parked, or was parked by an earlier request. */
    public record Parked(ConflictParking.Parking parking) implements Updated {}

    /** The update was applied or rejected. */
    public record Decided(CommitResult result) implements Updated {}

    /** Updates an entity. Cost: one more read if the base version is not the current version. */
    public Updated update(
            String game, String space, String id, EntityUpdate update, Source source, IdempotencyKey identity) {
        Mutation mutation = mutation(game, id, update, source, identity);
        CommitResult result = commits.commit(game, space, mutation);
        boolean parked = result instanceof Refused refused
                && (refused.rejection() instanceof Rejection.ManualConflict
                        || refused.rejection() instanceof Rejection.AlreadyParked);
        if (parked && conflicts.resolveOverdue(game) > 0) {
            result = commits.commit(game, space, mutation);
        }
        return parkIfManual(game, result, source, identity);
    }

    /** Parks an update that was rejected as {@link Rejection.ManualConflict}. Returns other results unchanged. */
    public Updated parkIfManual(String game, CommitResult result, Source source, IdempotencyKey identity) {
        if (result instanceof Refused refused && refused.rejection() instanceof Rejection.ManualConflict conflict) {
            return new Parked(
                    parking.park(game, refused.current(), conflict, source.by(), identity.id(), identity.body()));
        }
        if (result instanceof Refused refused
                && refused.rejection() instanceof Rejection.AlreadyParked
                && identity.id() != null) {
            Entity entity = refused.current();
            return parking.findEarlier(game, entity.space(), entity.id(), identity.id(), identity.body())
                    .<Updated>map(Parked::new)
                    .orElseGet(() -> new Decided(new CommitResult.Busy()));
        }
        return new Decided(result);
    }

    /** The mutation of an update, for a commit. */
    public Mutation mutation(String game, String id, EntityUpdate update, Source source, IdempotencyKey identity) {
        return decider.mutation(game, id, identity, new Command.Update(update, source));
    }

    /** Deletes an entity. Its version is kept, and continues if the entity is created again. */
    public CommitResult delete(String game, String space, String id, Command.Delete command, IdempotencyKey identity) {
        return commits.commit(game, space, decider.mutation(game, id, identity, command));
    }

    /**
     * Writes the state of a stored version as a new version. The version may belong to an earlier entity with the same
     * id but another type or owner. Only a server may restore such a version, and only after the current entity is
     * deleted. The entity then has the earlier type and owner.
     */
    public CommitResult revert(String game, String space, String id, Command.Revert command, IdempotencyKey identity) {
        return commits.commit(game, space, decider.mutation(game, id, identity, command));
    }
}
