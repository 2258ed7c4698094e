package dev.statecraft.integration.synchronization;

import dev.statecraft.integration.binding.CoordinationService;
import dev.statecraft.integration.monitoring.MonitoringService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Scheduled work of the integration: continues backfills of bound boards, replicates top entries, starts or resumes
 * migration runs, and records a monitoring data point.
 */
@ApplicationScoped
public class IntegrationMaintenance {

    private static final Logger LOG = Logger.getLogger(IntegrationMaintenance.class);

    private final CoordinationService coordination;
    private final MigrationTriggerService migrations;
    private final MonitoringService monitoring;

    IntegrationMaintenance(
            CoordinationService coordination, MigrationTriggerService migrations, MonitoringService monitoring) {
        this.coordination = coordination;
        this.migrations = migrations;
        this.monitoring = monitoring;
    }

    /**
     * Does the scheduled work of a game. A step that fails is logged and does not stop the other steps.
     *
     * @param timeLeft checked before each step of the coordination; the next run continues with the remaining work
     * @return number of work items done
     */
    public int run(String game, BooleanSupplier timeLeft) {
        int coordinated = runStep("coordination", () -> coordination.run(game, timeLeft));
        int migrated = runStep("migration", () -> migrations.run(game));
        return coordinated + migrated + runStep("monitoring", () -> monitoring.record(game) ? 1 : 0);
    }

    /**
     * Returns when {@link #run} has work again, possibly a time that has passed; empty if it has none. A monitoring data
     * point alone is no work: the change that it would show wakes the schedule.
     */
    public Optional<Instant> nextDue(String game) {
        return Stream.of(coordination.nextDue(game), migrations.nextDue(game))
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    /** Whether a change of an item of the integration table makes work due or shows activity. */
    public static boolean isWaking(String partitionKey) {
        return CoordinationService.isWakeUp(partitionKey) || MonitoringService.isTraffic(partitionKey);
    }

    /** Runs a step. A failure must not stop the other steps or games; the next run retries the step. */
    private static int runStep(String step, IntSupplier work) {
        try {
            return work.getAsInt();
        } catch (RuntimeException e) {
            LOG.errorf(e, "Scheduled integration step failed: step %s", step);
            return 0;
        }
    }
}
