package dev.statecraft.replication;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.CommitService.Refused;
import dev.statecraft.replication.CommitService.Result;
import dev.statecraft.replication.Mutation.Decision;
import dev.statecraft.replication.Mutation.Refuse;
import dev.statecraft.replication.Mutation.Write;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Creates, reads, updates and deletes entities: what a request asks for becomes a {@link Mutation}. */
@ApplicationScoped
public class EntityService {

    /** The schema version of a state that went through no migration. */
    public static final String FIRST_SCHEMA = "0.0.0";

    private final CommitService commits;
    private final EntityStore entities;
    private final HistoryService history;
    private final EntityTypeService types;
    private final ConflictService conflicts;

    EntityService(
            CommitService commits,
            EntityStore entities,
            HistoryService history,
            EntityTypeService types,
            ConflictService conflicts) {
        this.commits = commits;
        this.entities = entities;
        this.history = history;
        this.types = types;
        this.conflicts = conflicts;
    }

    /**
     * Who asks.
     *
     * @param by what the caller is called in the history
     * @param playerId the player on whose behalf it asks; null for a server, which may write everything
     */
    public record Source(String by, @Nullable String playerId) {}

    /** What a request is known by when it is repeated: an id, null if it will not be, and all it asks for. */
    public record Identity(@Nullable String id, String body) {}

    /** A new entity; {@code owner} is the player it belongs to, null if it is nobody's own. */
    public record NewEntity(
            String id, String type, ObjectNode state, @Nullable String owner) {}

    /** What an update does. */
    public sealed interface Edit {}

    /** It does operations. */
    public record Operate(Operations operations) implements Edit {}

    /** It puts a whole state in place of the one its sender saw. */
    public record Replace(ObjectNode state) implements Edit {}

    /** It applies a JSON merge patch (RFC 7396). */
    public record Patch(ObjectNode patch) implements Edit {}

    /**
     * An update.
     *
     * @param baseVersion the version it was made on; null to apply to whatever is there
     * @param required the version it insists on; null for any
     * @param was values its sender saw, by path
     * @param strategy who decides conflicts; null for the strategy of the type
     */
    public record EntityUpdate(
            Edit edit,
            @Nullable Long baseVersion,
            @Nullable Long required,
            SortedMap<StatePath, JsonNode> was,
            @Nullable Strategy strategy) {}

    /** Creates an entity: a version after those that one of the same id had before it was deleted. */
    public Result create(String game, String space, NewEntity entity, Source source, Identity identity) {
        return commits.commit(
                game,
                space,
                new Mutation(entity.id(), identity.id(), identity.body(), old -> create(game, old, entity, source)));
    }

    private Decision create(String game, Entity old, NewEntity entity, Source source) {
        EntityType type = type(game, entity.type());
        Optional<Refusal> refusal = StateLimits.exceeded(entity.state()).map(Refusal.TooLarge::new);
        if (refusal.isEmpty()) {
            refusal = forbidden(type, entity.owner(), source);
        }
        if (refusal.isEmpty() && !old.deleted()) {
            refusal = Optional.of(new Refusal.Exists());
        }
        return refusal.<Decision>map(Refuse::new)
                .orElseGet(() -> new Write(
                        entity.type(),
                        entity.state(),
                        FIRST_SCHEMA,
                        entity.owner(),
                        source.by(),
                        null,
                        List.of(),
                        historyLimit(type)));
    }

    /** Updates an entity. One read more if the update was made on a version that is not the current one. */
    public Result update(String game, String space, String id, EntityUpdate update, Source source, Identity identity) {
        Mutation mutation = mutation(game, id, update, source, identity);
        Result result = commits.commit(game, space, mutation);
        if (isUndecided(result) && conflicts.settleDue(game) > 0) {
            result = commits.commit(game, space, mutation);
        }
        return parked(game, result, source, identity);
    }

    private static boolean isUndecided(Result result) {
        return result instanceof Refused refused && refused.refusal() instanceof Refusal.Undecided;
    }

