package dev.statecraft.migration.run;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.definition;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.registry.LedgerEntry;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.segment.BackupRecord;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.TestDatabase;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.Stopped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * A run whose worker stops or is delayed at any call of DynamoDB has the same result as an undisturbed run: the same
 * entities and versions, ledger, backups and counts. Reads change nothing, so stopping at a read equals stopping after the
 * write before it.
 */
class RunCrashTest {

    private static final List<String> SPACES = List.of("arena", "global", "guild");

    private final TableNames tables = TestDatabase.freshTables();
    private final FaultyDynamo faults = new FaultyDynamo();
    private final Laboratory disturbed = lab(faults);
    private final Laboratory other = lab(new ExecutionInterceptor() {});

    private Laboratory lab(ExecutionInterceptor interceptor) {
        Realm realm = new Realm(tables, Map.of("type-cache", "0s"), interceptor, Clock.systemUTC());
        return new Laboratory(realm, Map.of(), List.of(), interceptor);
    }

    private void prepare(String game, int records, int pageSize, int segments) {
        for (int s = 0; s < SPACES.size(); s++) {
            List<Mutation> mutations = new ArrayList<>();
            for (int i = s; i < records; i += SPACES.size()) {
                int hp = i;
                mutations.add(new Mutation(
                        "n" + i,
                        null,
                        "",
                        old -> new Mutation.Write(
                                "PLAYER_DATA",
                                JsonFixtures.of("{'hp': " + hp + "}"),
                                "0.0.0",
                                null,
                                BY,
                                null,
                                List.of(),
                                0)));
            }
            for (int from = 0; from < mutations.size(); from += 90) {
                other.realm.commits.commit(
                        game, SPACES.get(s), mutations.subList(from, Math.min(mutations.size(), from + 90)));
            }
        }
        other.register(
                game,
                definition(
                        "1.1.0",
                        "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'},"
                                + " {'op': 'increment', 'path': 'health', 'by': 1}]}",
                        ", 'invariants': [{'expression': '1'}], 'options': {'segments': " + segments + ", 'pageSize': "
                                + pageSize + "}"));
    }

    /** The result of a run, as text by key. */
    private Map<String, String> result(String game) {
        Map<String, String> result = new TreeMap<>();
        for (String space : SPACES) {
            for (Entity entity :
                    other.realm.reader.list(game, space, null, null, 1_000).entities()) {
                result.put(
                        space + "/" + entity.id(),
                        entity.version() + " " + entity.schemaVersion() + " " + JsonValues.canonical(entity.json()));
            }
        }
        for (LedgerEntry entry : other.migrations.history(game)) {
            result.put(
                    "ledger " + entry.seq(),
                    entry.action() + " " + entry.version() + " " + entry.by() + " " + entry.reason() + " "
                            + entry.checksum() + " " + entry.run() + " " + entry.error());
        }
        for (Run run : other.runStore.list(game, null, 10)) {
            Progress outcome = run.outcome();
            result.put(
                    run.id(),
                    run.status() + " " + run.total() + " "
                            + (outcome == null ? null : outcome.main() + " " + outcome.back() + " " + outcome.sums()));
            backups(game, run, result);
        }
        result.put("schema", other.realm.types.schemaVersion(game, "PLAYER_DATA"));
        Registration migration = other.migration(game, "1.1.0");
        result.put(
                "migration", migration.status() + " " + migration.application().backups());
        return result;
    }

    private void backups(String game, Run run, Map<String, String> result) {
        for (int segment = 0; segment < run.segments(); segment++) {
            String after = null;
            for (var part = other.backupStore.next(game, run.id(), segment, null);
                    part.isPresent();
                    part = other.backupStore.next(game, run.id(), segment, after)) {
                after = part.get().key();
                for (BackupRecord record : part.get().records()) {
                    String key = "backup " + run.id() + " " + part.get().space() + "/" + record.id();
                    String twice = result.put(
                            key,
                            record.version() + " " + record.schemaVersion() + " "
                                    + JsonValues.canonical(record.state()));
                    assertEquals(null, twice, key);
                }
            }
        }
    }

    private void up(Laboratory lab, String game) {
        lab.apply(game);
    }

    private void down(Laboratory lab, String game) {
        lab.runs.rollBack(game, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "r", BY, 0);
        lab.drive(game);
    }

    @Test
    void runInterruptedAfterAnyWriteHasTheSameResult() {
        String reference = "reference";
        prepare(reference, 4, 2, 1);
        up(other, reference);
        Map<String, String> expected = result(reference);
        boolean interrupted = true;
        int write = 0;
        while (interrupted) {
            write++;
            String game = "up" + write;
            prepare(game, 4, 2, 1);
            interrupted = interrupts(write, () -> up(disturbed, game));
            up(other, game);
            assertEquals(expected, result(game), "stopped after write " + write);
        }
        assertTrue(write > 9, "only " + write + " writes");
    }

    @Test
    void rollbackInterruptedAfterAnyWriteHasTheSameResult() {
        String reference = "reference";
        prepare(reference, 4, 3, 1);
        up(other, reference);
        down(other, reference);
        Map<String, String> expected = result(reference);
        boolean interrupted = true;
        int write = 0;
        while (interrupted) {
            write++;
            String game = "down" + write;
            prepare(game, 4, 3, 1);
            up(other, game);
            interrupted = interrupts(write, () -> down(disturbed, game));
            other.drive(game);
            assertEquals(expected, result(game), "stopped after write " + write);
        }
        assertTrue(write > 9, "only " + write + " writes");
    }

    @Test
    void workerDelayedUntilAnotherFinishedChangesNothing() {
        String reference = "reference";
        prepare(reference, 3, 2, 1);
        faults.heal();
        up(disturbed, reference);
        int writes = faults.writes();
        Map<String, String> expected = result(reference);
        // Before the first write no run exists that another worker could finish.
        for (int write = 1; write < writes; write++) {
            String game = "held" + write;
            prepare(game, 3, 2, 1);
            faults.beforeWrite(write, () -> other.drive(game));
            up(disturbed, game);
            faults.heal();
            assertEquals(expected, result(game), "delayed before write " + write + " of " + writes);
        }
    }

    @Test
    void repeatedlyInterruptedLargeRunHasTheSameResult() {
        String reference = "reference";
        prepare(reference, 200, 40, 2);
        up(other, reference);
        Map<String, String> applied = result(reference);
        down(other, reference);
        Map<String, String> rolledBack = result(reference);
        int distance = 31;
        String game = "larger";
        prepare(game, 200, 40, 2);
        int deaths = countInterruptions(game, distance, () -> up(disturbed, game));
        assertTrue(deaths > 2, deaths + " interruptions");
        assertEquals(applied, result(game), "stopped after every " + distance + " calls");
        other.runs.rollBack(game, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "r", BY, 0);
        countInterruptions(game, distance, () -> disturbed.drive(game));
        assertEquals(rolledBack, result(game), "rollback stopped after every " + distance + " calls");
    }

    /** Whether the work has so many writes; if so, it is stopped after the last of them. */
    private boolean interrupts(int write, Runnable work) {
        faults.stopAfterWrites(write);
        try {
            work.run();
            return false;
        } catch (Stopped stopped) {
            return true;
        } finally {
            faults.heal();
        }
    }

    private int countInterruptions(String game, int distance, Runnable work) {
        for (int deaths = 0; deaths < 100; deaths++) {
            faults.stopAfterCalls(distance + deaths);
            try {
                work.run();
                faults.heal();
                return deaths;
            } catch (Stopped stopped) {
                faults.heal();
            }
        }
        throw new AssertionError(game + " makes no progress");
    }
}
