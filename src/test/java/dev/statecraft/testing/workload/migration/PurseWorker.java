package dev.statecraft.testing.workload.migration;

import static dev.statecraft.migration.Laboratory.GAME;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.segment.WorkPage.Submitted;
import dev.statecraft.migration.work.WorkService.Done;
import dev.statecraft.migration.work.WorkService.Leased;
import dev.statecraft.migration.work.WorkService.Page;
import dev.statecraft.migration.work.WorkService.Wait;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.workload.Requests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A game server that leases pages of purses, migrates them with its own code and submits them, sometimes twice. */
final class PurseWorker {

    private static final int MOST_WAIT_MILLIS = 5_000;

    private final Simulation simulation;
    private final Fleet<Laboratory> api;

    PurseWorker(Simulation simulation, Fleet<Laboratory> api) {
        this.simulation = simulation;
        this.api = api;
    }

    /** Works until the simulation ends. */
    void serve() {
        Map<Integer, Long> seen = Map.of();
        while (true) {
            Map<Integer, Long> last = seen;
            Optional<Leased> leased = Requests.once(
                    simulation, api, "lease", lab -> lab.work.lease(GAME, MigrationDriver.VERSION, 3, last));
            seen = Map.of();
            if (leased.isPresent() && leased.get() instanceof Page page) {
                complete(page);
            } else if (leased.isPresent() && leased.get() instanceof Wait wait) {
                seen = wait.seen();
                simulation.pause(Duration.ofMillis(wait.waitMillis()));
            } else {
                simulation.pause(Duration.ofMillis(1L + simulation.random().nextInt(MOST_WAIT_MILLIS)));
            }
        }
    }

    private void complete(Page page) {
        simulation.pause(Duration.ofMillis(simulation.random().nextInt(400)));
        List<Submitted> records = page.tasks().stream()
                .map(task -> new Submitted(task.space(), task.id(), migrated(page, task.state()), null))
                .toList();
        Requests.repeated(
                        simulation,
                        api,
                        "complete " + page.lease(),
                        lab -> lab.work.complete(GAME, MigrationDriver.VERSION, page.lease(), records))
                .filter(Done.class::isInstance)
                .ifPresent(done -> simulation.coverage().count("page of a game server"));
    }

    private static ObjectNode migrated(Page page, ObjectNode state) {
        return page.direction() == Run.Direction.UP ? PurseForms.up(state) : PurseForms.down(state);
    }
}
