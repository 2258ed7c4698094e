package dev.statecraft.integration.synchronization;

import dev.statecraft.integration.binding.CoordinationService;
import dev.statecraft.integration.monitoring.MonitoringService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
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
    private final Clock clock;

    IntegrationMaintenance(
            CoordinationService coordination,
            MigrationTriggerService migrations,
            MonitoringService monitoring,
            Clock clock) {
        this.clock = clock;
        this.coordination = coordination;
        this.migrations = migrations;
        this.monitoring = monitoring;
    }

    /**
     * Does the scheduled work of a game. A step that fails is logged and does not stop the other steps.
     *
     * @param timeLeft checked before each step of the coordination; the next run continues with the remaining work
     * @return number of work items done, and when there is work again. A monitoring data point alone is no work: the change
     *     that it would show wakes the schedule.
     */
    public MaintenanceResult run(String game, BooleanSupplier timeLeft) {
        MaintenanceResult coordinated = runStep("coordination", () -> coordinate(game, timeLeft));
        MaintenanceResult migrated = runStep("migration", () -> migrations.run(game));
        MaintenanceResult recorded =
                runStep("monitoring", () -> new MaintenanceResult(monitoring.record(game) ? 1 : 0, Optional.empty()));
        return coordinated.plus(migrated).plus(recorded);
    }

    private MaintenanceResult coordinate(String game, BooleanSupplier timeLeft) {
        Optional<Instant> due = coordination.nextDue(game);
        if (due.isEmpty() || due.get().isAfter(clock.instant())) {
            return new MaintenanceResult(0, due);
        }
        return new MaintenanceResult(coordination.run(game, timeLeft), coordination.nextDue(game));
    }

    /** Whether a change of an item of the integration table makes work due or shows activity. */
    public static boolean isWaking(String partitionKey) {
        return CoordinationService.isWakeUp(partitionKey) || MonitoringService.isTraffic(partitionKey);
    }

    /** Runs a step. A failure must not stop the other steps or games; the next run retries the step. */
    private MaintenanceResult runStep(String step, Supplier<MaintenanceResult> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            LOG.errorf(e, "Scheduled integration step failed: step %s", step);
            return new MaintenanceResult(0, Optional.of(clock.instant()));
        }
    }
}
