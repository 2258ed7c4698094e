package dev.statecraft.migration.work;

import dev.statecraft.migration.definition.Transformation;
import dev.statecraft.migration.definition.Transformed;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.segment.RecordDowngrade;
import dev.statecraft.migration.segment.WorkPage;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Downgrades the records of a page with the states that a game server submitted. */
final class WorkDowngrade implements Function<Entity, RecordDowngrade.Outcome> {

    private final Run run;
    private final ExpressionBounds bounds;
    private final Map<EntityKey, WorkPage.Entry> page = new HashMap<>();
    private final Map<EntityKey, WorkPage.Submitted> submitted;

    WorkDowngrade(Run run, WorkPage page, Map<EntityKey, WorkPage.Submitted> submitted, ExpressionBounds bounds) {
        this.run = run;
        this.bounds = bounds;
        page.records().forEach(record -> this.page.put(record.key(), record));
        this.submitted = submitted;
    }

    @Override
    public RecordDowngrade.Outcome apply(Entity entity) {
        if (!entity.schemaVersion().equals(run.version().toString())) {
            return new RecordDowngrade.Unaffected();
        }
        EntityKey key = entity.place();
        WorkPage.@Nullable Entry record = page.get(key);
        WorkPage.@Nullable Submitted answer = submitted.get(key);
        if (record == null || answer == null || record.version() != entity.version()) {
            return new RecordDowngrade.NeedsGameServer();
        }
        Transformed transformed = Transformation.Given.of(answer.state(), answer.error())
                .apply(entity.json(), Subject.of(entity), bounds);
        return transformed instanceof Transformed.Failed failed
                ? new RecordDowngrade.Failed(failed.reason())
                : new RecordDowngrade.Downgraded(
                        ((Transformed.Done) transformed).state(), run.schemas().before());
    }
}
