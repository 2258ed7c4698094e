package dev.statecraft.migration.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.replication.entity.EntityReader;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Tries a migration out and writes nothing: counts the entities it is for, migrates some of them in memory, up, down and
 * up again, and reckons what doing it to all of them would consume.
 */
@ApplicationScoped
public class PlanService {

    private static final int READ_AT_ONCE = 50;

    private final EntityReader entities;
    private final MigrationConfig config;

    public PlanService(EntityReader entities, MigrationConfig config) {
        this.entities = entities;
        this.config = config;
    }

    /** All that were counted, and which of them are tried out. */
    private record Count(long matching, boolean complete, List<EntityKey> sample) {}

    /**
     * Tries a migration out.
     *
     * <p>Costs about 1 RCU for 80 entities to count them, and a read for each that is tried out. Ends within the
     * configured time: what was not counted or tried out by then is not, and the plan says so.
     */
    public Plan plan(String game, Definition definition, Registration registration) {
        long deadline = System.nanoTime() + config.plan().timeout().toNanos();
        Count count = count(game, definition, deadline);
        DryRun trial = new DryRun(definition, config.bounds(), settings());
        for (int from = 0; from < count.sample().size() && System.nanoTime() < deadline; from += READ_AT_ONCE) {
            List<EntityKey> places =
                    count.sample().subList(from, Math.min(count.sample().size(), from + READ_AT_ONCE));
            for (Entity entity : entities.readAll(game, places)) {
                if (System.nanoTime() < deadline && entity.type().equals(definition.entityType())) {
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

    /** Counts by the index and keeps an even sample: of n entities each stays with the same probability. */
    private Count count(String game, Definition definition, long deadline) {
        List<EntityKey> sample = new ArrayList<>();
        // The same plan looks at the same records as long as there are no others.
        SplittableRandom random =
                new SplittableRandom(definition.version().toString().hashCode());
        int size = config.plan().sample();
        long matching = 0;
        EntityKey after = null;
        do {
            EntityReader.EntityKeyPage page = entities.keysOfType(game, definition.entityType(), after);
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
        } while (after != null
                && deadline - System.nanoTime() > config.plan().timeout().toNanos() / 2);
        return new Count(matching, after == null, sample);
    }
}
