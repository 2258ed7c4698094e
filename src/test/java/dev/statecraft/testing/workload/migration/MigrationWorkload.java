package dev.statecraft.testing.workload.migration;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunCounts;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.history.ConservationCheck;
import dev.statecraft.testing.history.LogCheck;
import dev.statecraft.testing.history.LogCheck.Commit;
import dev.statecraft.testing.history.LogCheck.Made;
import dev.statecraft.testing.history.MigrationCheck;
import dev.statecraft.testing.history.MigrationCheck.Progressed;
import dev.statecraft.testing.history.MigrationCheck.Stored;
import dev.statecraft.testing.history.Operation;
import dev.statecraft.testing.history.VersionCheck;
import dev.statecraft.testing.history.VersionCheck.Answer;
import dev.statecraft.testing.history.VersionCheck.Request;
import dev.statecraft.testing.history.Violation;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import dev.statecraft.testing.workload.Requests;
import dev.statecraft.testing.workload.migration.PurseWriters.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * A migration of the purses of several spaces while game servers write them: it is applied, changed on its way, rolled
 * back and applied again, by state machines whose instances die, repeat their steps and meet each other.
 */
public final class MigrationWorkload implements Workload {

    private static final int SERVERS = 3;
    private static final int REQUESTS = 8;

    /** Longer than the latest write: the longest pause of {@link LateCalls} and two slow calls. */
    private static final String SETTLE_AFTER = "15s";

    private final Simulation simulation;
    private final TableNames tables;
    private final Map<String, String> realmSettings;
    private final Map<String, String> settings;
    private final String options;
    private final boolean creates;
    private final boolean finallyRolledBack;
    private final boolean byServers;
    private final PurseWriters writers;
    private final MigrationDriver driver;
    private final Fleet<Laboratory> api;
    private final Map<String, List<Progressed>> progress = new TreeMap<>();

    /** The workload of one run. */
    public MigrationWorkload(Simulation simulation) {
        this.simulation = simulation;
        tables = simulation.database().freshTables();
        Random random = simulation.random();
        realmSettings = Map.of("type-cache", random.nextBoolean() ? "0s" : "200ms");
        settings = Map.of(
                "lease",
                random.nextBoolean() ? "1s" : "200ms",
                "schema-cache",
                "0s",
                "work-lease",
                "1s",
                "settle-after",
                SETTLE_AFTER,
                "rollback-on-failure",
                random.nextInt(4) == 0 ? "false" : "true");
        creates = random.nextInt(3) > 0;
        finallyRolledBack = random.nextInt(3) == 0;
        byServers = random.nextInt(4) == 0;
        boolean invalid = random.nextInt(3) == 0;
        options = "{'segments': %d, 'pageSize': %d, 'canaryPercent': %d, 'failureThreshold': {'count': %d}}"
                .formatted(1 + random.nextInt(3), 1 + random.nextInt(4), 30 * random.nextInt(2), random.nextInt(3));
        api = simulation.fleet("api", random.nextBoolean() ? 1 : 3, this::delayed);
        writers = new PurseWriters(simulation, api, creates, invalid);
        driver = new MigrationDriver(simulation, api, simulation.fleet("step", 1, this::delayed));
    }

    private Laboratory delayed(Machine machine, DynamoDbClient client) {
        return laboratory(machine, LateCalls.ofCommits(simulation, client));
    }

    private Laboratory laboratory(Machine machine, DynamoDbClient client) {
        return new Laboratory(machine, client, new Realm(machine, client, tables, realmSettings), settings, List.of());
    }

    @Override
    public void prepare() {
        writers.prepare();
        Requests.repeated(
                simulation, api, "register", lab -> lab.register(GAME, PurseForms.definition(options, byServers)));
        // The first scan of a run is eventually consistent. It finds what has been there for a while.
        simulation.pause(Duration.ofSeconds(2));
    }

    @Override
    public void start() {
        for (int i = 0; i < SERVERS; i++) {
            String name = "server" + i;
            simulation.caller(name, () -> writers.serve(name, REQUESTS));
        }
        simulation.caller("operator", driver::operate);
        simulation.caller("observer", this::observe);
        driver.schedule();
        if (byServers) {
            simulation.background("worker0", new PurseWorker(simulation, api)::serve);
            simulation.background("worker1", new PurseWorker(simulation, api)::serve);
        }
    }

