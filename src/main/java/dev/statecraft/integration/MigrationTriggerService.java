package dev.statecraft.integration;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.MigrationService;
import dev.statecraft.migration.MigrationStatus;
import dev.statecraft.migration.Registration;
import dev.statecraft.migration.RunService;
import dev.statecraft.migration.StartService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * The seed's automatic migration trigger: applies pending migrations by the clock, and says in the feed why it did or did
 * not. It never tries again what has failed: somebody has to look at that, and apply it.
 */
@ApplicationScoped
public class MigrationTriggerService {

    /** Who wants the runs that the trigger begins. */
    static final String BY = "auto-migration-trigger";

    private final MigrationService migrations;
    private final RunService runs;
    private final FeedService feed;
    private final IntegrationConfig config;
    private final Clock clock;

    MigrationTriggerService(
            MigrationService migrations, RunService runs, FeedService feed, IntegrationConfig config, Clock clock) {
        this.migrations = migrations;
        this.runs = runs;
        this.feed = feed;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Takes up a run that nobody is at any more, or else applies what is pending, where that is wanted. Reads the migrations
     * of the game; doing it twice, or twice at a time, begins each run once and tells each reason once.
     *
     * @return how many things were done
     */
    public int run(String game) {
        if (runs.takeUp(game, clock.instant())) {
            return 1;
        }
        return config.autoMigrationTrigger() ? trigger(game) : 0;
    }

    private int trigger(String game) {
        List<Registration> all = migrations.list(game).migrations();
        Optional<Registration> pending =
                all.stream().filter(Registration::pending).findFirst();
        if (pending.isEmpty()) {
            return 0;
        }
        Registration first = pending.get();
        String error = first.application().error();
        if (error != null || first.status() == MigrationStatus.FAILED) {
            return skipped(
                    game,
                    first,
                    String.valueOf(first.application().run()),
                    "An earlier run failed. Apply the migration explicitly. Error: " + error);
        }
        RunService.Applied applied = runs.apply(game, null, "Pending migration, applied automatically.", BY, 0);
        if (applied instanceof RunService.NotBegun refused) {
            Optional<String> why = why(refused.reason());
            return why.isEmpty() ? 0 : skipped(game, first, "refused", why.get());
        }
        return 1;
    }

    /** Why a run could not be begun; nothing if the next time will be as good. */
    private static Optional<String> why(StartService.Begun refused) {
        if (refused instanceof StartService.CodeMissing missing) {
            return Optional.of(
                    missing.drifted()
                            ? "The Java code of this version differs from the registered definition."
                            : "The Java code of the migration is not deployed.");
        }
        return Optional.empty();
    }

    private int skipped(String game, Registration migration, String occasion, String why) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("version", migration.version().toString()).put("reason", why);
        String id = "trigger/" + migration.version() + "/" + migration.seq() + "/" + occasion;
        Event event = Event.of(EventType.MIGRATION_TRIGGER_SKIPPED, id, clock.millis(), data);
        return feed.append(game, List.of(Occurrence.once(game, id, List.of(event))));
    }
}
