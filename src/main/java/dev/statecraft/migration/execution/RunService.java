package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.registry.Registry;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What people and schedules ask of runs: begin, look at, pause, resume, cancel, throttle. */
@ApplicationScoped
public class RunService {

    /** How far the clocks of two instances may be apart. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(5);

    /** How many runs are looked at for the one that an order began. */
    private static final int LAST_RUNS = 20;

    private final MigrationService migrations;
    private final StartService starts;
    private final DriveService drive;
    private final RunStore runs;
    private final MigrationConfig config;
    private final Event<RunsPending> waiting;

    public RunService(
            MigrationService migrations,
            StartService starts,
            DriveService drive,
            RunStore runs,
            MigrationConfig config,
            Event<RunsPending> waiting) {
        this.migrations = migrations;
        this.starts = starts;
        this.drive = drive;
        this.runs = runs;
        this.config = config;
        this.waiting = waiting;
    }

    /** A migration that was not applied, and why. */
    @Schema(name = "ApplyFailure")
    public record Failure(String version, @Nullable String error) {}

    /** What became of the wish to apply what is pending; in order of precedence. */
    public sealed interface Applied {}

    /** The migration to stop at is not registered. */
    public record NoTarget() implements Applied {}

    /** The first of them could not be begun; why. */
    public record NotBegun(StartService.Begun reason) implements Applied {}

    /**
     * What was applied within the wait. The rest goes on.
     *
     * @param applied how many of them are applied
     * @param failed those that failed; what comes after them is not applied
     * @param totalPending how many were pending at first
     * @param runs the runs so far, in order
     */
    @Schema(name = "ApplyAnswer")
    public record Answer(int applied, List<Failure> failed, int totalPending, List<String> runs) implements Applied {

        /** Copies the lists. */
        public Answer {
            failed = List.copyOf(failed);
            runs = List.copyOf(runs);
        }
    }

    /**
     * Applies what is pending in the order of versions, one after the other, and stops at the first that fails. Those that
     * failed before are tried again; those that somebody rolled back or cancelled are not. If this goes on already, it is
     * joined.
     *
     * @param target the last one to apply; null for all
     * @param waitMillis how long to work on it before answering; what is not finished then goes on by itself
     */
    public Applied apply(
            String game, @Nullable SemanticVersion target, @Nullable String reason, String by, long waitMillis) {
        LongSupplier millisLeft = countdown(waitMillis);
        MigrationService.Overview before = migrations.list(game);
        if (target != null
                && before.migrations().stream()
                        .noneMatch(migration -> migration.version().equals(target))) {
            return new NoTarget();
        }
        List<SemanticVersion> pending = before.migrations().stream()
                .filter(migration -> migration.pending()
                        || migration.status() == MigrationStatus.RUNNING
                        || migration.status() == MigrationStatus.VALIDATING
                        || migration.status() == MigrationStatus.PAUSED)
                .map(Registration::version)
                .filter(version -> target == null || version.compareTo(target) <= 0)
                .toList();
        Optional<Registration> first = StartService.nextPending(before.migrations(), target);
        if (first.isPresent()) {
            StartService.Begun begun = starts.up(
                    game,
                    first.get().version(),
                    new Run.Order(Run.Mode.SMART, false, by, reason),
                    new Registry.Apply(target, by, reason));
            boolean joined = begun instanceof StartService.Active active
                    && active.run().direction() == Run.Direction.UP
                    && !active.run().order().forced();
            if (!(begun instanceof StartService.Started) && !(begun instanceof StartService.Already) && !joined) {
                return new NotBegun(begun);
            }
        }
        work(game, millisLeft);
        return answer(game, pending, before.migrations());
    }

    private Answer answer(String game, List<SemanticVersion> pending, List<Registration> before) {
        // What failed before and was not reached this time is not told again.
        Set<String> earlier = before.stream()
                .filter(Registration::pending)
                .map(migration -> migration.application().run())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        int applied = 0;
        List<Failure> failed = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (Registration migration : migrations.list(game).migrations()) {
            String run = migration.application().run();
            if (!pending.contains(migration.version()) || run == null || earlier.contains(run)) {
                continue;
            }
            ids.add(run);
            switch (migration.status()) {
                case APPLIED -> applied++;
                case FAILED, ROLLED_BACK, CANCELLED ->
                    failed.add(new Failure(
                            migration.version().toString(),
                            migration.application().error()));
                case PENDING, RUNNING, PAUSED, VALIDATING, ROLLING_BACK -> {}
            }
        }
        return new Answer(applied, failed, pending.size(), ids);
    }

    /** Applies one migration whatever is pending before it; works on it for a while. */
    public StartService.Begun force(String game, SemanticVersion version, String reason, String by, long waitMillis) {
        return begin(game, version, Run.Direction.UP, new Run.Order(Run.Mode.SMART, true, by, reason), waitMillis);
    }