    /** The counts of a run that is active. */
    private record Seen(String run, Progressed progress) {}

    private void observe() {
        for (int i = 0; i < REQUESTS; i++) {
            int most = simulation.random().nextInt(4) == 0 ? PurseWriters.MOST_PAUSE_MILLIS : 1_500;
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(most)));
            Requests.once(simulation, api, "progress", MigrationWorkload::progress)
                    .flatMap(found -> found)
                    .ifPresent(seen -> progress.computeIfAbsent(seen.run(), key -> new ArrayList<>())
                            .add(seen.progress()));
        }
    }

    private static Optional<Seen> progress(Laboratory lab) {
        Optional<Run> active = lab.runs.active(GAME);
        return active.map(run -> {
            Progress progress = Progress.of(lab.segmentStore.list(GAME, run.id(), run.segments()));
            RunCounts counts = run.undoing() ? progress.back() : progress.main();
            return new Seen(
                    run.id(), new Progressed(run.undoing() ? 2 : 1, counts.done(), counts.skipped(), counts.failed()));
        });
    }

    @Override
    public void settle() {
        driver.settle(simulation.observer(this::laboratory), finallyRolledBack, MigrationWorkload::stored);
    }

    private static Map<String, Stored<ObjectNode>> stored(Laboratory lab) {
        Map<String, Stored<ObjectNode>> stored = new TreeMap<>();
        for (int i = 0; i < PurseWriters.purses(); i++) {
            Entity entity = lab.realm.entityStore.read(GAME, PurseWriters.space(i), "p" + i);
            Stored<ObjectNode> found = PurseWriters.stored(entity);
            if (found != null) {
                stored.put(PurseWriters.place(i), found);
            }
        }
        return stored;
    }

    @Override
    public void check() {
        Laboratory lab = simulation.observer(this::laboratory);
        Map<String, Run> runs = new TreeMap<>();
        lab.runStore.list(GAME, null, 20).forEach(run -> runs.put(run.id(), run));
        PurseLog log = new PurseLog(lab, writers, runs);
        Violation.requireNone(log.violations(), "versions of purses");
        checkRequests(log);
        runs.values().forEach(run -> checkRun(lab, run, log));
        LedgerCheck.check(lab.migrations.history(GAME));
        checkStates(lab, runs);
    }

    private void checkRequests(PurseLog log) {
        List<Operation<Request<Kind>, Answer<Long>>> versions = new ArrayList<>(writers.versions());
        log.madeByRuns()
                .forEach(made -> versions.add(
                        Operation.unknown("run", 0, new Request<>(made.entity(), made + "", Kind.MIGRATE))));
        Violation.requireNone(VersionCheck.check(versions, PurseWriters::after), "versions");
        List<Operation<Commit, List<Made>>> commits = new ArrayList<>(writers.commits());
        commits.addAll(log.commitsOfRuns());
        Violation.requireNone(LogCheck.check(log.entries(), commits), "log");
        Violation.requireNone(MigrationCheck.readable(writers.reads(), PurseForms::fits), "reads");
    }

    /** M5 and M7: exactly the accepted writes are counted, and every record once. */
    private void checkRun(Laboratory lab, Run run, PurseLog log) {
        String name = run.toString();
        assertEquals(false, run.active(), name);
        Progress outcome = Objects.requireNonNull(run.outcome(), name);
        boolean up = run.direction() == Run.Direction.UP;
        simulation.coverage().count("run " + run.direction() + ", " + run.status());
        assertEquals(
                up ? log.ups(run.id()) : log.downs(run.id()), outcome.main().done(), "done of " + name);
        assertEquals(up ? log.downs(run.id()) : 0, outcome.back().done(), "rolled back by " + name);
        Set<String> quarantined = new TreeSet<>();
        lab.quarantine.list(GAME, run.id(), 100).forEach(record -> quarantined.add(record.space() + "/" + record.id()));
        assertEquals(outcome.main().failed() + outcome.back().failed(), quarantined.size(), "quarantined by " + name);
        quarantined.removeIf(place -> !log.upgraded(run.id()).contains(place));
        assertEquals(Set.of(), quarantined, "quarantined and migrated by " + name);
        RunCounts main = outcome.main();
        long sum = main.done() + main.skipped() + main.failed();
        assertEquals(run.total(), sum, name);
        boolean complete = run.status() == MigrationStatus.APPLIED || !up;
        long least = complete ? PurseWriters.lasting() : sum;
        long most = complete ? PurseWriters.lasting() + writers.creations() : sum;
        Violation.requireNone(
                MigrationCheck.progress(
                        progress.getOrDefault(run.id(), List.of()),
                        new Progressed(3, main.done(), main.skipped(), main.failed()),
                        Math.max(least, Math.min(most, sum))),
                "progress of " + name);
    }

    private void checkStates(Laboratory lab, Map<String, Run> runs) {
        boolean applied = MigrationDriver.status(lab) == MigrationStatus.APPLIED;
        Map<String, Stored<ObjectNode>> first = new TreeMap<>();
        for (int i = 0; i < PurseWriters.lasting(); i++) {
            first.put(PurseWriters.place(i), new Stored<>(PurseForms.OLD, 1, writers.first(i)));
        }
        Map<String, Stored<ObjectNode>> last = stored(lab);
        Set<String> touched = new TreeSet<>();
        writers.versions().stream()
                .filter(operation -> operation.input().write() == Kind.INCREMENT
                        || operation.input().write() == Kind.REPAIR)
                .forEach(operation -> touched.add(operation.input().entity()));
        assertEquals(
                applied ? PurseForms.NEW : PurseForms.OLD,
                lab.realm.types.schemaVersion(GAME, "PLAYER_DATA"),
                "schema version of the type");
        if (applied) {
            Set<String> excepted = new TreeSet<>(touched);
            Map<String, Integer> once = new TreeMap<>();
            first.forEach((place, stored) -> {
                if (stored.state().path("hp").intValue() == PurseForms.REJECTED) {
                    excepted.add(place);
                }
                once.put(place, 1);
            });
            Map<String, Stored<ObjectNode>> others = new TreeMap<>(last);
            others.keySet().removeAll(first.keySet());
            others.forEach((place, stored) -> assertEquals(PurseForms.NEW, stored.schema(), place + " " + stored));
            Violation.requireNone(
                    MigrationCheck.transformedOnce(first, last, PurseForms.NEW, PurseForms::up, once, excepted),
                    "applied");
        } else {
            last.forEach((place, stored) -> assertEquals(PurseForms.OLD, stored.schema(), place + " " + stored));
            Violation.requireNone(
                    MigrationCheck.rolledBack(first, last, touched, PurseForms.OLD, Set.of()), "rolled back");
        }
        boolean exact = runs.values().stream().anyMatch(run -> run.order().mode() == Run.Mode.EXACT);
        if (!exact) {
            checkCoins(last);
        }
    }

    /** M3. */
    private void checkCoins(Map<String, Stored<ObjectNode>> last) {
        List<Operation<ConservationCheck.Change, Boolean>> changes = new ArrayList<>();
        writers.versions().stream()
                .filter(operation -> operation.input().write() == Kind.INCREMENT)
                .forEach(operation -> {
                    ConservationCheck.Change change =
                            ConservationCheck.Change.of(operation.input().entity(), 1);
                    Answer<Long> answer = operation.output();
                    changes.add(
                            answer == null
                                    ? Operation.unknown(operation.process(), operation.invoked(), change)
                                    : Operation.answered(
                                            operation.process(),
                                            operation.invoked(),
                                            operation.returned(),
                                            change,
                                            answer.wrote()));
                });
        Set<String> lasting = new TreeSet<>();
        Map<String, Long> coins = new TreeMap<>();
        for (int i = 0; i < PurseWriters.lasting(); i++) {
            String place = PurseWriters.place(i);
            lasting.add(place);
            coins.put(
                    place,
                    Objects.requireNonNull(last.get(place))
                            .state()
                            .path("coins")
                            .longValue());
        }
        changes.removeIf(change -> !lasting.containsAll(change.input().amounts().keySet()));
        Violation.requireNone(
                ConservationCheck.check(
                        Map.of(),
                        changes,
                        List.of(Operation.answered("check", Operation.NEVER - 2, Operation.NEVER - 1, "all", coins))),
                "coins");
    }
}
