package dev.statecraft.testing.workload.migration;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;

import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.StepService.Next;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.segment.SegmentWork;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.testing.history.MigrationCheck;
import dev.statecraft.testing.history.MigrationCheck.Stored;
import dev.statecraft.testing.history.Violation;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Schedule;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.workload.Requests;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What starts runs and drives them: an operator, a schedule, and state machines that advance a run and work on its
 * segments in parallel. Several state machines may drive one run.
 */
final class MigrationDriver {

    static final SemanticVersion VERSION = SemanticVersion.of(PurseForms.NEW);

    private static final int MACHINES = 2;
    private static final int FAILURES = 4;
    private static final int POLLS = 120;

    private final Simulation simulation;
    private final Fleet<Laboratory> operators;
    private final Fleet<Laboratory> steps;
    private int machines;

    MigrationDriver(Simulation simulation, Fleet<Laboratory> operators, Fleet<Laboratory> steps) {
        this.simulation = simulation;
        this.operators = operators;
        this.steps = steps;
    }

    /** Starts the schedule that resumes runs. */
    void schedule() {
        new Schedule<>(simulation, steps, Duration.ofSeconds(4), lab -> {
                    if (lab.runs.announceUnfinished(GAME, lab.realm.clock.instant())) {
                        startMachine();
                    }
                })
                .start("trigger");
    }

    private void startMachine() {
        if (machines < MACHINES) {
            machines++;
            simulation.background("machine", () -> {
                drive();
                machines--;
            });
        }
    }

    /** What the operator does. */
    void operate() {
        Random random = simulation.random();
        simulation.pause(Duration.ofMillis(random.nextInt(600)));
        apply(random);
        int change = random.nextInt(8);
        if (change < 3) {
            simulation.pause(Duration.ofMillis(random.nextInt(random.nextInt(4) == 0 ? 20_000 : 3_000)));
            change(change);
        }
        awaitEnd();
        if (random.nextInt(3) > 0) {
            rollBack(random.nextInt(3) == 0 ? Run.Mode.EXACT : Run.Mode.SMART);
            awaitEnd();
            if (random.nextBoolean()) {
                // A migration that was rolled back on request is not pending.
                request("force", lab -> lab.runs.force(GAME, VERSION, "again", BY, 0));
                startMachine();
                awaitEnd();
            }
        }
    }

    private void apply(Random random) {
        long wait = random.nextInt(3) == 0 ? 1_500 : 0;
        request("apply", lab -> lab.runs.apply(GAME, null, null, BY, wait));
        startMachine();
        if (random.nextInt(3) == 0) {
            request("apply again", lab -> lab.runs.apply(GAME, null, null, BY, 0));
        }
    }

    /** Starts a rollback, if the migration is applied. */
    void rollBack(Run.Mode mode) {
        request("roll back", lab -> lab.runs.rollBack(GAME, VERSION, mode, "r", BY, 0));
        startMachine();
    }

    private void change(int change) {
        String run = lastRun().map(Run::id).orElse(null);
        if (run == null) {
            return;
        }
        if (change == 0) {
            request("cancel", lab -> lab.runs.cancel(GAME, run));
        } else if (change == 1) {
            request("throttle", lab -> lab.runs.throttle(GAME, run, 40));
        } else {
            request("pause", lab -> lab.runs.pause(GAME, run));
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(2_000)));
            request("resume", lab -> lab.runs.resume(GAME, run));
        }
        startMachine();
    }

    private <R> void request(String what, Function<Laboratory, R> request) {
        Requests.repeated(simulation, operators, what, request);
    }

    private Optional<Run> lastRun() {
        return Requests.repeated(simulation, operators, "last run", lab -> lab.runStore.list(GAME, null, 1).stream()
                        .findFirst())
                .flatMap(found -> found);
    }

    private void awaitEnd() {
        for (int i = 0; i < POLLS; i++) {
            simulation.pause(Duration.ofMillis(500));
            Optional<Run> run = lastRun();
            if (run.isPresent() && !run.get().active()) {
                return;
            }
        }
    }

    /** Drives runs without faults to their end. */
    void finish() {
        simulation.until(() -> machines == 0);
        lastRun()
                .filter(run -> run.active() && run.paused())
                .ifPresent(run -> request("resume", lab -> lab.runs.resume(GAME, run.id())));
        drive();
        lastRun().filter(Run::active).ifPresent(run -> {
            throw new AssertionError("the run does not end: " + run);
        });
    }

    /**
     * Drives runs to a state without a run, in which all records have one form.
     *
     * @param rolledBack whether an applied migration is rolled back; otherwise it is applied again, which changes nothing
     * @param stored reads the records
     */
    <S> void settle(Laboratory lab, boolean rolledBack, Function<Laboratory, Map<String, Stored<S>>> stored) {
        finish();
        MigrationStatus status = status(lab);
        if (status == MigrationStatus.FAILED || status == MigrationStatus.CANCELLED) {
            // Without an automatic rollback, records remain in both forms.
            rollBack(Run.Mode.SMART);
            finish();
        } else if (status == MigrationStatus.APPLIED && rolledBack) {
            rollBack(Run.Mode.SMART);
            finish();
        } else if (status == MigrationStatus.APPLIED) {
            Map<String, Stored<S>> before = stored.apply(lab);
            lab.runs.apply(GAME, null, null, BY, 0);
            finish();
            Violation.requireNone(MigrationCheck.unchanged(before, stored.apply(lab)), "applied again");
        }
    }

    static MigrationStatus status(Laboratory lab) {
        return lab.migrations.find(GAME, VERSION).map(Registration::status).orElseThrow();
    }

    /** A state machine: it ends when no work is left, or after several failures. */
    void drive() {
        AtomicInteger failures = new AtomicInteger();
        while (failures.get() < FAILURES) {
            long millis = budget();
            Optional<Next> next =
                    Requests.once(simulation, steps, "advance", lab -> lab.steps.advance(GAME, countdown(lab, millis)));
            if (next.isEmpty()) {
                failures.incrementAndGet();
                simulation.pause(Duration.ofSeconds(1));
                continue;
            }
            if (next.get().done()) {
                return;
            }
            String run = Objects.requireNonNull(next.get().run());
            AtomicInteger working = new AtomicInteger();
            for (int segment : next.get().segments()) {
                working.incrementAndGet();
                simulation.background("segment " + segment, () -> {
                    work(run, segment, failures);
                    working.decrementAndGet();
                });
            }
            simulation.until(() -> working.get() == 0);
        }
    }

    private void work(String run, int segment, AtomicInteger failures) {
        @Nullable Long seen = null;
        while (failures.get() < FAILURES) {
            @Nullable Long last = seen;
            long millis = budget();
            Optional<SegmentWork> work = Requests.once(
                    simulation,
                    steps,
                    "segment " + segment,
                    lab -> lab.segments.work(GAME, run, segment, last, countdown(lab, millis)));
            if (work.isEmpty()) {
                failures.incrementAndGet();
                simulation.pause(Duration.ofMillis(300));
            } else if (work.get().done()) {
                return;
            } else {
                seen = work.get().seen();
                simulation.pause(Duration.ofMillis(work.get().waitMillis()));
            }
        }
    }

    /** Time of a step, in milliseconds: some steps end in the middle of their segment. */
    private long budget() {
        return simulation.random().nextInt(3) == 0 ? 300 : 60_000;
    }

    private static LongSupplier countdown(Laboratory lab, long millis) {
        return Deadline.inMillis(lab.realm.machine.ticker(), millis)::millisLeft;
    }
}
