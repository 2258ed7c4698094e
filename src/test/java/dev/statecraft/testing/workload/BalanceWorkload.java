package dev.statecraft.testing.workload;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Trees;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import dev.statecraft.testing.workload.Requests.Reply;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Servers pay coins from one account to another in atomic batches. A guard, of the update or of the type, forbids a
 * negative balance. In every version no balance is negative, and the sum of all balances never changes.
 */
final class BalanceWorkload implements Workload {

    private static final String TYPE = "ACCOUNT";
    private static final int ACCOUNTS = 4;
    private static final int SERVERS = 6;
    private static final int PAYMENTS = 8;
    private static final int FIRST_BALANCE = 5;

    private final Simulation simulation;
    private final TableNames tables;
    private final Fleet<Realm> api;
    private final boolean guardedByType;
    private final Map<String, Boolean> answers = new TreeMap<>();
    private final Set<String> sent = new TreeSet<>();

    BalanceWorkload(Simulation simulation) {
        this.simulation = simulation;
        Random random = simulation.random();
        guardedByType = random.nextInt(3) == 0;
        boolean busy = random.nextBoolean();
        tables = simulation.database().freshTables();
        Map<String, String> settings = busy
                ? Map.of("type-cache", "0s", "combining.busy-for", "30s")
                : Map.of("type-cache", guardedByType ? "0s" : "1h");
        api = simulation.fleet("api", busy ? 1 : 3, (machine, client) -> new Realm(machine, client, tables, settings));
    }

    private static Guard notNegative() {
        return ((GuardReader.Read) GuardReader.parse("guard", Trees.json("{'/coins': {'min': 0}}"), 20)).guard();
    }

    @Override
    public void prepare() {
        if (guardedByType) {
            EntityType type = new EntityType(
                    TYPE,
                    Strategy.SERVER_WINS,
                    Strategy.SERVER_WINS,
                    new TreeMap<>(),
                    true,
                    false,
                    null,
                    notNegative(),
                    null);
            Requests.once(simulation, api, "type", realm -> {
                realm.types.put(GAME, type);
                return true;
            });
        }
        for (int i = 0; i < ACCOUNTS; i++) {
            String id = account(i);
            Requests.once(simulation, api, "create " + id, realm -> {
                CommitResult created = realm.create(id, TYPE, "{'coins': " + FIRST_BALANCE + "}");
                return Realm.done(created);
            });
        }
    }

    private static String account(int number) {
        return "account" + number;
    }

    @Override
    public void start() {
        for (int i = 0; i < SERVERS; i++) {
            String name = "server" + i;
            simulation.caller(name, () -> serve(name));
        }
    }

    private void serve(String server) {
        Random random = simulation.random();
        for (int i = 0; i < PAYMENTS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(40)));
            int from = random.nextInt(ACCOUNTS);
            int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
            pay(server + "-" + i, account(from), account(to), 1 + random.nextInt(2 * FIRST_BALANCE));
        }
    }

    private void pay(String id, String from, String to, int coins) {
        sent.add(id);
        Optional<Reply<List<CommitResult>>> reply =
                Requests.replied(simulation, api, "pay " + id, payment(id, from, to, coins));
        if (reply.isEmpty()) {
            return;
        }
        CommitResult debit = reply.get().answer().get(0);
        if (debit instanceof Done) {
            answers.put(id, true);
            return;
        }
        if (debit instanceof Refused refused) {
            simulation.coverage().count("guard failed");
            Guard.Violation violation = assertInstanceOf(Rejection.GuardFailed.class, refused.rejection())
                    .violation();
            long balance = refused.current().json().get("coins").longValue();
            assertEquals(balance - coins, violation.value().longValue(), id);
            assertTrue(balance < coins, id + " was refused with " + balance + " for " + coins);
            // An earlier attempt that was not answered may still be applied.
            if (reply.get().alone()) {
                answers.put(id, false);
            }
        }
    }

    private Function<Realm, List<CommitResult>> payment(String id, String from, String to, int coins) {
        Source source = new Source(id, null);
        IdempotencyKey key = new IdempotencyKey(id, coins + " to " + to);
        EntityUpdate debit = new EntityUpdate(
                Realm.operations("{'increment': {'coins': -" + coins + "}}").edit(),
                null,
                null,
                new TreeMap<>(),
                null,
                guardedByType ? Guard.NONE : notNegative(),
                SessionUse.NONE,
                null);
        EntityUpdate credit = Realm.operations("{'increment': {'coins': " + coins + "}}");
        return realm -> realm.commits.commitAtomically(
                GAME,
                SPACE,
                List.of(
                        realm.entities.mutation(GAME, from, debit, source, key),
                        realm.entities.mutation(GAME, to, credit, source, key)));
    }

    @Override
    public void settle() {
        // All payments have been answered or given up, and no stream is read.
    }

    @Override
    public void check() {
        Realm realm = simulation.observer((machine, client) -> new Realm(machine, client, tables, Map.of()));
        Map<String, Entity> accounts = new TreeMap<>();
        Map<String, Long> changes = new HashMap<>();
        for (LogEntry entry : realm.log(SPACE)) {
            for (Change change : entry.changes()) {
                String id = change.entityId();
                Entity before = accounts.getOrDefault(id, Entity.none(SPACE, id));
                Entity after = change.applyTo(before, entry.at(), entry.seq(), PackedJson.NEVER);
                assertTrue(coins(after) >= 0, change.by() + " left " + coins(after) + " in " + id);
                accounts.put(id, after);
                changes.merge(change.by(), 1L, Long::sum);
            }
            long sum =
                    accounts.values().stream().mapToLong(BalanceWorkload::coins).sum();
            assertEquals((long) accounts.size() * FIRST_BALANCE, sum, "sum after commit " + entry.seq());
        }
        assertEquals(ACCOUNTS, accounts.size());
        for (String id : sent) {
            long made = changes.getOrDefault(id, 0L);
            Boolean paid = answers.get(id);
            assertTrue(
                    paid == null ? made == 0 || made == 2 : made == (paid ? 2 : 0),
                    id + " made " + made + " versions, answered " + paid);
        }
        accounts.forEach(
                (id, account) -> assertEquals(account.json(), realm.read(id).json(), id));
    }

    private static long coins(Entity account) {
        return account.json().get("coins").longValue();
    }
}
