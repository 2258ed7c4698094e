package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.registry.Registry;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Starts and controls runs: apply, roll back, pause, resume, cancel, throttle. */
@ApplicationScoped
public class RunService {

    /** Maximum difference between the clocks of two instances. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(5);

    /** Number of the latest runs that are searched for the run of a request. */
    private static final int LAST_RUNS = 20;

    private final MigrationService migrations;
    private final StartService starts;
    private final DriveService drive;
    private final RunStore runs;
    private final MigrationConfig config;
    private final Event<RunsPending> waiting;
    private final Ticker ticker;

    public RunService(
            MigrationService migrations,
            StartService starts,
            DriveService drive,
            RunStore runs,
            MigrationConfig config,
            Event<RunsPending> waiting,
            Ticker ticker) {
        this.migrations = migrations;
        this.starts = starts;
        this.drive = drive;
        this.runs = runs;
        this.config = config;
        this.waiting = waiting;
        this.ticker = ticker;
    }

    /** A migration that was not applied, and the reason. */
    @Schema(name = "ApplyFailure")
    public record Failure(String version, @Nullable String error) {}

    /** Result of a request to apply pending migrations. Variants are listed in order of precedence. */
    public sealed interface Applied {}

    /** The target migration is not registered. */
    public record NoTarget() implements Applied {}

    /** The first run was not started, with the reason. */
    public record NotStarted(StartService.Result reason) implements Applied {}

    /**
     * The migrations that were applied within the wait time. The remaining ones continue in the background.
     *
     * @param applied number of applied migrations
     * @param failed migrations that failed; later ones are not applied
     * @param totalPending number of migrations that were pending at the start
     * @param runs ids of the runs so far, in order
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
     * Applies pending migrations in version order, one after the other, and stops at the first failure. Failed and
     * automatically rolled back migrations are retried. Migrations that were cancelled or rolled back on request are
     * skipped. If an apply is already active, this call joins it.
     *
     * @param target last version to apply; null for all
     * @param waitMillis how long to process records before returning, in milliseconds; the rest continues in the
     *     background
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
            StartService.Result result = starts.up(
                    game,
                    first.get().version(),
                    new Run.Order(Run.Mode.SMART, false, by, reason),
                    new Registry.Apply(target, by, reason));
            boolean joined = result instanceof StartService.Active active
                    && active.run().direction() == Run.Direction.UP
                    && !active.run().order().forced();
            if (!(result instanceof StartService.Started) && !(result instanceof StartService.AlreadyDone) && !joined) {
                return new NotStarted(result);
            }
        }
        work(game, millisLeft);
        return answer(game, pending, before.migrations());
    }

    private Answer answer(String game, List<SemanticVersion> pending, List<Registration> before) {
        // Earlier failures that this call did not reach are not reported again.
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

    /** Applies one migration before earlier pending ones, and processes records for {@code waitMillis}. */
    public StartService.Result force(String game, SemanticVersion version, String reason, String by, long waitMillis) {
        return start(game, version, Run.Direction.UP, new Run.Order(Run.Mode.SMART, true, by, reason), waitMillis);
    }

    /** Starts a single run, and processes records for {@code waitMillis}. */
    public StartService.Result start(
            String game, SemanticVersion version, Run.Direction direction, Run.Order order, long waitMillis) {
        return working(
                game,
                direction == Run.Direction.UP
                        ? starts.up(game, version, order, null)
                        : starts.down(game, version, order),
                countdown(waitMillis));
    }

    /**
     * Finds the run that was started for an order, among the last 20 runs. Cost: about 1 RCU per 8 runs.
     *
     * @param since earliest start of the run, except for the difference between clocks
     */
    public Optional<Run> startedSince(
            String game, SemanticVersion version, Run.Direction direction, Run.Order order, Instant since) {
        Instant from = since.minus(CLOCK_DIFFERENCE);
        return runs.list(game, null, LAST_RUNS).stream()
                .filter(run -> run.version().equals(version)
                        && run.direction() == direction
                        && run.order().equals(order)
                        && !run.startedAt().isBefore(from))
                .findFirst();
    }

