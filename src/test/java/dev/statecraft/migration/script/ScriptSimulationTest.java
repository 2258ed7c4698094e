package dev.statecraft.migration.script;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Run.Direction;
import dev.statecraft.migration.run.Script;
import dev.statecraft.migration.script.ScriptAttemptService.Done;
import dev.statecraft.migration.script.ScriptAttemptService.Ended;
import dev.statecraft.migration.script.ScriptLeaseService.Attempt;
import dev.statecraft.migration.script.ScriptLeaseService.Leased;
import dev.statecraft.migration.script.ScriptLeaseService.Nothing;
import dev.statecraft.migration.script.ScriptLeaseService.Wait;
import dev.statecraft.replication.Realm;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.simulation.CallOutcome;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Seeds;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import dev.statecraft.testing.workload.migration.LedgerCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Game servers perform a script on instances that die, and on a network that loses and delays requests. */
class ScriptSimulationTest {

    private static final long FIRST = Long.getLong("first", 1);
    private static final long SEEDS = Long.getLong("seeds", 60);

    @Test
    void scriptEndsAsItsAcceptedAttemptsSay() {
        new Seeds("scripts", ScriptWorkload::new).run(FIRST, SEEDS);
    }

    private static final class ScriptWorkload implements Workload {

        private static final int SERVERS = 3;
        private static final int MAX_ATTEMPTS = 2;
        private static final Duration PATIENCE = Duration.ofSeconds(30);

        /** An attempt whose end was accepted, and whether it succeeded. */
        private record Accepted(Direction direction, boolean succeeded) {}

        private final Simulation simulation;
        private final TableNames tables;
        private final Fleet<Laboratory> api;
        private final Map<String, Accepted> accepted = new TreeMap<>();

        /** What a server sent and may or may not have been accepted. */
        private final Map<String, List<Accepted>> sent = new TreeMap<>();

        private final Map<String, String> backups = new TreeMap<>();
        private final int failing;

        ScriptWorkload(Simulation simulation) {
            this.simulation = simulation;
            tables = simulation.database().freshTables();
            failing = simulation.random().nextInt(4);
            api = simulation.fleet("api", 2, this::laboratory);
        }

        private Laboratory laboratory(Machine machine, DynamoDbClient client) {
            return new Laboratory(
                    machine,
                    client,
                    new Realm(machine, client, tables, Map.of("type-cache", "0s")),
                    Map.of(
                            "max-migration-attempts", "" + MAX_ATTEMPTS,
                            "migration-timeout", "20s",
                            "script.poll", "4s"),
                    List.of());
        }

        @Override
        public void prepare() {
            Laboratory lab = simulation.observer(this::laboratory);
            lab.register(ScriptServer.script("1.0.0"));
            lab.runs.apply(GAME, null, null, BY, 0);
        }

        @Override
        public void start() {
            for (int i = 0; i < SERVERS; i++) {
                String name = "server" + i;
                simulation.caller(name, () -> serve(name, 12));
            }
            simulation.caller("operator", () -> {
                Random random = simulation.random();
                simulation.pause(Duration.ofMillis(random.nextInt(4_000)));
                if (random.nextInt(4) == 0) {
                    call(
                            "cancel",
                            lab -> lab.runs.cancel(GAME, lab.lastRun(GAME).id()));
                } else if (random.nextBoolean()) {
                    call("roll back", lab -> lab.runs.rollBack(GAME, ScriptServer.VERSION, Run.Mode.SMART, "r", BY, 0));
                }
            });
        }

        private <R> Optional<R> call(String what, Function<Laboratory, R> request) {
            return api.call(what, PATIENCE, request) instanceof CallOutcome.Answered<R> answered
                    ? Optional.of(answered.answer())
                    : Optional.empty();
        }

        private void serve(String name, int requests) {
            String seen = null;
            for (int i = 0; i < requests; i++) {
                seen = turn(name, seen);
            }
        }