    /** Begins one run out of its turn, as it was ordered; works on it for a while. */
    public StartService.Begun begin(
            String game, SemanticVersion version, Run.Direction direction, Run.Order order, long waitMillis) {
        return begun(
                game,
                direction == Run.Direction.UP
                        ? starts.up(game, version, order, null)
                        : starts.down(game, version, order),
                countdown(waitMillis));
    }

    /**
     * The run that was begun for an order, among the last 20 runs; 1 RCU for 10 or so.
     *
     * @param since runs that began earlier are not meant, but for a difference of clocks
     */
    public Optional<Run> begunSince(
            String game, SemanticVersion version, Run.Direction direction, Run.Order order, Instant since) {
        Instant from = since.minus(CLOCK_DIFFERENCE);
        return runs.list(game, null, LAST_RUNS).stream()
                .filter(run -> run.version().equals(version)
                        && run.direction() == direction
                        && run.order().equals(order)
                        && !run.startedAt().isBefore(from))
                .findFirst();
    }

    /** Rolls one migration back; works on it for a while. */
    public StartService.Begun rollBack(
            String game, SemanticVersion version, Run.Mode mode, String reason, String by, long waitMillis) {
        return begin(game, version, Run.Direction.DOWN, new Run.Order(mode, true, by, reason), waitMillis);
    }

    private StartService.Begun begun(String game, StartService.Begun begun, LongSupplier millisLeft) {
        if (begun instanceof StartService.Started) {
            work(game, millisLeft);
        }
        return begun;
    }

    private void tell(String game) {
        waiting.fire(new RunsPending(game, last(game).map(RunService::mark).orElse("none"), false));
    }

    private Optional<Run> last(String game) {
        return runs.list(game, null, 1).stream().findFirst();
    }

    private static String mark(Run run) {
        return run.id() + "-" + run.revision();
    }

    /**
     * Has a run go on that has not ended, if nobody is at it any more: whoever drove it may have died. At most once in
     * {@code take-up-interval}, however often this is called; 1 RCU.
     *
     * @return whether there is such a run; whether somebody is at it is found out by whoever is told
     */
    public boolean takeUp(String game, Instant now) {
        Optional<Run> open = last(game).filter(Run::active).filter(run -> !run.paused());
        open.ifPresent(run -> waiting.fire(new RunsPending(
                game,
                mark(run) + "-"
                        + now.getEpochSecond()
                                / Math.max(1, config.takeUpInterval().toSeconds()),
                true)));
        return open.isPresent();
    }

    private void work(String game, LongSupplier millisLeft) {
        boolean nothingLeft = false;
        try {
            nothingLeft = millisLeft.getAsLong() > 0 && drive.drive(game, millisLeft);
        } finally {
            if (!nothingLeft) {
                tell(game);
            }
        }
    }

    private static LongSupplier countdown(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        return () -> TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }

    /** What became of the wish to change a run; in order of precedence. */
    public sealed interface Changed {}

    /** There is no such run. */
    public record NoRun() implements Changed {}

    /** It has ended. */
    public record Ended(Run run) implements Changed {}

    /** It is on its way back, which can be paused but not called off. */
    public record GoingBack(Run run) implements Changed {}

    /** It is as it was wanted. */
    public record Changing(Run run) implements Changed {}

    /** Lets a run rest: pages that were begun are completed. */
    public Changed pause(String game, String id) {
        return change(game, id, run -> run.paused() ? run : run.paused(true));
    }

    /** Lets a run go on. */
    public Changed resume(String game, String id) {
        Changed changed = change(game, id, run -> run.paused() ? run.paused(false) : run);
        if (changed instanceof Changing) {
            tell(game);
        }
        return changed;
    }

    /** Calls a run off: what it did is undone, where rollbacks are wanted. */
    public Changed cancel(String game, String id) {
        Run seen = runs.read(game, id).orElse(null);
        if (seen != null && seen.active() && seen.goesBack() && seen.stopping() != MigrationStatus.CANCELLED) {
            return new GoingBack(seen);
        }
        Changed changed = change(
                game,
                id,
                run -> run.stopping() != null || run.goesBack()
                        ? run
                        : run.stopping(MigrationStatus.CANCELLED, "The run was cancelled"));
        if (changed instanceof Changing) {
            tell(game);
        }
        return changed;
    }

    /** Limits the capacity that a run consumes a second, at once; 0 for no limit. */
    public Changed throttle(String game, String id, int maxCapacity) {
        return change(game, id, run -> run.options().maxCapacity() == maxCapacity ? run : run.throttled(maxCapacity));
    }

    private Changed change(String game, String id, UnaryOperator<Run> change) {
        while (true) {
            Run run = runs.read(game, id).orElse(null);
            if (run == null) {
                return new NoRun();
            }
            if (!run.active()) {
                return new Ended(run);
            }
            Run next = change.apply(run);
            if (next.revision() == run.revision() || runs.replace(game, run, next)) {
                return new Changing(next);
            }
        }
    }
}
