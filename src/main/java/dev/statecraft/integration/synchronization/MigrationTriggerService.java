package dev.statecraft.integration.synchronization;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.integration.event.Event;
import dev.statecraft.integration.event.EventFeedService;
import dev.statecraft.integration.event.EventType;
import dev.statecraft.integration.event.IntegrationConfig;
import dev.statecraft.integration.event.SourceChange;
import dev.statecraft.migration.execution.RunService;
import dev.statecraft.migration.execution.StartService;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Applies pending migrations on a schedule. Appends an event with the reason if it skips a pending migration. It does
 * not retry a failed migration; a caller must apply a failed migration explicitly.
 */
@ApplicationScoped
public class MigrationTriggerService {

    /** Name in {@code by} of the runs that the trigger starts. */
    static final String BY = "auto-migration-trigger";

    private final MigrationService migrations;
    private final RunService runs;
    private final EventFeedService feed;
    private final IntegrationConfig config;
    private final Clock clock;

    MigrationTriggerService(
            MigrationService migrations,
            RunService runs,
            EventFeedService feed,
            IntegrationConfig config,
            Clock clock) {
        this.migrations = migrations;
        this.runs = runs;
        this.feed = feed;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Resumes a run without an active worker. Otherwise applies the pending migrations if {@code
     * auto-migration-trigger} is set. Repeated and concurrent calls start each run once and append each skip event
     * once. Reads all migrations of the game.
     *
     * @return 1 if a run was resumed or started or a skip event was appended, else 0; and when the next call has work
     */
    public MaintenanceResult run(String game) {
        if (runs.announceUnfinished(game, clock.instant())) {
            return new MaintenanceResult(1, Optional.of(clock.instant()));
        }
        Optional<Registration> pending = config.autoMigrationTrigger() ? firstPending(game) : Optional.empty();
        return pending.isEmpty()
                ? MaintenanceResult.NOTHING
                : new MaintenanceResult(trigger(game, pending.get()), nextDue(game));
    }

    /**
     * When {@link #run} has work again: now, while a run is active and not paused or if a pending migration can be started;
     * otherwise never, until a migration or a run changes or another release is deployed.
     */
    Optional<Instant> nextDue(String game) {
        Optional<Run> active = runs.active(game);
        boolean due = active.isPresent()
                ? !active.get().paused()
                : config.autoMigrationTrigger()
                        && firstPending(game)
                                .filter(pending -> !hasFailed(pending) && runs.isDeployed(pending))
                                .isPresent();
        return due ? Optional.of(clock.instant()) : Optional.empty();
    }

    private Optional<Registration> firstPending(String game) {
        return migrations.list(game).migrations().stream()
                .filter(Registration::pending)
                .findFirst();
    }

    private static boolean hasFailed(Registration migration) {
        return migration.application().error() != null || migration.status() == MigrationStatus.FAILED;
    }

    private int trigger(String game, Registration first) {
        if (hasFailed(first)) {
            return skipped(
                    game,
                    first,
                    String.valueOf(first.application().run()),
                    "An earlier run failed. Apply the migration explicitly. Error: "
                            + first.application().error());
        }
        RunService.Applied applied = runs.apply(game, null, "Pending migration, applied automatically.", BY, 0);
        if (applied instanceof RunService.NotStarted rejected) {
            Optional<String> reason = skipReason(rejected.reason());
            return reason.isEmpty() ? 0 : skipped(game, first, "refused", reason.get());
        }
        return 1;
    }

    /** Returns the reason for the skip event; empty if the next scheduled call may start the run. */
    private static Optional<String> skipReason(StartService.Result result) {
        if (result instanceof StartService.CodeMissing missing) {
            return Optional.of(
                    missing.drifted()
                            ? "The Java code of this version differs from the registered definition."
                            : "The Java code of the migration is not deployed.");
        }
        return Optional.empty();
    }

    private int skipped(String game, Registration migration, String cause, String reason) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("version", migration.version().toString()).put("reason", reason);
        String id = "trigger/" + migration.version() + "/" + migration.seq() + "/" + cause;
        Event event = Event.of(EventType.MIGRATION_TRIGGER_SKIPPED, id, clock.millis(), data);
        return feed.append(game, List.of(SourceChange.once(game, id, List.of(event))));
    }
}
