package dev.statecraft.replication;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.CommitService.Refused;
import dev.statecraft.replication.CommitService.Result;
import dev.statecraft.replication.Mutation.Decision;
import dev.statecraft.replication.Mutation.Refuse;
import dev.statecraft.replication.Mutation.Write;
import dev.statecraft.table.Consumption;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates, reads, updates and deletes entities: what a request asks for becomes a {@link Mutation}. */
@ApplicationScoped
public class EntityService {

    private final CommitService commits;
    private final EntityStore entities;
    private final EntityTypeService types;
    private final ConflictService conflicts;
    private final ConflictParking parking;
    private final HistoryService history;
    private final SchemaService schemas;
    private final FollowedTypes followed;
    private final ReplicationConfig config;

    EntityService(
            CommitService commits,
            EntityStore entities,
            EntityTypeService types,
            ConflictService conflicts,
            ConflictParking parking,
            HistoryService history,
            SchemaService schemas,
            FollowedTypes followed,
            ReplicationConfig config) {
        this.followed = followed;
        this.config = config;
        this.commits = commits;
        this.entities = entities;
        this.types = types;
        this.conflicts = conflicts;
        this.parking = parking;
        this.history = history;
        this.schemas = schemas;
    }

    /** A new entity; {@code owner} is the player it belongs to, null if it is nobody's own. */
    public record NewEntity(
            String id,
            String type,
            ObjectNode state,
            @Nullable String owner) {}

