package dev.statecraft.migration;

import dev.statecraft.replication.Entity;
import dev.statecraft.replication.EntityPlace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a run makes of the records of a page that a game server has migrated. */
final class WorkAscent implements Function<Entity, Ascent.Outcome> {

    private final SchemaChain chain;
    private final Map<EntityPlace, WorkPage.Record> page = new HashMap<>();
    private final Map<EntityPlace, WorkService.Returned> returned;
    private final Expression.Bounds bounds;
    private final boolean validation;

    WorkAscent(
            SchemaChain chain, WorkPage page, Map<EntityPlace, WorkService.Returned> returned, MigrationConfig config) {
        this.chain = chain;
        page.records().forEach(record -> this.page.put(record.place(), record));
        this.returned = returned;
        this.bounds = config.bounds();
        this.validation = config.validationEnabled();
    }

    /** The same for records that a server does not migrate, or whose rules are looked at once more. */
    Ascent plain() {
        return new Ascent(chain, bounds, validation);
    }

    @Override
    public Ascent.Outcome apply(Entity entity) {
        EntityPlace place = new EntityPlace(entity.space(), entity.id());
        WorkPage.@Nullable Record record = page.get(place);
        WorkService.@Nullable Returned answer = returned.get(place);
        if (chain.after(entity.schemaVersion()).isEmpty()) {
            return new Ascent.Current();
        }
        if (record == null || record.version() != entity.version()) {
            return new Ascent.Overtaken();
        }
        return answer == null ? plain().of(entity) : new Ascent(with(given(answer)), bounds, validation).of(entity);
    }

    private SchemaChain with(Definition own) {
        List<Definition> steps = new ArrayList<>(chain.steps());
        steps.set(steps.size() - 1, own);
        return new SchemaChain(steps);
    }

    private Definition given(WorkService.Returned answer) {
        Definition own = chain.steps().get(chain.steps().size() - 1);
        String error = answer.error();
        return new Definition(
                own.version(),
                own.description(),
                own.entityType(),
                own.kind(),
                new Transformation.Given(
                        answer.state(), error == null ? "the game server gave no state" : "the game server: " + error),
                own.down(),
                own.validation(),
                own.invariants(),
                own.source());
    }

    /** Why records are not those that were handed out, each once; nothing if they are. */
    static Optional<WorkService.Foreign> foreign(WorkPage page, List<WorkService.Returned> returned) {
        Set<EntityPlace> open = new HashSet<>();
        page.records().stream().filter(WorkPage.Record::handed).forEach(record -> open.add(record.place()));
        for (int i = 0; i < returned.size(); i++) {
            WorkService.Returned record = returned.get(i);
            if (!open.remove(new EntityPlace(record.space(), record.id()))) {
                return Optional.of(new WorkService.Foreign(
                        i,
                        "The record " + record.space() + "/" + record.id()
                                + " was not leased, or is here twice. Hand in the leased records, each once."));
            }
        }
        return open.stream()
                .findFirst()
                .map(missing -> new WorkService.Foreign(
                        -1, "The record " + missing.space() + "/" + missing.id() + " was leased and is missing."));
    }
}
