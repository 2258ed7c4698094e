package dev.statecraft.migration;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.definition;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.StepService;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.Plan;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.segment.SegmentWork;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.bench.Bench;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Throughput and consumed capacity of runs, compared with a plain loop over the same table. */
@Tag("bench")
class MigrationRunBench {

    private static final int RECORDS = 2_000;
    private static final int SPACES = 40;
    private static final String UP = "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}";
    private static final SemanticVersion VERSION = SemanticVersion.of("1.1.0");

    @RegisterExtension
    final Bench bench = new Bench();

    private final TableNames tables = bench.tablesToFill(false);
    private final Random random = new Random(1);

    private Laboratory lab(DynamoDbClient dynamo, String... settings) {
        Map<String, String> more = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            more.put(settings[i], settings[i + 1]);
        }
        Machine machine = bench.machine();
        return new Laboratory(
                machine, dynamo, new Realm(machine, dynamo, bench::streams, tables, Map.of()), more, List.of());
    }

    @Test
    void recordsPerSecondAndCapacity() throws Exception {
        fill("warm", RECORDS, 1_000);
        migrate("warm", 4, true);
        for (int segments : new int[] {1, 4}) {
            String game = "bare" + segments;
            fill(game, RECORDS, 1_000);
            bare(game, segments);
            fill("run" + segments, RECORDS, 1_000);
            migrate("run" + segments, segments, true);
        }
        fill("without", RECORDS, 1_000);
        migrate("without", 4, false);
    }

    private void migrate(String game, int segments, boolean backup) {
        Laboratory lab = lab(bench.client(), "backup-before-migration", "" + backup);
        register(lab, game, segments);
        bench.start();
        long startNanos = bench.nanos();
        lab.runs.apply(game, null, null, BY, 600_000);
        Bench.print(
                "%-10s %d segments%s %6.0f records/s  %s a record",
                game,
                segments,
                backup ? "" : ", no backup",
                RECORDS / seconds(startNanos),
                bench.use().per(RECORDS));
        assertEquals(MigrationStatus.APPLIED, lab.lastRun(game).status());
    }

    /** Reads every record and writes it if it has not changed, as a script would. */
    private void bare(String game, int threads) throws Exception {
        ExecutorService pool = bench.clients(threads);
        bench.start();
        long startNanos = bench.nanos();
        List<Future<Integer>> parts = IntStream.range(0, threads)
                .mapToObj(part -> pool.submit(() -> barePart(game, part, threads)))
                .toList();
        int done = 0;
        for (Future<Integer> part : parts) {
            done += part.get();
        }
        pool.shutdown();
        assertEquals(RECORDS, done);
        Bench.print(
                "bare loop  %d threads  %6.0f records/s  %s a record",
                threads, RECORDS / seconds(startNanos), bench.use().per(RECORDS));
    }

    private int barePart(String game, int part, int parts) {
        int done = 0;
        try (DynamoDbClient dynamo = bench.client()) {
            for (var item : dynamo.scanPaginator(scan -> scan.tableName(tables.entities())
                            .segment(part)
                            .totalSegments(parts)
                            .filterExpression("tpk = :tpk")
                            .expressionAttributeValues(Map.of(":tpk", AttributeValue.fromS(game + "#PLAYER_DATA"))))
                    .items()) {
                ObjectNode state = (ObjectNode)
                        PackedJson.stored(item.get("st").b().asByteArray()).value();
                state.set("health", state.remove("hp"));
                byte[] packed = PackedJson.of(state, 256).bytes();
                dynamo.updateItem(update -> update.tableName(tables.entities())
                        .key(Map.of("pk", item.get("pk"), "sk", item.get("sk")))
                        .updateExpression("SET st = :st, v = v + :one")
                        .conditionExpression("v = :v")
                        .expressionAttributeValues(Map.of(
                                ":st", AttributeValue.fromB(SdkBytes.fromByteArray(packed)),
                                ":one", AttributeValue.fromN("1"),
                                ":v", item.get("v"))));
                done++;
            }
        }
        return done;
    }

    @Test
    void resumeAfterKill() {
        fill("killed", RECORDS, 1_000);
        Laboratory lab = lab(bench.client());
        register(lab, "killed", 1);
        lab.runs.apply("killed", null, null, BY, 0);
        String run = String.valueOf(lab.steps.advance("killed", () -> 60_000).run());
        // A worker that takes the lease, processes some records and stops without releasing the lease.
        FaultyDynamo faults = new FaultyDynamo();
        Laboratory dying = lab(bench.client(faults));
        faults.stopAfterWrites(12);
        try {
            dying.work("killed", run, 0);
            throw new AssertionError("the worker did not stop");
        } catch (FaultyDynamo.Stopped stopped) {
            Bench.print("killed after %d records", handled(lab, "killed", run));
        }
        bench.start();
        long startNanos = bench.nanos();
        long before = handled(lab, "killed", run);
        SegmentWork held = lab.segments.work("killed", run, 0, null, () -> 60_000);
        while (handled(lab, "killed", run) == before) {
            lab.segments.work("killed", run, 0, held.seen(), () -> 4_000);
        }
        Bench.print(
                "resumed, the first page included, but for the wait for the lease (%s): %.0f ms, %s",
                "15s by default", seconds(startNanos) * 1_000, bench.use().per(1));
        lab.drive("killed");
        assertEquals(MigrationStatus.APPLIED, lab.lastRun("killed").status());
    }

    private static long handled(Laboratory lab, String game, String run) {
        return Progress.of(lab.segmentStore.list(game, run, 1)).main().done();
    }

    @Test
    void planning() {
        for (int records : new int[] {1_000, 10_000}) {
            String game = "planned" + records;
            fill(game, records, 1_000);
            Laboratory lab = lab(bench.client());
            Definition definition = definition("1.1.0", UP, "");
            MigrationService.New registered = (MigrationService.New) lab.register(game, definition);
            bench.start();
            long startNanos = bench.nanos();
            Plan plan = lab.plans.plan(game, definition, registered.registration());
            Bench.print(
                    "plan of %6d records, %d tried: %.0f ms, %s",
                    plan.matching(),
                    plan.sampled(),
                    seconds(startNanos) * 1_000,
                    bench.use().per(1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 10_000, 100_000})
    void memory(int records) {
        String game = "memory" + records;
        fill(game, records, 100);
        Laboratory lab = lab(bench.preparingClient());
        register(lab, game, 4);
        lab.runs.apply(game, null, null, BY, 0);
        long startNanos = bench.nanos();
        long most = 0;
        while (true) {
            StepService.Next next = lab.steps.advance(game, () -> 600_000);
            if (next.done()) {
                break;
            }
            for (int segment : next.segments()) {
                for (boolean done = false; !done; ) {
                    long until = bench.nanos() + 20_000_000_000L;
                    done = lab.segments
                            .work(
                                    game,
                                    String.valueOf(next.run()),
                                    segment,
                                    null,
                                    () -> (until - bench.nanos()) / 1_000_000)
                            .done();
                    most = Math.max(most, heap());
                }
            }
        }
        Bench.print(
                "%6d records of 100 bytes: %4.1f MB of heap at most, %5.0f records/s on one thread",
                records, most / 1e6, records / seconds(startNanos));
        assertEquals(MigrationStatus.APPLIED, lab.lastRun(game).status());
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void register(Laboratory lab, String game, int segments) {
        lab.register(game, definition("1.1.0", UP, ", 'options': {'segments': " + segments + ", 'canaryPercent': 0}"));
        assertEquals(VERSION, lab.migration(game, "1.1.0").version());
    }

    /** Creates records whose states have this many bytes of JSON; deflated, about half of that. */
    private void fill(String game, int records, int bytes) {
        Laboratory lab = lab(bench.preparingClient());
        for (int s = 0; s < SPACES; s++) {
            List<Mutation> mutations = new ArrayList<>();
            for (int i = s; i < records; i += SPACES) {
                ObjectNode state = JsonFixtures.of("{'hp': " + i + "}");
                for (int k = 0; state.toString().length() < bytes; k++) {
                    state.put("item" + k, random.nextInt(1_000_000));
                }
                mutations.add(new Mutation(
                        "n" + i,
                        null,
                        "",
                        old -> new Mutation.Write("PLAYER_DATA", state, "0.0.0", null, BY, null, List.of(), 0)));
            }
            for (int from = 0; from < mutations.size(); from += 90) {
                lab.realm.commits.commit(
                        game, "space" + s, mutations.subList(from, Math.min(mutations.size(), from + 90)));
            }
        }
    }

    private double seconds(long startNanos) {
        return (bench.nanos() - startNanos) / 1e9;
    }
}