        /** One lease request and, if an attempt is granted, the attempt. Returns what to send with the next request. */
        private @Nullable String turn(String name, @Nullable String seen) {
            Optional<Leased> leased =
                    call("lease", lab -> lab.scriptLeases.lease(GAME, ScriptServer.VERSION, name, seen));
            if (leased.isPresent() && leased.get() instanceof Attempt attempt) {
                perform(name, attempt);
            } else if (leased.isPresent() && leased.get() instanceof Wait wait) {
                simulation.pause(Duration.ofMillis(wait.waitMillis()));
                return wait.seen();
            } else {
                simulation.pause(Duration.ofMillis(simulation.random().nextInt(1_000)));
            }
            return null;
        }

        private void perform(String name, Attempt attempt) {
            Random random = simulation.random();
            if (!simulation.isCalm() && random.nextInt(6) == 0) {
                // The server dies.
                return;
            }
            String backup = name + attempt.lease();
            if (attempt.direction() == Direction.UP && attempt.backup().parts() == 0) {
                backups.put(backup, attempt.lease());
                call(
                        "backup",
                        lab -> lab.scriptAttempts.backup(
                                GAME,
                                ScriptServer.VERSION,
                                attempt.lease(),
                                0,
                                JsonNodeFactory.instance.textNode(backup)));
            } else if (attempt.backup().value() != null) {
                assertTrue(backups.containsKey(attempt.backup().value().textValue()), "an unknown backup");
            }
            simulation.pause(Duration.ofMillis(random.nextInt(random.nextInt(3) == 0 ? 60_000 : 2_000)));
            boolean success = random.nextInt(4) >= failing;
            Accepted result = new Accepted(attempt.direction(), success);
            sent.computeIfAbsent(attempt.lease(), lease -> new ArrayList<>()).add(result);
            Optional<Ended> ended = call(
                    "complete",
                    lab -> lab.scriptAttempts.complete(
                            GAME, ScriptServer.VERSION, attempt.lease(), success, "m", List.of()));
            if (ended.isPresent() && ended.get() instanceof Done done && !done.replayed()) {
                assertEquals(null, accepted.put(attempt.lease(), result), "accepted twice: " + attempt.lease());
            }
        }

        @Override
        public void settle() {
            for (int i = 0; i < 200; i++) {
                Laboratory lab = simulation.observer(this::laboratory);
                if (lab.scriptLeases.lease(GAME, ScriptServer.VERSION, "last", null) instanceof Nothing) {
                    return;
                }
                turn("last", null);
                String seen = turn("taker", null);
                for (int j = 0; j < 8; j++) {
                    seen = turn("taker", seen);
                }
            }
        }

        @Override
        public void check() {
            Laboratory lab = simulation.observer(this::laboratory);
            LedgerCheck.check(lab.migrations.history(GAME));
            for (Run run : lab.runStore.list(GAME, null, 10)) {
                check(run, lab.scriptStore.read(GAME, run));
            }
        }

        /** The end of a run is that of an attempt which a server has sent. */
        private void check(Run run, Script script) {
            String context = run + " " + script + " accepted " + accepted + " sent " + sent;
            assertEquals(false, run.active(), context);
            assertTrue(script.attempt() <= MAX_ATTEMPTS, context);
            List<Accepted> of = new ArrayList<>();
            sent.forEach((lease, results) -> {
                if (lease.startsWith(run.id() + ":")) {
                    of.addAll(results);
                }
            });
            simulation.coverage().count("script " + run.direction() + ", " + run.status());
            if (run.status() == MigrationStatus.APPLIED) {
                assertTrue(of.contains(new Accepted(Direction.UP, true)), context);
            }
            if (run.status() == MigrationStatus.ROLLED_BACK) {
                assertTrue(of.contains(new Accepted(Direction.DOWN, true)), context);
            }
            if (script.completed() > 0) {
                List<Accepted> last = sent.getOrDefault(run.id() + ":" + script.completed(), List.of());
                assertTrue(
                        last.stream().anyMatch(result -> result.succeeded() == script.succeeded()),
                        "the result of another attempt: " + context);
            }
            boolean applied = accepted.entrySet().stream()
                    .anyMatch(one -> one.getKey().startsWith(run.id() + ":")
                            && one.getValue().equals(new Accepted(Direction.UP, true)));
            if (applied) {
                assertTrue(
                        run.status() == MigrationStatus.APPLIED || run.stopping() == MigrationStatus.CANCELLED,
                        context);
            }
        }
    }
}