    /** Rolls one migration back, and processes records for {@code waitMillis}. */
    public StartService.Result rollBack(
            String game, SemanticVersion version, Run.Mode mode, String reason, String by, long waitMillis) {
        return start(game, version, Run.Direction.DOWN, new Run.Order(mode, true, by, reason), waitMillis);
    }

    private StartService.Result working(String game, StartService.Result result, LongSupplier millisLeft) {
        if (result instanceof StartService.Started) {
            work(game, millisLeft);
        }
        return result;
    }

    private void announce(String game) {
        waiting.fire(
                new RunsPending(game, last(game).map(RunService::revisionKey).orElse("none"), false));
    }

    private Optional<Run> last(String game) {
        return runs.list(game, null, 1).stream().findFirst();
    }

    private static String revisionKey(Run run) {
        return run.id() + "-" + run.revision();
    }

    /**
     * Announces an unfinished run whose worker may have died, so that it is resumed. The announcement is made at most
     * once per {@code take-up-interval}. Cost: 1 RCU.
     *
     * @return whether an unfinished run exists that is not paused. The receiver of the announcement finds out whether a
     *     worker is driving it.
     */
    public boolean announceUnfinished(String game, Instant now) {
        Optional<Run> open = active(game).filter(run -> !run.paused());
        open.ifPresent(run -> waiting.fire(new RunsPending(
                game,
                revisionKey(run) + "-"
                        + now.getEpochSecond()
                                / Math.max(1, config.takeUpInterval().toSeconds()),
                true)));
        return open.isPresent();
    }

    /** The active run of a game, which may be paused; empty if there is none. Cost: 1 RCU. */
    public Optional<Run> active(String game) {
        return last(game).filter(Run::active);
    }

    /** Whether a run of a migration can be started as far as its definition is concerned; see {@link StartService}. */
    public boolean isDeployed(Registration migration) {
        return starts.isDeployed(migration);
    }

    private void work(String game, LongSupplier millisLeft) {
        boolean nothingLeft = false;
        try {
            nothingLeft = millisLeft.getAsLong() > 0 && drive.drive(game, millisLeft);
        } finally {
            if (!nothingLeft) {
                announce(game);
            }
        }
    }

    private LongSupplier countdown(long millis) {
        return Deadline.inMillis(ticker, millis)::millisLeft;
    }

    /** Result of a request to change a run. Variants are listed in order of precedence. */
    public sealed interface ChangeResult {}

    /** The run does not exist. */
    public record NoRun() implements ChangeResult {}

    /** The run has ended. */
    public record Ended(Run run) implements ChangeResult {}

    /** The run is rolling back, so it can be paused but not cancelled. */
    public record RollingBack(Run run) implements ChangeResult {}

    /** The run has the requested state. */
    public record Changed(Run run) implements ChangeResult {}

    /** Pauses a run. Started pages are completed. */
    public ChangeResult pause(String game, String id) {
        return change(game, id, run -> run.paused() ? run : run.paused(true));
    }

    /** Resumes a paused run. */
    public ChangeResult resume(String game, String id) {
        ChangeResult changed = change(game, id, run -> run.paused() ? run.paused(false) : run);
        if (changed instanceof Changed) {
            announce(game);
        }
        return changed;
    }

    /** Cancels a run. Its changes are rolled back if rollbacks are enabled and possible. */
    public ChangeResult cancel(String game, String id) {
        Run seen = runs.read(game, id).orElse(null);
        if (seen != null && seen.active() && seen.isRollingBack() && seen.stopping() != MigrationStatus.CANCELLED) {
            return new RollingBack(seen);
        }
        ChangeResult changed = change(
                game,
                id,
                run -> run.stopping() != null || run.isRollingBack()
                        ? run
                        : run.stopping(MigrationStatus.CANCELLED, "The run was cancelled"));
        if (changed instanceof Changed) {
            announce(game);
        }
        return changed;
    }

    /** Limits the capacity units per second that a run consumes; 0 for no limit. */
    public ChangeResult throttle(String game, String id, int maxCapacity) {
        return change(game, id, run -> run.options().maxCapacity() == maxCapacity ? run : run.throttled(maxCapacity));
    }

    private ChangeResult change(String game, String id, UnaryOperator<Run> change) {
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
                return new Changed(next);
            }
        }
    }
}
