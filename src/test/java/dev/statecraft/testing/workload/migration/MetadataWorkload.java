package dev.statecraft.testing.workload.migration;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunCounts;
import dev.statecraft.replication.Realm;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.history.MigrationCheck.Stored;
import dev.statecraft.testing.history.Violation;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import dev.statecraft.testing.workload.BoardAtRest;
import dev.statecraft.testing.workload.LeaderboardFunctions;
import dev.statecraft.testing.workload.Requests;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * A migration of the metadata of leaderboard entries, of one board or of all, while game servers submit scores and change
 * metadata, and boards are created, deleted and reset. It is applied, changed on its way, rolled back and applied again, by
 * state machines whose instances die, repeat their steps and meet each other.
 */
public final class MetadataWorkload implements Workload {

    private static final int SERVERS = 3;
    private static final int REQUESTS = 9;

    /** Longer than the latest write: three pauses of {@link LateCalls}, the cache of boards and some slow calls. */
    private static final String SETTLE_AFTER = "30s";

    private final Simulation simulation;
    private final TableNames tables;
    private final Map<String, String> settings;
    private final String options;
    private final String target;
    private final boolean finallyRolledBack;
    private final LeaderboardFunctions functions;
    private final Fleet<Laboratory> operators;
    private final MetadataWriters writers;
    private final MigrationDriver driver;

    /** The workload of one run. */
    public MetadataWorkload(Simulation simulation) {
        this.simulation = simulation;
        tables = simulation.database().freshTables();
        Random random = simulation.random();
        settings = Map.of(
                "lease",
                random.nextBoolean() ? "1s" : "200ms",
                "schema-cache",
                "0s",
                "settle-after",
                SETTLE_AFTER,
                "rollback-on-failure",
                random.nextInt(4) == 0 ? "false" : "true");
        target = random.nextBoolean() ? "*" : MetadataWriters.BOARDS.get(random.nextInt(MetadataWriters.BOARDS.size()));
        finallyRolledBack = random.nextInt(3) == 0;
        boolean invalid = random.nextInt(3) == 0;
        options = "{'segments': %d, 'pageSize': %d, 'canaryPercent': %d, 'failureThreshold': {'count': %d}}"
                .formatted(1 + random.nextInt(3), 1 + random.nextInt(4), 30 * random.nextInt(2), random.nextInt(3));
        functions = LeaderboardFunctions.of(
                simulation,
                tables,
                random.nextBoolean() ? 1 : 3,
                (machine, client, names, of) ->
                        new Arena(machine, LateCalls.ofBoards(simulation, client, names), names, of));
        operators = simulation.fleet("operators", 1, this::delayed);
        writers = new MetadataWriters(simulation, functions.api(), invalid);
        driver = new MigrationDriver(simulation, operators, simulation.fleet("step", 1, this::delayed));
    }

    private Laboratory delayed(Machine machine, DynamoDbClient client) {
        return laboratory(machine, LateCalls.ofBoards(simulation, client, tables));
    }

    private Laboratory laboratory(Machine machine, DynamoDbClient client) {
        return new Laboratory(machine, client, new Realm(machine, client, tables, Map.of()), settings, List.of());
    }

    @Override
    public void prepare() {
        writers.prepare();
        functions.start();
        Requests.repeated(
                simulation,
                operators,
                "register",
                lab -> lab.register(GAME, MetadataForms.definition(target, options)));
    }

    @Override
    public void start() {
        for (int i = 0; i < SERVERS; i++) {
            String name = "server" + i;
            simulation.caller(name, () -> writers.serve(name, REQUESTS));
        }
        simulation.caller("boards", writers::operate);
        simulation.caller("operator", driver::operate);
        driver.schedule();
    }

    @Override
    public void settle() {
        driver.settle(simulation.observer(this::laboratory), finallyRolledBack, this::stored);
        boards().keySet().forEach(functions::settle);
    }

