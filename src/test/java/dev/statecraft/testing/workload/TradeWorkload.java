package dev.statecraft.testing.workload;

import static dev.statecraft.replication.Realm.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Replica;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.TransactionCommits.Applied;
import dev.statecraft.replication.commit.TransactionCommits.Refused;
import dev.statecraft.replication.commit.TransactionCommits.Replayed;
import dev.statecraft.replication.commit.TransactionCommits.Reused;
import dev.statecraft.replication.commit.TransactionCommits.TransactionResult;
import dev.statecraft.replication.entity.EntityService.Decided;
import dev.statecraft.replication.feed.Feed;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.history.LogCheck;
import dev.statecraft.testing.history.LogCheck.Commit;
import dev.statecraft.testing.history.LogCheck.Made;
import dev.statecraft.testing.history.Operation;
import dev.statecraft.testing.history.Violation;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import dev.statecraft.testing.workload.Requests.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Traders move coins between purses of three spaces, and update the same purses alone. A guard rejects a trade that would
 * leave a purse in debt. Readers follow each space.
 */
public final class TradeWorkload implements Workload {

    private static final List<String> SPACES = List.of("north", "south", "west");
    private static final List<String> PURSES = List.of("p0", "p1");
    private static final int TRADERS = 5;
    private static final int REQUESTS = 6;

    private final Simulation simulation;
    private final TableNames tables;
    private final Fleet<Realm> api;
    private final Map<String, List<EntityKey>> trades = new TreeMap<>();
    private final List<Operation<Commit, List<Made>>> commits = new ArrayList<>();
    private final Map<String, Replica> replicas = new TreeMap<>();
    private long instant;

    /** The workload of one run. */
    public TradeWorkload(Simulation simulation) {
        this.simulation = simulation;
        tables = simulation.database().freshTables();
        Random random = simulation.random();
        api = simulation.fleet(
                "api",
                random.nextInt(3) == 0 ? 3 : 1,
                (machine, client) -> new Realm(
                        machine,
                        client,
                        tables,
                        Map.of(
                                "type-cache",
                                "0s",
                                "combining.busy-for",
                                random.nextInt(4) == 0 ? "100ms" : "30s",
                                "combining.longest-wait",
                                random.nextInt(4) == 0 ? "200ms" : "10s")));
    }

    @Override
    public void prepare() {
        Realm realm = simulation.observer((machine, client) -> new Realm(machine, client, tables, Map.of()));
        for (String space : SPACES) {
            for (String purse : PURSES) {
                Entity made = Realm.done(realm.create(space, purse, "UI_STATE", "{'coins': 4, 'n': 0}"));
                Commit creation = new Commit(space, "server", false, PURSES);
                long invoked = ++instant;
                commits.add(Operation.answered(
                        "server", invoked, ++instant, creation, List.of(new Made(purse, made.version(), "server"))));
            }
        }
    }

    @Override
    public void start() {
        for (int i = 0; i < TRADERS; i++) {
            String name = "trader" + i;
            simulation.caller(name, () -> serve(name));
        }
        for (String space : SPACES) {
            Replica replica = new Replica("reader of " + space);
            replicas.put(space, replica);
            simulation.caller("reader of " + space, () -> follow(space, replica));
        }
    }

