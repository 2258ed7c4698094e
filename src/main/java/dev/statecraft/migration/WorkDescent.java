package dev.statecraft.migration;

import dev.statecraft.replication.Entity;
import dev.statecraft.replication.EntityPlace;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a rollback makes of the records of a page that a game server has taken down. */
final class WorkDescent implements Function<Entity, Descent.Outcome> {

    private final Run run;
    private final ExpressionBounds bounds;
    private final Map<EntityPlace, WorkPage.Entry> page = new HashMap<>();
    private final Map<EntityPlace, WorkPage.Returned> returned;

    WorkDescent(Run run, WorkPage page, Map<EntityPlace, WorkPage.Returned> returned, ExpressionBounds bounds) {
        this.run = run;
        this.bounds = bounds;
        page.records().forEach(record -> this.page.put(record.place(), record));
        this.returned = returned;
    }

    @Override
    public Descent.Outcome apply(Entity entity) {
        if (!entity.schemaVersion().equals(run.version().toString())) {
            return new Descent.Untouched();
        }
        EntityPlace place = new EntityPlace(entity.space(), entity.id());
        WorkPage.@Nullable Entry record = page.get(place);
        WorkPage.@Nullable Returned answer = returned.get(place);
        if (record == null || answer == null || record.version() != entity.version()) {
            return new Descent.Awaited();
        }
        Transformed transformed =
                Transformation.Given.of(answer.state(), answer.error()).apply(entity.json(), Subject.of(entity), bounds);
        return transformed instanceof Transformed.Failed failed
                ? new Descent.Failed(failed.reason())
                : new Descent.Lowered(
                        ((Transformed.Done) transformed).state(),
                        run.schemas().before());
    }
}