    /** The boards that exist. */
    private Map<String, Board> boards() {
        Arena arena = functions.observer();
        Map<String, Board> boards = new TreeMap<>();
        MetadataWriters.BOARDS.forEach(id -> arena.boards.read(GAME, id).ifPresent(board -> boards.put(id, board)));
        return boards;
    }

    private Map<String, Stored<String>> stored(Laboratory lab) {
        Map<String, Stored<String>> stored = new TreeMap<>();
        boards().forEach((id, board) -> new BoardAtRest(functions.observer(), board)
                .entries()
                .forEach((season, entries) -> entries.forEach(entry -> stored.put(
                        id + "/" + season + "/" + entry.playerId(),
                        new Stored<>(schema(entry.metadataSchema()), entry.version(), entry.toString())))));
        return stored;
    }

    private static String schema(@Nullable String stored) {
        return stored == null ? MetadataForms.OLD : stored;
    }

    private boolean isTargeted(String board) {
        return target.equals("*") || target.equals(board);
    }

    @Override
    public void check() {
        Laboratory lab = simulation.observer(this::laboratory);
        List<Run> runs = lab.runStore.list(GAME, null, 20);
        boolean exact = runs.stream().anyMatch(run -> run.order().mode() == Run.Mode.EXACT);
        MetadataHistory history = new MetadataHistory(
                simulation.database().streams(), tables.entries(), writers.sent(), this::isTargeted, exact);
        Violation.requireNone(history.violations(), "writes of entries");
        checkRuns(runs, history);
        LedgerCheck.check(lab.migrations.history(GAME));
        boolean applied = MigrationDriver.status(lab) == MigrationStatus.APPLIED;
        boards().forEach((id, board) -> {
            BoardAtRest rest = new BoardAtRest(functions.observer(), board, true);
            rest.check();
            if (!writers.isDeleted(id)) {
                writers.history(id).check(board, rest.entries());
            }
            String expected = applied && isTargeted(id) ? MetadataForms.NEW : MetadataForms.OLD;
            if (board.scored()) {
                assertEquals(expected, schema(board.metadataSchema()), "schema version of " + id);
            }
            rest.entries().getOrDefault(board.season(), List.of()).forEach(entry -> checkEntry(id, entry, expected));
        });
        if (!applied) {
            TreeSet<String> left = new TreeSet<>(history.converted());
            left.removeIf(place -> boards().entrySet().stream()
                    .noneMatch(one ->
                            place.startsWith(one.getKey() + "/" + one.getValue().epoch() + "/")));
            assertEquals(new TreeSet<>(), left, "converted and not rolled back");
        }
        simulation.coverage().count("metadata, " + MigrationDriver.status(lab));
    }

    /** Every write of a run is counted, and every entry once. */
    private static void checkRuns(List<Run> runs, MetadataHistory history) {
        long ups = 0;
        long downs = 0;
        for (Run run : runs) {
            assertEquals(false, run.active(), run.toString());
            Progress outcome = Objects.requireNonNull(run.outcome(), run.toString());
            RunCounts main = outcome.main();
            assertEquals(run.total(), main.done() + main.skipped() + main.failed(), run.toString());
            boolean up = run.direction() == Run.Direction.UP;
            ups += up ? main.done() : 0;
            downs += up ? outcome.back().done() : main.done();
        }
        assertEquals(history.ups(), ups, "converted by " + runs);
        assertEquals(history.downs(), downs, "rolled back by " + runs);
    }

    private static void checkEntry(String board, Entry entry, String expected) {
        String metadata = entry.metadata();
        if (metadata != null && !schema(entry.metadataSchema()).equals(expected)) {
            boolean quarantined =
                    expected.equals(MetadataForms.NEW) && MetadataForms.isRejected(MetadataForms.parsed(metadata));
            assertEquals(true, quarantined, board + " has " + entry + " instead of schema version " + expected);
        }
    }
}