    private void serve(String trader) {
        Random random = simulation.random();
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(40)));
            String id = trader + "-" + i;
            if (random.nextInt(4) == 0) {
                play(trader, id, purse(random));
            } else {
                trade(trader, id);
            }
        }
    }

    private static EntityKey purse(Random random) {
        return new EntityKey(SPACES.get(random.nextInt(SPACES.size())), PURSES.get(random.nextInt(PURSES.size())));
    }

    /** An update of one purse that does not change its coins. */
    private void play(String trader, String id, EntityKey purse) {
        IdempotencyKey identity = new IdempotencyKey(id, "play");
        EntityUpdate update = Realm.operations("{'increment': {'n': 1}}");
        long invoked = ++instant;
        Optional<Reply<CommitResult>> reply =
                Requests.replied(simulation, api, "play " + id + " " + purse, realm -> ((Decided) realm.entities.update(
                                GAME, purse.space(), purse.id(), update, new Source(id, null), identity))
                        .result());
        Commit commit = new Commit(purse.space(), id, true, List.of(purse.id()));
        commits.add(
                reply.isPresent() && reply.get().answer() instanceof Done done
                        ? Operation.answered(
                                trader,
                                invoked,
                                ++instant,
                                commit,
                                List.of(new Made(purse.id(), done.entity().version(), id)))
                        : Operation.unknown(trader, invoked, commit));
    }

    private void trade(String trader, String id) {
        Random random = simulation.random();
        int receivers = 1 + random.nextInt(3);
        Source source = new Source(id, null);
        List<SyncService.Update> updates = new ArrayList<>();
        updates.add(update(purse(random), payment(receivers), source));
        for (int i = 0; i < receivers; i++) {
            updates.add(update(purse(random), Realm.operations("{'increment': {'coins': 1}}"), source));
        }
        if (random.nextInt(8) == 0) {
            updates.add(update(new EntityKey("west", "nobody"), Realm.operations("{'set': {'a': 1}}"), source));
        }
        Collections.shuffle(updates, random);
        send(trader, id, updates);
    }

    private static SyncService.Update update(EntityKey purse, EntityUpdate update, Source source) {
        return new SyncService.Update(
                purse.space(), purse.id(), update, source, new IdempotencyKey(null, update.toString()));
    }

    /** Takes coins unless the purse has too few. */
    private static EntityUpdate payment(int coins) {
        EntityUpdate taking = Realm.operations("{'increment': {'coins': -" + coins + "}}");
        GuardReader.Reading guard = GuardReader.parse("guard", Realm.json("{'coins': {'min': 0}}"), 1);
        return new EntityUpdate(
                taking.edit(),
                null,
                null,
                new TreeMap<>(),
                null,
                ((GuardReader.Read) guard).guard(),
                SessionUse.NONE,
                null);
    }

    private void send(String trader, String id, List<SyncService.Update> updates) {
        trades.put(
                id,
                updates.stream()
                        .map(update -> new EntityKey(update.space(), update.entityId()))
                        .toList());
        long invoked = ++instant;
        Optional<Reply<TransactionResult>> reply = Requests.replied(
                simulation,
                api,
                "trade " + id + " " + trades.get(id),
                realm -> realm.transactions.apply(GAME, id, updates));
        long returned = ++instant;
        Optional<List<Long>> versions = reply.flatMap(answer -> versions(answer.answer(), answer.alone()));
        Map<String, List<Integer>> bySpace = new TreeMap<>();
        for (int i = 0; i < updates.size(); i++) {
            bySpace.computeIfAbsent(updates.get(i).space(), space -> new ArrayList<>())
                    .add(i);
        }
        bySpace.forEach((space, indexes) -> {
            Commit commit = new Commit(
                    space,
                    id,
                    true,
                    indexes.stream().map(index -> updates.get(index).entityId()).toList());
            commits.add(versions.map(made -> Operation.answered(
                            trader,
                            invoked,
                            returned,
                            commit,
                            made.isEmpty()
                                    ? List.<Made>of()
                                    : indexes.stream()
                                            .map(index ->
                                                    new Made(updates.get(index).entityId(), made.get(index), id))
                                            .toList()))
                    .orElseGet(() -> Operation.unknown(trader, invoked, commit)));
        });
    }

    /** The versions that a trade made; none for a rejected one. Empty if it is not known whether it was applied. */
    private Optional<List<Long>> versions(TransactionResult result, boolean alone) {
        if (result instanceof Applied applied) {
            return Optional.of(applied.versions().stream().map(Entity::version).toList());
        }
        if (result instanceof Replayed replayed) {
            simulation.coverage().count("trade repeated");
            return Optional.of(replayed.results().stream()
                    .map(one -> ((Done) one).entity().version())
                    .toList());
        }
        if (result instanceof Reused) {
            throw new AssertionError("the id of a repeated trade is answered as that of another request");
        }
        if (result instanceof Refused) {
            simulation.coverage().count("trade rejected");
            // A rejection is not remembered: an earlier attempt that is still under way may be applied.
            return alone ? Optional.of(List.of()) : Optional.empty();
        }
        return Optional.empty();
    }

    private void follow(String space, Replica replica) {
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(200)));
            Requests.once(simulation, api, "pull " + space, realm -> pull(realm, space, replica))
                    .ifPresent(replica::take);
        }
    }

    private static Feed pull(Realm realm, String space, Replica replica) {
        return realm.feeds.pull(GAME, space, replica.cursor, new AnswerBudget(900));
    }

    @Override
    public void settle() {
        replicas.forEach((space, replica) -> {
            for (boolean more = true; more; ) {
                Feed feed = Requests.repeated(simulation, api, "last pull", realm -> pull(realm, space, replica))
                        .orElseThrow();
                replica.take(feed);
                more = feed.more();
            }
        });
    }

    @Override
    public void check() {
        Realm realm = simulation.observer((machine, client) -> new Realm(machine, client, tables, Map.of()));
        QueueWrites.count(simulation, tables, "space");
        Map<String, List<LogEntry>> logs = new TreeMap<>();
        SPACES.forEach(space -> logs.put(space, realm.log(space)));
        Violation.requireNone(
                LogCheck.check(
                        logs.entrySet().stream()
                                .collect(Collectors.toMap(Map.Entry::getKey, log -> log.getValue().stream()
                                        .map(CommitWorkload::entry)
                                        .toList())),
                        commits),
                "logs");
        Map<EntityKey, Entity> replayed = new TradeLog(logs, trades).replay();
        for (String space : SPACES) {
            Map<String, Entity> current = new TreeMap<>();
            for (String purse : PURSES) {
                Entity entity = realm.reader.read(GAME, space, purse);
                current.put(purse, entity);
                Entity last = Objects.requireNonNull(replayed.get(new EntityKey(space, purse)));
                assertEquals(last.version(), entity.version());
                assertEquals(last.json(), entity.json());
            }
            Objects.requireNonNull(replicas.get(space)).assertHolds(current);
        }
    }
}