    /**
     * What a commit came to once updates that somebody has to decide about are parked; other results are as they are.
     */
    public Result parked(String game, Result result, Source source, Identity identity) {
        if (!(result instanceof Refused refused) || !(refused.refusal() instanceof Refusal.Undecided undecided)) {
            return result;
        }
        Entity met = refused.current();
        ConflictService.Parking parking =
                conflicts.park(game, met, undecided.update(), source.by(), identity.id(), identity.body());
        if (parking instanceof ConflictService.Reused) {
            return new CommitService.Reused();
        }
        if (parking instanceof ConflictService.TooLarge) {
            return new Refused(new Refusal.TooLarge("The update is too large to wait for a decision."), met);
        }
        if (parking instanceof ConflictService.Parked waiting) {
            return new Refused(new Refusal.Waiting(waiting.conflict(), waiting.replayed()), met);
        }
        return ((ConflictService.Past) parking)
                .entity()
                .<Result>map(entity -> new CommitService.Done(entity, true))
                .orElseGet(() -> new Refused(new Refusal.Lost(List.of(), Strategy.MANUAL), met));
    }

    /** An update as part of a commit. */
    public Mutation mutation(String game, String id, EntityUpdate update, Source source, Identity identity) {
        return new Mutation(
                id, identity.id(), identity.body(), old -> update(game, old, update, source, identity.id()));
    }

    private Decision update(
            String game, Entity old, EntityUpdate update, Source source, @Nullable String mutationId) {
        if (old.deleted()) {
            return new Refuse(new Refusal.NotFound());
        }
        EntityType type = type(game, old.type());
        Optional<Refusal> forbidden = forbidden(type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Refuse(forbidden.get());
        }
        if (update.required() != null && update.required() != old.version()) {
            return new Refuse(new Refusal.Stale());
        }
        Long baseVersion = update.baseVersion();
        if (baseVersion != null && baseVersion > old.version()) {
            return new Refuse(new Refusal.VersionUnknown(baseVersion));
        }
        ObjectNode base = baseVersion == null
                ? old.json()
                : history.at(game, old, baseVersion).map(Entity::json).orElse(null);
        Basis basis = new Basis(update.was(), base);
        Merge.Update asked = asked(update.edit(), basis, old.json());
        Strategy strategy = update.strategy() == null ? type.strategy() : update.strategy();
        if (strategy == Strategy.MANUAL
                && mutationId != null
                && conflicts.knows(game, old.space(), old.id(), mutationId)) {
            // Parked before, or settled since: it must not be done as well because the conflict is gone by now.
            return new Refuse(new Refusal.Undecided(asked, List.of()));
        }
        return decided(Merge.merge(type, strategy, old.json(), asked), asked, old, type, source);
    }

    private static Merge.Update asked(Edit edit, Basis basis, ObjectNode current) {
        if (edit instanceof Replace replace) {
            return Merge.Update.ofState(replace.state(), basis, current);
        }
        if (edit instanceof Patch patch) {
            ObjectNode base = basis.state();
            return Merge.Update.now(
                    Operations.ofMergePatch(base == null ? current : base, patch.patch()), basis, current);
        }
        return Merge.Update.now(((Operate) edit).operations(), basis, current);
    }

    private Decision decided(
            Merge.Merged merged, Merge.Update asked, Entity old, EntityType type, Source source) {
        if (merged instanceof Merge.Parked parked) {
            return new Refuse(new Refusal.Undecided(asked, parked.conflicts()));
        }
        if (merged instanceof Merge.Impossible impossible) {
            return new Refuse(new Refusal.Unfit(
                    impossible.path().toString(), "The operation cannot be done: " + impossible.reason() + "."));
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
                        historyLimit(type));
    }

    /** Deletes an entity; what is left of it is its version, which goes on if it is created again. */
    public Result delete(
            String game, String space, String id, @Nullable Long required, Source source, Identity identity) {
        return commits.commit(
                game,
                space,
                new Mutation(id, identity.id(), identity.body(), old -> delete(game, old, required, source)));
    }

