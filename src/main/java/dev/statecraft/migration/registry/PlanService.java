package dev.statecraft.migration.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.migration.record.RecordReader;
import dev.statecraft.replication.entity.EntityReader;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Plans a migration without writes. A plan counts the entities of the type, migrates a sample of them in memory (up,
 * down and up again) and estimates the cost of migrating all of them.
 */
@ApplicationScoped
public class PlanService {

    private static final int READ_AT_ONCE = 50;

    private final RecordReader records;
    private final EntityTypeService types;
    private final MigrationConfig config;
    private final Ticker ticker;

    public PlanService(RecordReader records, EntityTypeService types, MigrationConfig config, Ticker ticker) {
        this.records = records;
        this.types = types;
        this.config = config;
        this.ticker = ticker;
    }

    /** The counted entities and the sample of them. */
    private record Count(long matching, boolean complete, List<EntityKey> sample) {}

    /**
     * Plans a migration. The plan of a script is empty: only a game server knows what it changes.
     *
     * <p>Ends within the configured timeout. A plan that was cut short reports it: {@code complete} is false, or
     * {@code sampled} is smaller than configured. Cost: about 1 RCU for 80 counted entities, and a read of each sampled
     * one.
     */
    public Plan plan(String game, Definition definition, Registration registration) {
        Deadline deadline = Deadline.in(ticker, config.plan().timeout());
        boolean script = definition.kind() == Definition.Kind.SCRIPT;
        Count count = script ? new Count(0, true, List.of()) : count(game, definition, deadline);
        EntityType type =
                script ? EntityType.standard(definition.entityType()) : types.find(game, definition.entityType());
        DryRun trial = new DryRun(definition, type, config.bounds(), settings());
        for (int from = 0; from < count.sample().size() && !deadline.passed(); from += READ_AT_ONCE) {
            List<EntityKey> places =
                    count.sample().subList(from, Math.min(count.sample().size(), from + READ_AT_ONCE));
            for (Entity entity : records.readAll(game, definition.entityType(), places)) {
                if (!deadline.passed() && MigrationTarget.covers(definition.entityType(), entity.type())) {
                    attempt(trial, definition, registration, entity);
                }
            }
        }
        return trial.result(count.matching(), count.complete());
    }

    private static void attempt(DryRun trial, Definition definition, Registration registration, Entity entity) {
        boolean done = SemanticVersion.parse(entity.schemaVersion())
                .filter(schema -> !registration.outOfOrder() && schema.compareTo(definition.version()) >= 0)
                .isPresent();
        ObjectNode state = entity.json();
        if (done) {
            trial.skip();
        } else {
            trial.attempt(Subject.of(entity), state, storedBytes(entity));
        }
    }

    private static int storedBytes(@Nullable Entity entity) {
        return entity == null || entity.state() == null ? 0 : entity.state().storedBytes();
    }

    private DryRun.Settings settings() {
        return new DryRun.Settings(
                config.plan().shown(),
                config.plan().failures(),
                config.plan().warnings(),
                config.validationEnabled(),
                config.backupBeforeMigration(),
                config.plan().pricePerMillionReads(),
                config.plan().pricePerMillionWrites());
    }

    /** Counts the entities in the index of types and keeps a uniform sample (reservoir sampling). */
    private Count count(String game, Definition definition, Deadline deadline) {
        List<EntityKey> sample = new ArrayList<>();
        // The seed is fixed, so repeated plans sample the same records while the entities are the same.
        SplittableRandom random =
                new SplittableRandom(definition.version().toString().hashCode());
        int size = config.plan().sample();
        long matching = 0;
        EntityKey after = null;
        do {
            EntityReader.EntityKeyPage page = records.keys(game, definition.entityType(), after);
            for (EntityKey place : page.keys()) {
                matching++;
                if (sample.size() < size) {
                    sample.add(place);
                } else {
                    long slot = random.nextLong(matching);
                    if (slot < size) {
                        sample.set((int) slot, place);
                    }
                }
            }
            after = page.next();
        } while (after != null && deadline.nanosLeft() > config.plan().timeout().toNanos() / 2);
        return new Count(matching, after == null, sample);
    }
}
