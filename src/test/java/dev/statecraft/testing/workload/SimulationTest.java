package dev.statecraft.testing.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.testing.fault.FaultKind;
import dev.statecraft.testing.simulation.Coverage;
import dev.statecraft.testing.simulation.Seeds;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import dev.statecraft.testing.workload.migration.MetadataWorkload;
import dev.statecraft.testing.workload.migration.MigrationWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the workloads with many seeds: {@code -Dseeds} of each, from {@code -Dfirst} on, or {@code -Dseed} alone. Each
 * regression line is a seed that once failed.
 */
class SimulationTest {

    /** Seeds of each workload in {@code verify}. */
    private static final long SEEDS = Long.getLong("seeds", 100);

    private static final long FIRST = Long.getLong("first", 1);

    private static final Path REPORT = Path.of("target", "simulation", "report.txt");

    /** Number of test methods that run many seeds. */
    private static final int WORKLOADS = 13;

    private static final List<String> KINDS = Stream.concat(
                    Stream.of(FaultKind.values()).map(FaultKind::name),
                    Stream.of(
                            "batch delivered again",
                            "caller gave up",
                            "combined commit",
                            "conflict parked",
                            "conflict with a transaction in flight",
                            "delivery at the same time",
                            "failed batch",
                            "guard failed",
                            "instance died",
                            "message acknowledged",
                            "partial batch",
                            "schedule late",
                            "schedule missed",
                            "schedule on two instances",
                            "session taken over after its time to live",
                            "shard split",
                            "trade rejected",
                            "trade repeated",
                            "write of a queue: entry",
                            "write of a queue: matches",
                            "write of a queue: space"))
            .toList();

    private static final List<Seeds> RUNS = new ArrayList<>();

    private static void run(String name, Function<Simulation, Workload> workload) {
        Seeds seeds = new Seeds(name, workload);
        Long seed = Long.getLong("seed");
        seeds.run(seed == null ? FIRST : seed, seed == null ? SEEDS : 1);
        RUNS.add(seeds);
    }

    @Test
    void commits() {
        run("commits", CommitWorkload::new);
    }

    /**
     * 2273: a client that joined between the items of a commit received a snapshot without it, and never learned of the
     * change.
     */
    @ParameterizedTest
    @ValueSource(longs = 2273)
    void commitsRegression(long seed) {
        new Seeds("commits", CommitWorkload::new).run(seed, 1);
    }

    @Test
    void busySpaces() {
        run("busySpaces", CommitWorkload::busy);
    }

    @Test
    void balances() {
        run("balances", BalanceWorkload::new);
    }

    @Test
    void migrations() {
        run("migrations", MigrationWorkload::new);
    }

    /**
     * 28: a step failed, because another one had ended the run between its two reads. 25: a page that was in flight when its
     * run ended without a rollback still migrated purses, which no count and no later rollback knew. 94: a purse that was
     * repaired during the run counted as failed and as done. 217: a purse that was created while the last phase began stayed
     * in the old form, so that game servers of the new release could not read it. Faults whose seeds are lost are held by
     * StepServiceTest, SegmentServiceTest and RunInFlightTest.
     */
    @ParameterizedTest
    @ValueSource(longs = {25, 28, 94, 217})
    void migrationsRegression(long seed) {
        new Seeds("migrations", MigrationWorkload::new).run(seed, 1);
    }

    /**
     * Its first seeds found: a board that was created while a run changed the schema version, whose scores were never
     * migrated; a season whose marker a slower clock replaced, so that it was never finalized; and a rollback that restored an
     * older one of two backups. MetadataSchemaTest, ClosingTest and RunRollbackTest hold these faults.
     */
    @Test
    void metadata() {
        run("metadata", MetadataWorkload::new);
    }

    @Test
    void boards() {
        run("boards", BoardWorkload::new);
    }

    /**
     * What these seeds found, and what a player would have seen:
     *
     * <ul>
     *   <li>26, 32, 56, 77, 103: around a reset, instances with an old and a new board applied one submission to both
     *       seasons, so that a retry counted twice.
     *   <li>39, 44, 100: {@code asOf} ignored lanes that had counted nothing, so that a rank claimed to count scores that it
     *       did not.
     *   <li>22: a player was sixth of five while a score was being counted.
     *   <li>131: a repeated reset was answered before every instance saw it, so that a score sent after the reset counted in
     *       the closed season.
     *   <li>297: a board whose read took long was cached too long, with the same effect.
     *   <li>242: a season that closed during a rebuild of its rank tree was finalized with 0 entries, so that nobody got
     *       the rewards by percentile.
     *   <li>484: a player tied with themselves, because a score that was never stored alone had the millisecond of another
     *       player's write.
     *   <li>779: a first score for the old rank tree arrived after the rebuild had passed its lane, so that the player was
     *       in no rank until the next score.
     *   <li>150: the SDK sent the number of distinct scores of a node twice, the second attempt was rejected because of the
     *       first, and the number was not propagated, so that dense ranks were one too low.
     *   <li>17: a score was taken for counted, because another player's write with the time of a faster clock was counted, so
     *       that a player was counted twice.
     *   <li>474: a player was counted twice, because the rank tree had counted a later score than that of the entry that was
     *       read before.
     * </ul>
     */
    @ParameterizedTest
    @ValueSource(longs = {17, 103, 131, 150, 242, 297, 474, 484, 779})
    void boardsRegression(long seed) {
        new Seeds("boards", BoardWorkload::new).run(seed, 1);
    }

    @Test
    void matches() {
        run("matches", MatchWorkload::new);
    }

    @Test
    void reviews() {
        run("reviews", ReviewWorkload::new);
    }

    @Test
    void syncs() {
        run("syncs", SyncWorkload::new);
    }

    /**
     * 214, 914: a player subscribed to an entity and unsubscribed between two pulls, of which the later one ended early. Its
     * cursor said that the client had the entity, so that the client failed to verify its checksum.
     */
    @ParameterizedTest
    @ValueSource(longs = {214, 914})
    void syncsRegression(long seed) {
        new Seeds("syncs", SyncWorkload::new).run(seed, 1);
    }

    @Test
    void sessions() {
        run("sessions", SessionWorkload::new);
    }

    @Test
    void events() {
        run("events", EventWorkload::new);
    }

    @Test
    void erasures() {
        run("erasures", ErasureWorkload::new);
    }

    @Test
    void trades() {
        run("trades", TradeWorkload::new);
    }

    /**
     * 1123: a repeated trade found its receipt in one purse and not in the other, because a batch read is not a snapshot, and
     * its answer had no version of the other purse.
     */
    @ParameterizedTest
    @ValueSource(longs = 1123)
    void tradesRegression(long seed) {
        new Seeds("trades", TradeWorkload::new).run(seed, 1);
    }

    /** Writes the report, and fails if a kind of fault never happened. */
    @AfterAll
    static void report() throws IOException {
        Coverage coverage = new Coverage();
        StringBuilder report = new StringBuilder();
        RUNS.forEach(seeds -> {
            coverage.add(seeds.coverage());
            report.append(seeds).append('\n');
        });
        report.append(coverage);
        Files.createDirectories(REPORT.getParent());
        Files.writeString(REPORT, report);
        if (RUNS.size() == WORKLOADS && SEEDS >= 100 && Long.getLong("seed") == null) {
            List<String> missing =
                    KINDS.stream().filter(kind -> coverage.of(kind) == 0).toList();
            assertEquals(List.of(), missing, "faults that never happened:\n" + report);
        }
    }
}