    /** Creates an entity: a version after those that one of the same id had before it was deleted. */
    public Result create(String game, String space, NewEntity entity, Source source, Identity identity) {
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
        Optional<Refusal> refusal = StateLimits.exceeded(entity.state()).map(Refusal.TooLarge::new);
        if (refusal.isEmpty()) {
            refusal = forbidden(game, type, entity.owner(), source);
        }
        if (refusal.isEmpty() && !old.deleted()) {
            refusal = Optional.of(new Refusal.Exists());
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
    public Updated update(String game, String space, String id, EntityUpdate update, Source source, Identity identity) {
        Mutation mutation = mutation(game, id, update, source, identity);
        Result result = commits.commit(game, space, mutation);
        boolean waits = result instanceof Refused refused
                && (refused.refusal() instanceof Refusal.Undecided || refused.refusal() instanceof Refusal.Waited);
        if (waits && conflicts.settleDue(game) > 0) {
            result = commits.commit(game, space, mutation);
        }
        return parkedIfUndecided(game, result, source, identity);
    }

    /** Parks an update that nobody but a person can decide about; every other result is as it is. */
    public Updated parkedIfUndecided(String game, Result result, Source source, Identity identity) {
        if (result instanceof Refused refused && refused.refusal() instanceof Refusal.Undecided undecided) {
            return new Parked(parking.park(
                    game, refused.current(), undecided.update(), source.by(), identity.id(), identity.body()));
        }
        if (result instanceof Refused refused && refused.refusal() instanceof Refusal.Waited && identity.id() != null) {
            Entity entity = refused.current();
            return parking
                    .earlier(game, entity.space(), entity.id(), identity.id(), identity.body())
                    .<Updated>map(Parked::new)
                    .orElseGet(() -> new Decided(new CommitService.Busy()));
        }
        return new Decided(result);
    }

    /** An update as part of a commit. */
    public Mutation mutation(String game, String id, EntityUpdate update, Source source, Identity identity) {
        return new Mutation(
                id,
                identity.id(),
                identity.body(),
                stored -> schemas.newest(game, stored),
                old -> update(game, old, update, source, identity));
    }

    private Decision update(String game, Entity old, EntityUpdate update, Source source, Identity identity) {
        if (old.deleted()) {
            return new Refuse(new Refusal.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Refusal> forbidden = forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Refuse(forbidden.get());
        }
        if (update.required() != null && update.required() != old.version()) {
            return new Refuse(new Refusal.Stale());
        }
        Strategy strategy = update.strategy() == null ? type.strategy() : update.strategy();
        if (strategy == Strategy.MANUAL
                && identity.id() != null
                && parking
                        .earlier(game, old.space(), old.id(), identity.id(), identity.body())
                        .isPresent()) {
            return new Refuse(new Refusal.Waited());
        }
        Long baseVersion = update.baseVersion();
        if (baseVersion != null && baseVersion > old.version()) {
            return new Refuse(new Refusal.Unfit(
                    "baseVersion", "The entity is at version " + old.version() + ". baseVersion cannot be greater."));
        }
        ObjectNode base = baseVersion == null
                ? old.json()
                : history.at(game, old, baseVersion)
                        .map(then -> schemas.newest(game, then).json())
                        .orElse(null);
        Merge.Update asked = update.meeting(old.json(), new Basis(update.was(), base));
        return decided(Merge.merge(type, strategy, old.json(), asked), asked, old, type, source);
    }

    private Decision decided(Merge.Merged merged, Merge.Update asked, Entity old, EntityType type, Source source) {
        if (merged instanceof Merge.Parked parked) {
            return new Refuse(new Refusal.Undecided(asked, parked.conflicts()));
        }
        if (merged instanceof Merge.Impossible impossible) {
            return new Refuse(new Refusal.Unfit(
                    impossible.path().toString(), "The operation does not apply: " + impossible.reason() + "."));
        }
        if (merged instanceof Merge.Refused refused) {
            return new Refuse(new Refusal.Lost(refused.conflicts(), refused.strategy()));
        }
        Merge.Accepted accepted = (Merge.Accepted) merged;
        Optional<String> exceeded = StateLimits.exceeded(accepted.state());
        return exceeded.isPresent()
                ? new Refuse(new Refusal.TooLarge(exceeded.get()))
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
            String game, String space, String id, @Nullable Long required, Source source, Identity identity) {
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
            return new Refuse(new Refusal.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Refusal> forbidden = forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Refuse(forbidden.get());
        }
        if (required != null && required != old.version()) {
            return new Refuse(new Refusal.Stale());
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
     * Makes the state of a kept version the newest version. An id may have been something else before it was deleted and
     * created again: nobody makes that of an entity that is there, and a player not even of one that is gone; a server
     * gets it back as it was then, with the type and the owner it had.
     */
    public Result revert(String game, String space, String id, long version, Source source, Identity identity) {
        return commits.commit(
                game,
                space,
                new Mutation(id, identity.id(), identity.body(), old -> revert(game, old, version, source)));
    }

    private Decision revert(String game, Entity old, long version, Source source) {
        if (old.version() == 0) {
            return new Refuse(new Refusal.NotFound());
        }
        EntityType type = types.find(game, old.type());
        Optional<Refusal> forbidden = forbidden(game, type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Refuse(forbidden.get());
        }
        Optional<Entity> then = old.keeps(version) ? history.at(game, old, version) : Optional.empty();
        if (then.isEmpty() || then.get().deleted()) {
            return new Refuse(new Refusal.VersionUnknown(version));
        }
        Entity again = schemas.newest(game, then.get());
        boolean same = again.type().equals(old.type()) && Objects.equals(again.owner(), old.owner());
        if (!same && source.playerId() != null) {
            return new Refuse(new Refusal.Forbidden("Version " + version + " belongs to an earlier entity with the same id."));
        }
        if (!same && !old.deleted()) {
            return new Refuse(new Refusal.Unfit(
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

    /**
     * Reads an entity, strongly consistent; 1 RCU for 4 KB. Version 0 if there never was one, deleted if it is gone. Where
     * updates may wait for a decision, those whose time is up are settled first, which is one read more.
     */
    public Entity read(String game, String space, String id) {
        return schemas.newest(game, stored(game, space, id));
    }

    private Entity stored(String game, String space, String id) {
        Entity entity = entities.read(game, space, id);
        return !entity.deleted()
                        && types.find(game, entity.type()).strategy() == Strategy.MANUAL
                        && conflicts.settleDue(game) > 0
                ? entities.read(game, space, id)
                : entity;
    }

    /** Reads an entity at a version; nothing if there is none such, or it is not kept any more. */
    public Optional<Entity> readAt(String game, String space, String id, long version) {
        Entity current = entities.read(game, space, id);
        return current.keeps(version)
                ? history.at(game, current, version).map(then -> schemas.newest(game, then))
                : Optional.empty();
    }

    /** An entity that was read in the shape its type had at a schema version; no read but of the type. */
    public SchemaService.Seen shown(String game, Entity entity, String schemaVersion) {
        return schemas.at(game, entity, schemaVersion);
    }

    /** The kept versions of an entity, the newest first; nothing if there never was one. */
    public Optional<HistoryService.VersionPage> versions(String game, String space, String id, long below, int limit) {
        Entity current = entities.read(game, space, id);
        if (current.version() == 0) {
            return Optional.empty();
        }
        HistoryService.VersionPage page = history.list(game, current, below, limit);
        return Optional.of(new HistoryService.VersionPage(schemas.newest(game, page.versions()), page.next()));
    }

    /** Some entities, and the id to go on after, null at the end. */
    public record EntityList(
            List<Entity> entities, @Nullable String next) {}

    /**
     * Lists the entities of a space in the order of their ids. A page ends early, with at least one entity, where their
     * states would be more than {@code answer-bytes}.
     *
     * @param type only those of this type, null for all
     */
    public EntityList list(String game, String space, @Nullable String type, @Nullable String after, int limit) {
        if (type == null) {
            return listAll(game, space, after, limit);
        }
        List<String> ids = entities.idsOfType(game, space, type, after, limit + 1);
        List<String> page = ids.subList(0, Math.min(limit, ids.size()));
        AnswerBudget budget = new AnswerBudget(config.answerBytes());
        List<Entity> found = new ArrayList<>();
        String last = after;
        for (int from = 0; from < page.size(); from += config.statesPerRead()) {
            List<String> some = page.subList(from, Math.min(page.size(), from + config.statesPerRead()));
            Map<String, Entity> read = entities.readAll(game, space, some);
            for (String id : some) {
                Entity entity = read.get(id);
                // The index trails: what it still names may be gone, or of another type.
                if (entity != null && !entity.deleted() && entity.type().equals(type)) {
                    if (!budget.take(AnswerBudget.sizeBytes(entity))) {
                        return new EntityList(schemas.newest(game, found), last);
                    }
                    found.add(entity);
                }
                last = id;
            }
        }
        return new EntityList(schemas.newest(game, found), ids.size() > limit ? last : null);
    }

    /** Where some entities of a type are, all spaces taken together, and what to go on after, null at the end. */
    public record PlaceList(
            List<EntityPlace> places, @Nullable EntityPlace next) {}

    /**
     * Where the entities of a type are, whatever their space: as many as one read of the index gives, at most 1 MB, which
     * is some 10,000 entities and 128 RCU. It trails writes by about a second.
     */
    public PlaceList places(String game, String type, @Nullable EntityPlace after) {
        EntityStore.Places page = entities.placesOfType(game, type, after);
        return new PlaceList(page.places(), page.next());
    }

    /**
     * Reads entities wherever they are, as they are stored, strongly consistent, 100 in a round trip; those that are gone
     * are left out.
     */
    public List<Entity> readAll(String game, List<EntityPlace> places) {
        return entities.readAll(game, places).stream()
                .filter(entity -> !entity.deleted())
                .toList();
    }

    /**
     * Looks for the entities of a type in a part of the whole table. Parts hold whole spaces, so those who work on different
     * parts never meet in one. 0.5 RCU for 4 KB of whatever is looked at, twice that if consistent.
     *
     * @param limit how many items are looked at, at most; what 1 MB holds is the limit otherwise
     */
    public EntityScan scan(
            String game,
            String type,
            EntityScan.Part part,
            EntityScan.@Nullable Position after,
            int limit,
            Consumption consumption) {
        return entities.scan(game, type, part, after, limit, consumption);
    }

    /** Where to go on looking, right behind an entity. */
    public EntityScan.Position behind(String game, EntityPlace place) {
        return EntityStore.behind(game, place);
    }

    private EntityList listAll(String game, String space, @Nullable String from, int limit) {
        String after = from;
        while (true) {
            EntityStore.EntityPage page = entities.page(game, space, after, limit);
            AnswerBudget budget = new AnswerBudget(config.answerBytes());
            List<Entity> found = new ArrayList<>();
            for (Entity entity : page.entities()) {
                if (!entity.deleted()) {
                    // A page ends at 1 MB as it is stored, which may be many times that in an answer.
                    if (!budget.take(AnswerBudget.sizeBytes(entity))) {
                        return new EntityList(schemas.newest(game, found), after);
                    }
                    found.add(entity);
                }
                after = entity.id();
            }
            after = page.next();
            if (!found.isEmpty() || after == null) {
                return new EntityList(schemas.newest(game, found), after);
            }
        }
    }

    private Optional<Refusal> forbidden(String game, EntityType type, @Nullable String owner, Source source) {
        if (source.playerId() == null) {
            return Optional.empty();
        }
        if (!type.playersMayWrite()) {
            return Optional.of(
                    new Refusal.Forbidden("Players may not write entities of the type " + type.name() + "."));
        }
        if (source.ownOnly() && followed.isFollowed(game, type.name())) {
            return Optional.of(new Refusal.Forbidden(
                    "A board is bound to entities of the type " + type.name() + ". Only servers may write them."));
        }
        if (owner == null && source.ownOnly()) {
            return Optional.of(new Refusal.Forbidden("The entity has no owner."));
        }
        return owner == null || owner.equals(source.playerId())
                ? Optional.empty()
                : Optional.of(new Refusal.Forbidden("The entity belongs to another player."));
    }
}
