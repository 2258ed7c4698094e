package dev.statecraft.testing.workload;

import static dev.statecraft.leaderboard.Arena.GAME;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.StreamRecords;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Schedule;
import dev.statecraft.testing.simulation.SimulatedStream;
import dev.statecraft.testing.simulation.Simulation;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The functions of leaderboards in one run: the API, the function that counts the stream of entries, and the schedule. */
public final class LeaderboardFunctions {

    private static final Duration UPKEEP = Duration.ofSeconds(2);
    private static final int MOST_RUNS = 100;

    /** Creates the services of an instance. */
    public interface Boot {
        Arena arena(Machine machine, DynamoDbClient client, TableNames tables, Map<String, String> settings);
    }

    private final Simulation simulation;
    private final TableNames tables;
    private final Map<String, String> settings = new TreeMap<>();
    private final Boot boot;
    private final Fleet<Arena> api;
    private final SimulatedStream<Arena> stream;
    private final Schedule<Arena> upkeep;

    private LeaderboardFunctions(Simulation simulation, TableNames tables, boolean cached, int atOnce, Boot boot) {
        this.simulation = simulation;
        this.tables = tables;
        this.boot = boot;
        settings.put("statecraft.leaderboard.board-cache", cached ? "PT1S" : "PT0S");
        settings.put("statecraft.leaderboard.rank-nodes.checked-after", cached ? "PT2S" : "PT0S");
        settings.put("statecraft.leaderboard.receipts.least", "64");
        api = simulation.fleet("api", atOnce, this::arena);
        stream = simulation.stream(
                tables.entries(),
                simulation.fleet("stream", 1, this::arena),
                (arena, records) ->
                        StreamRecords.processed(records, arena.counter.count(StreamRecords.scalars(records))));
        upkeep = new Schedule<>(
                simulation,
                simulation.fleet("schedule", 1, this::arena),
                UPKEEP,
                arena -> arena.upkeep.run(GAME, () -> true));
    }

    /** Functions with a drawn cache of boards. */
    public static LeaderboardFunctions of(Simulation simulation, TableNames tables, int atOnce, Boot boot) {
        return new LeaderboardFunctions(simulation, tables, !simulation.random().nextBoolean(), atOnce, boot);
    }

    /** Functions with a drawn cache of boards, whose instances serve a drawn number of requests at a time. */
    public static LeaderboardFunctions of(Simulation simulation, TableNames tables) {
        boolean cached = !simulation.random().nextBoolean();
        int atOnce = simulation.random().nextBoolean() ? 1 : 3;
        return new LeaderboardFunctions(simulation, tables, cached, atOnce, Arena::new);
    }

    private Arena arena(Machine machine, DynamoDbClient client) {
        return boot.arena(machine, client, tables, settings);
    }

    public Fleet<Arena> api() {
        return api;
    }

    /** Services that look at the stored data. */
    public Arena observer() {
        return simulation.observer(this::arena);
    }

    /** Starts the stream and the schedule. */
    public void start() {
        stream.start("entries");
        upkeep.start("upkeep");
    }

    /** Waits until every change is counted, every closed season is finalized and no rank tree is rebuilt. */
    public void settle(String board) {
        Arena observer = observer();
        Board current = observer.board(board);
        for (int i = 0; i < MOST_RUNS; i++) {
            simulation.until(stream::isDrained);
            current = observer.board(board);
            if (current.seasons().unfinished().isEmpty() && current.mending() == null) {
                return;
            }
            simulation.pause(UPKEEP);
        }
        throw new AssertionError("the schedule does not finish " + current);
    }
}
