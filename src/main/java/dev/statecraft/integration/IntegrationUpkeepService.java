package dev.statecraft.integration;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.jboss.logging.Logger;

/**
 * What ties the systems together and is due by the clock: boards catch up, tops are replicated, migrations
 * are begun or taken up, a point is taken.
 */
@ApplicationScoped
public class IntegrationUpkeepService {

    private static final Logger LOG = Logger.getLogger(IntegrationUpkeepService.class);

    private final CoordinationService coordination;
    private final MigrationTriggerService migrations;
    private final MonitoringService monitoring;

    IntegrationUpkeepService(
            CoordinationService coordination, MigrationTriggerService migrations, MonitoringService monitoring) {
        this.coordination = coordination;
        this.migrations = migrations;
        this.monitoring = monitoring;
    }

    /**
     * Does what is due in a game.
     *
     * @param timeLeft asked before each step; what is left undone is due again at the next run
     * @return how many steps were done
     */
    public int run(String game, BooleanSupplier timeLeft) {
        int coordinated = done("coordination", () -> coordination.run(game, timeLeft));
        int migrated = done("migration", () -> migrations.run(game));
        return coordinated + migrated + done("monitoring", () -> monitoring.sample(game) ? 1 : 0);
    }

    /** One step's trouble is not to keep the others, or other games, waiting; it is due again at the next run. */
    private static int done(String step, IntSupplier work) {
        try {
            return work.getAsInt();
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s failed", step);
            return 0;
        }
    }
}