    private Decision delete(String game, Entity old, @Nullable Long required, Source source) {
        if (old.deleted()) {
            return new Refuse(new Refusal.NotFound());
        }
        EntityType type = type(game, old.type());
        Optional<Refusal> forbidden = forbidden(type, old.owner(), source);
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
                historyLimit(type));
    }

    /** Makes the state of a kept version the newest version. */
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
        EntityType type = type(game, old.type());
        Optional<Refusal> forbidden = forbidden(type, old.owner(), source);
        if (forbidden.isPresent()) {
            return new Refuse(forbidden.get());
        }
        Optional<Entity> then = old.keeps(version) ? history.at(game, old, version) : Optional.empty();
        if (then.isEmpty() || then.get().deleted()) {
            return new Refuse(new Refusal.VersionUnknown(version));
        }
        return new Write(
                then.get().type(),
                then.get().json(),
                then.get().schemaVersion(),
                old.owner(),
                source.by(),
                null,
                List.of(),
                historyLimit(type));
    }

    /**
     * Reads an entity, strongly consistent; 1 RCU for 4 KB. Version 0 if there never was one, deleted if it is gone. Where
     * updates may wait for a decision, those whose time is up are settled first, which is one read more.
     */
    public Entity read(String game, String space, String id) {
        Entity entity = entities.read(game, space, id);
        return !entity.deleted()
                        && type(game, entity.type()).strategy() == Strategy.MANUAL
                        && conflicts.settleDue(game) > 0
                ? entities.read(game, space, id)
                : entity;
    }

    /** Reads an entity at a version; nothing if there is none such, or it is not kept any more. */
    public Optional<Entity> readAt(String game, String space, String id, long version) {
        Entity current = entities.read(game, space, id);
        return current.keeps(version) ? history.at(game, current, version) : Optional.empty();
    }

    /** The kept versions of an entity, the newest first; nothing if there never was one. */
    public Optional<HistoryService.VersionPage> versions(String game, String space, String id, long below, int limit) {
        Entity current = entities.read(game, space, id);
        return current.version() == 0
                ? Optional.empty()
                : Optional.of(history.list(game, current, below, limit));
    }

    /** Some entities, and the id to go on after, null at the end. */
    public record EntityList(List<Entity> entities, @Nullable String next) {}

    /**
     * Lists the entities of a space in the order of their ids; large states may make a page shorter than asked for.
     *
     * @param type only those of this type, null for all
     */
    public EntityList list(String game, String space, @Nullable String type, @Nullable String after, int limit) {
        if (type == null) {
            return listAll(game, space, after, limit);
        }
        List<String> ids = entities.idsOfType(game, space, type, after, limit + 1);
        List<String> page = ids.subList(0, Math.min(limit, ids.size()));
        // The index trails: what it still names may be gone, or of another type.
        List<Entity> found = entities.readAll(game, space, page).values().stream()
                .filter(entity -> !entity.deleted() && entity.type().equals(type))
                .sorted(Comparator.comparing(Entity::id))
                .toList();
        return new EntityList(found, ids.size() > limit ? page.get(limit - 1) : null);
    }

    private EntityList listAll(String game, String space, @Nullable String from, int limit) {
        String after = from;
        while (true) {
            EntityStore.EntityPage page = entities.page(game, space, after, limit);
            List<Entity> found =
                    page.entities().stream().filter(entity -> !entity.deleted()).toList();
            after = page.next();
            if (!found.isEmpty() || after == null) {
                return new EntityList(found, after);
            }
        }
    }

    private static Optional<Refusal> forbidden(EntityType type, @Nullable String owner, Source source) {
        if (source.playerId() == null) {
            return Optional.empty();
        }
        if (!type.playersMayWrite()) {
            return Optional.of(
                    new Refusal.Forbidden("Players may not write entities of the type " + type.name() + "."));
        }
        return owner == null || owner.equals(source.playerId())
                ? Optional.empty()
                : Optional.of(new Refusal.Forbidden("The entity belongs to another player."));
    }

    private int historyLimit(EntityType type) {
        return types.historyLimit(type);
    }

    private EntityType type(String game, String name) {
        return types.find(game, name);
    }
}
