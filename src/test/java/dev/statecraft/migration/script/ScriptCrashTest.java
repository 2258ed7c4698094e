package dev.statecraft.migration.script;

import static dev.statecraft.migration.Laboratory.BY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.registry.LedgerEntry;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Run.Direction;
import dev.statecraft.migration.script.ScriptLeaseService.Attempt;
import dev.statecraft.migration.script.ScriptLeaseService.Leased;
import dev.statecraft.migration.script.ScriptLeaseService.Nothing;
import dev.statecraft.replication.Realm;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.TestDatabase;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.Stopped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * A script whose requests stop or are delayed at any write has the same result as an undisturbed one: the same ledger,
 * counts and backup, with the exception of the number of attempts. No two game servers hold a valid lease.
 */
class ScriptCrashTest {

    private final TableNames tables = TestDatabase.freshTables();
    private final FaultyDynamo faults = new FaultyDynamo();
    private final Laboratory disturbed = lab(faults);
    private final Laboratory other = lab(new ExecutionInterceptor() {});

    private Laboratory lab(ExecutionInterceptor interceptor) {
        return new Laboratory(
                new Realm(tables, Map.of("type-cache", "0s"), interceptor, Clock.systemUTC()),
                Map.of("max-migration-attempts", "2"),
                List.of(),
                interceptor);
    }

    /** The script of the tests: stores a backup of two parts if there is none, and succeeds unless it may not. */
    private boolean perform(ScriptServer server, Attempt attempt, boolean succeeds) {
        if (attempt.direction() == Direction.UP && !"ab".equals(backup(attempt))) {
            server.backup(attempt, 0, JsonNodeFactory.instance.textNode("a"));
            server.backup(attempt, 1, JsonNodeFactory.instance.textNode("b"));
        }
        if (attempt.direction() == Direction.DOWN) {
            assertEquals("ab", backup(attempt));
        }
        return succeeds || attempt.direction() == Direction.DOWN;
    }

    private static String backup(Attempt attempt) {
        return attempt.backup().value() == null ? "" : attempt.backup().value().textValue();
    }

    private Nothing work(Laboratory lab, String game, String name, boolean succeeds) {
        ScriptServer server = new ScriptServer(lab, game, name);
        return server.work(attempt -> perform(server, attempt, succeeds));
    }

    private void up(Laboratory lab, String game, String name, boolean succeeds) {
        lab.runs.apply(game, null, null, BY, 0);
        work(lab, game, name, succeeds);
    }

    private void down(Laboratory lab, String game, String name) {
        if (other.migration(game, "1.0.0").status() == MigrationStatus.APPLIED) {
            lab.runs.rollBack(game, ScriptServer.VERSION, Run.Mode.SMART, "r", BY, 0);
        }
        work(lab, game, name, true);
    }

    private Map<String, String> result(String game) {
        Map<String, String> result = new TreeMap<>();
        for (LedgerEntry entry : other.migrations.history(game)) {
            result.put(
                    "ledger " + entry.seq(),
                    entry.action() + " " + entry.version() + " " + entry.by() + " " + entry.run() + " "
                            + String.valueOf(entry.error()).replaceFirst("message: .*", "message"));
        }
        for (Run run : other.runStore.list(game, null, 10)) {
            Progress outcome = run.outcome();
            result.put(
                    run.id(),
                    run.status() + " " + run.total() + " " + run.sources() + " "
                            + (outcome == null ? null : outcome.main() + " " + outcome.back()));
        }
        Registration migration = other.migration(game, "1.0.0");
        result.put(
                "migration", migration.status() + " " + migration.application().backups());
        return result;
    }

    private void register(String game) {
        other.register(game, ScriptServer.script("1.0.0"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void scriptInterruptedAfterAnyWriteHasTheSameResult(boolean succeeds) {
        register("reference");
        up(other, "reference", "two", succeeds);
        Map<String, String> expected = result("reference");
        boolean interrupted = true;
        int write = 0;
        while (interrupted) {
            write++;
            String game = "up" + write;
            register(game);
            interrupted = interrupts(write, () -> up(disturbed, game, "one", succeeds));
            if (interrupted && !other.migration(game, "1.0.0").status().equals(MigrationStatus.ROLLED_BACK)) {
                up(other, game, "two", succeeds);
            }
            assertEquals(expected, result(game), "stopped after write " + write);
        }
        assertTrue(write > 6, "only " + write + " writes");
    }

    @Test
    void rollbackInterruptedAfterAnyWriteHasTheSameResult() {
        register("reference");
        up(other, "reference", "two", true);
        down(other, "reference", "two");
        Map<String, String> expected = result("reference");
        boolean interrupted = true;
        int write = 0;
        while (interrupted) {
            write++;
            String game = "down" + write;
            register(game);
            up(other, game, "two", true);
            interrupted = interrupts(write, () -> down(disturbed, game, "one"));
            down(other, game, "two");
            assertEquals(expected, result(game), "stopped after write " + write);
        }
        assertTrue(write > 4, "only " + write + " writes");
    }

    @Test
    void serverDelayedUntilAnotherFinishedChangesNothing() {
        register("reference");
        faults.heal();
        up(disturbed, "reference", "one", true);
        int writes = faults.writes();
        Map<String, String> expected = result("reference");
        // Before the first write no run exists that another server could finish.
        for (int write = 1; write < writes; write++) {
            String game = "held" + write;
            register(game);
            faults.beforeWrite(write, () -> work(other, game, "two", true));
            up(disturbed, game, "one", true);
            faults.heal();
            assertEquals(expected, result(game), "delayed before write " + write + " of " + writes);
        }
    }

    /** Servers that ask, store, complete and vanish in any order: of all leases only the last one is accepted. */
    @Test
    void onlyTheLastLeaseIsAccepted() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20; round++) {
            String game = "race" + round;
            register(game);
            other.runs.apply(game, null, null, BY, 0);
            List<ScriptServer> servers = new ArrayList<>();
            for (String name : List.of("a", "b", "c")) {
                servers.add(new ScriptServer(other, game, name));
            }
            List<Attempt> granted = new ArrayList<>();
            Attempt open = null;
            for (int step = 0; step < 400; step++) {
                ScriptServer server = servers.get(random.nextInt(3));
                if (random.nextInt(10) > 0 || granted.isEmpty()) {
                    Leased leased = server.lease();
                    if (leased instanceof Nothing) {
                        break;
                    }
                    if (leased instanceof Attempt attempt && !granted.contains(attempt)) {
                        granted.add(attempt);
                        open = attempt;
                    }
                } else {
                    Attempt attempt = granted.get(random.nextInt(granted.size()));
                    boolean accepted = random.nextBoolean()
                            ? server.complete(attempt, random.nextBoolean(), "m")
                                            instanceof ScriptAttemptService.Done done
                                    && !done.replayed()
                            : server.backup(attempt, 0, JsonNodeFactory.instance.textNode("x"))
                                    instanceof ScriptAttemptService.Kept;
                    assertTrue(
                            !accepted
                                    || attempt.equals(open)
                                    || (open != null && attempt.lease().equals(open.lease())),
                            "seed " + seed + " round " + round);
                }
            }
        }
    }

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
}
