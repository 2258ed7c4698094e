package dev.statecraft.replication.transaction;

import static dev.statecraft.replication.state.JsonValues.canonical;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.TransactionCommits.Applied;
import dev.statecraft.replication.commit.TransactionCommits.Refused;
import dev.statecraft.replication.commit.TransactionCommits.Replayed;
import dev.statecraft.replication.commit.TransactionCommits.Reused;
import dev.statecraft.replication.commit.TransactionCommits.TransactionResult;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random transactions, against a model of purses that evaluates each of them in memory. */
class TransactionModelTest {

    private static final int TRANSACTIONS = 250;
    private static final int SPACES = 4;
    private static final int PURSES = 3;

    /** A payment to a purse, or from it if the amount is negative. */
    private record Payment(EntityKey purse, long coins) {}

    /** A transaction that was applied, with its results as text. */
    private record Earlier(List<Payment> payments, List<String> results) {}

    private final Market market = new Market();
    private final Map<EntityKey, Long> coins =
            new TreeMap<>((one, other) -> one.toString().compareTo(other.toString()));
    private final Map<EntityKey, Long> versions = new HashMap<>();
    private final Map<String, Earlier> applied = new TreeMap<>();
    private final List<String> commits = new ArrayList<>();

    /** The ids of the transactions of each purse. An id belongs to the purses of its transaction only. */
    private final Map<EntityKey, Set<String>> used = new HashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyTransaction_hasTheResultOfTheModel(long seed) {
        Random random = new Random(seed);
        for (int space = 0; space < SPACES; space++) {
            for (int purse = 0; purse < PURSES; purse++) {
                EntityKey key = new EntityKey("s" + space, "p" + purse);
                market.create(key.space(), key.id(), "{'coins': 50}");
                coins.put(key, 50L);
                versions.put(key, 1L);
            }
        }
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < TRANSACTIONS; i++) {
            boolean again = !applied.isEmpty() && random.nextInt(4) == 0;
            String id = again ? "t" + random.nextInt(i) : "t" + i;
            Earlier earlier = applied.get(id);
            List<Payment> payments = earlier != null && random.nextBoolean() ? earlier.payments() : payments(random);
            String expected = expected(id, payments);
            TransactionResult result = market.apply(
                    id, payments.stream().map(TransactionModelTest::update).toArray(SyncService.Update[]::new));
            assertEquals(expected, text(result), "seed " + seed + ", transaction " + id + " " + payments);
            outcomes.merge(result.getClass().getSimpleName(), 1, Integer::sum);
        }
        coins.forEach((purse, expected) -> {
            assertEquals(expected, market.number(purse.space(), purse.id(), "coins"), "seed " + seed + " " + purse);
            assertEquals(
                    versions.get(purse), market.read(purse.space(), purse.id()).version(), "seed " + seed);
        });
        assertLogs(seed);
        assertEquals(4, outcomes.size(), () -> "seed " + seed + ": " + outcomes);
    }

    /** Moves coins between purses, or changes a purse that does not exist. */
    private static List<Payment> payments(Random random) {
        List<Payment> payments = new ArrayList<>();
        long left = 0;
        for (int i = random.nextInt(4); i >= 0; i--) {
            long amount = random.nextInt(-20, 25);
            payments.add(new Payment(purse(random, random.nextInt(25) == 0), amount));
            left -= amount;
        }
        payments.add(new Payment(purse(random, false), left));
        return payments;
    }

    private static EntityKey purse(Random random, boolean missing) {
        return new EntityKey("s" + random.nextInt(SPACES), missing ? "none" : "p" + random.nextInt(PURSES));
    }

    private static SyncService.Update update(Payment payment) {
        EntityUpdate edit = Realm.operations("{'increment': {'coins': " + payment.coins() + "}}");
        GuardReader.Read guard = (GuardReader.Read) GuardReader.parse("guard", Realm.json("{'coins': {'min': 0}}"), 1);
        return Market.update(
                payment.purse().space(),
                payment.purse().id(),
                new EntityUpdate(edit.edit(), null, null, new TreeMap<>(), null, guard.guard(), SessionUse.NONE, null),
                payment.toString());
    }

    /** Evaluates a transaction on the model; an applied one changes the model. */
    private String expected(String id, List<Payment> payments) {
        Earlier earlier = applied.get(id);
        if (earlier != null && earlier.payments().equals(payments)) {
            return "replayed " + earlier.results();
        }
        if (payments.stream().anyMatch(payment -> used.getOrDefault(payment.purse(), Set.of())
                .contains(id))) {
            return "reused";
        }
        Map<EntityKey, Long> after = new HashMap<>(coins);
        Map<EntityKey, Long> next = new HashMap<>(versions);
        List<String> results = new ArrayList<>();
        for (Payment payment : payments) {
            Long balance = after.get(payment.purse());
            if (balance == null || balance + payment.coins() < 0) {
                return "refused " + results.size();
            }
            after.put(payment.purse(), balance + payment.coins());
            results.add(payment.purse() + " " + next.merge(payment.purse(), 1L, Long::sum) + " "
                    + after.get(payment.purse()));
        }
        coins.putAll(after);
        versions.putAll(next);
        applied.put(id, new Earlier(payments, results));
        payments.stream()
                .map(payment -> payment.purse().space())
                .distinct()
                .forEach(space -> commits.add(id + " in " + space));
        payments.forEach(payment ->
                used.computeIfAbsent(payment.purse(), purse -> new HashSet<>()).add(id));
        return "applied " + results;
    }

    private static String text(TransactionResult result) {
        if (result instanceof Applied done) {
            return "applied " + texts(done.versions());
        }
        if (result instanceof Replayed replayed) {
            return "replayed "
                    + texts(replayed.results().stream()
                            .map(one -> ((Done) one).entity())
                            .toList());
        }
        return result instanceof Refused refused
                ? "refused " + refused.index()
                : result instanceof Reused ? "reused" : result.toString();
    }

    private static List<String> texts(List<Entity> versions) {
        return versions.stream()
                .map(entity -> new EntityKey(entity.space(), entity.id()) + " " + entity.version() + " "
                        + entity.json().get("coins"))
                .toList();
    }

    /** Each applied transaction is one commit in each of its spaces, and the logs make the entities. */
    private void assertLogs(long seed) {
        List<String> found = new ArrayList<>();
        for (int space = 0; space < SPACES; space++) {
            String name = "s" + space;
            for (LogEntry entry : market.realm.log(name)) {
                if (entry.transactionId() != null) {
                    found.add(entry.transactionId() + " in " + name);
                }
            }
            market.realm
                    .replayed(name)
                    .forEach((id, entity) -> assertEquals(
                            canonical(market.read(name, id).json()), canonical(entity.json()), "seed " + seed));
        }
        Collections.sort(found);
        Collections.sort(commits);
        assertEquals(commits, found, "seed " + seed);
    }
}
