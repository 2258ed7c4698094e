package dev.statecraft.migration.work;

import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.SchemaChain;
import dev.statecraft.migration.definition.Transformation;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.segment.RecordUpgrade;
import dev.statecraft.migration.segment.WorkPage;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Upgrades the records of a page with the states that a game server submitted. */
final class WorkUpgrade implements Function<Entity, RecordUpgrade.Outcome> {

    private final SchemaChain chain;
    private final Map<EntityKey, WorkPage.Entry> page = new HashMap<>();
    private final Map<EntityKey, WorkPage.Submitted> submitted;
    private final ExpressionBounds bounds;
    private final boolean validation;

    WorkUpgrade(
            SchemaChain chain,
            WorkPage page,
            Map<EntityKey, WorkPage.Submitted> submitted,
            ExpressionBounds bounds,
            boolean validation) {
        this.chain = chain;
        page.records().forEach(record -> this.page.put(record.key(), record));
        this.submitted = submitted;
        this.bounds = bounds;
        this.validation = validation;
    }

    /**
     * An upgrade without submitted states, for records that the server does not migrate and for checking rules again.
     */
    RecordUpgrade plain() {
        return new RecordUpgrade(chain, bounds, validation);
    }

    @Override
    public RecordUpgrade.Outcome apply(Entity entity) {
        EntityKey key = entity.place();
        WorkPage.@Nullable Entry record = page.get(key);
        WorkPage.@Nullable Submitted answer = submitted.get(key);
        if (chain.after(entity.schemaVersion()).isEmpty()) {
            return new RecordUpgrade.Current();
        }
        if (record == null || record.version() != entity.version()) {
            return new RecordUpgrade.WrittenSince();
        }
        return answer == null
                ? plain().of(entity)
                : new RecordUpgrade(with(given(answer)), bounds, validation).of(entity);
    }

    private SchemaChain with(Definition own) {
        List<Definition> steps = new ArrayList<>(chain.steps());
        steps.set(steps.size() - 1, own);
        return new SchemaChain(steps);
    }

    private Definition given(WorkPage.Submitted answer) {
        Definition own = chain.steps().get(chain.steps().size() - 1);
        return new Definition(
                own.version(),
                own.description(),
                own.entityType(),
                own.kind(),
                Transformation.Given.of(answer.state(), answer.error()),
                own.down(),
                own.validation(),
                own.invariants(),
                own.source());
    }
}
