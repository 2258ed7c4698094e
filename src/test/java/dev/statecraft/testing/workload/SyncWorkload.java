package dev.statecraft.testing.workload;

import static dev.statecraft.replication.Realm.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Replica;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.ConflictResolution.Choice;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.commit.ParkedConflict;
import dev.statecraft.replication.entity.EntityService.Decided;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.entity.EntityService.Parked;
import dev.statecraft.replication.entity.EntityService.Updated;
import dev.statecraft.replication.feed.PlayerFeed;
import dev.statecraft.replication.feed.SyncService.Update;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Schedule;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Game servers send updates of two spaces that are based on old versions, so that some become parked conflicts. Two
 * judges and a schedule resolve them. A player subscribes to entities and follows them.
 */
public final class SyncWorkload implements Workload {

    private static final List<String> SPACES = List.of("north", "south");
    private static final List<String> ENTITIES = List.of("e0", "e1");
    private static final String PLAYER = "ada";
    private static final String TYPE = "DUEL";
    private static final int SERVERS = 3;
    private static final int REQUESTS = 6;

    private final Simulation simulation;
    private final TableNames tables;
    private final Fleet<Realm> api;
    private final TreeSet<String> sent = new TreeSet<>();
    private final TreeSet<String> applied = new TreeSet<>();
    private final TreeMap<String, TreeSet<Choice>> resolutions = new TreeMap<>();
    private final Replica replica = new Replica("player");

    /** The workload of one run. */
    public SyncWorkload(Simulation simulation) {
        this.simulation = simulation;
        tables = simulation.database().freshTables();
        api = simulation.fleet("api", simulation.random().nextBoolean() ? 1 : 3, this::realm);
    }

    private Realm realm(Machine machine, DynamoDbClient client) {
        return new Realm(machine, client, tables, Map.of("type-cache", "0s"));
    }

    @Override
    public void prepare() {
        Realm realm = simulation.observer(this::realm);
        realm.types.put(GAME, new EntityType(TYPE, Strategy.MANUAL, Strategy.SERVER_WINS, new TreeMap<>(), true, null));
        for (String space : SPACES) {
            for (String entity : ENTITIES) {
                NewEntity created = new NewEntity(entity, TYPE, Realm.json("{'hp': 0, 'log': []}"), null);
                realm.entities.create(GAME, space, created, Realm.SERVER, new IdempotencyKey(null, ""));
            }
        }
        Fleet<Realm> schedule = simulation.fleet("schedule", 1, this::realm);
        new Schedule<>(simulation, schedule, Duration.ofSeconds(20), instance -> {
                    int unused = instance.conflicts.resolveOverdue(GAME);
                })
                .start("overdue conflicts");
    }

    @Override
    public void start() {
        for (int i = 0; i < SERVERS; i++) {
            String name = "server" + i;
            simulation.caller(name, () -> serve(name));
        }
        for (int i = 0; i < 2; i++) {
            String name = "judge" + i;
            simulation.caller(name, () -> judge(name));
        }
        simulation.caller("player", this::play);
    }

    private void serve(String server) {
        Random random = simulation.random();
        Map<String, Long> known = new TreeMap<>();
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(150)));
            List<Update> updates = new ArrayList<>();
            for (int j = 0; j <= random.nextInt(3); j++) {
                String id = server + "-" + i + "-" + j;
                updates.add(update(server, id, known));
                sent.add(id);
            }
            Optional<List<Updated>> answers =
                    Requests.repeated(simulation, api, "push", realm -> realm.sync.push(GAME, updates));
            for (int j = 0; answers.isPresent() && j < updates.size(); j++) {
                Update update = updates.get(j);
                if (answers.get().get(j) instanceof Decided decided && decided.result() instanceof Done done) {
                    applied.add(update.source().by());
                    known.put(
                            update.space() + "/" + update.entityId(),
                            done.entity().version());
                } else if (answers.get().get(j) instanceof Parked) {
                    simulation.coverage().count("conflict parked");
                }
            }
        }
    }

    private Update update(String server, String id, Map<String, Long> known) {
        Random random = simulation.random();
        String space = SPACES.get(random.nextInt(SPACES.size()));
        String entity = ENTITIES.get(random.nextInt(ENTITIES.size()));
        String operations = "{'set': {'hp': " + random.nextInt(1_000) + "}, 'append': {'log': ['" + id + "']}}";
        EntityUpdate.Edit edit = Realm.operations(operations).edit();
        long base = known.getOrDefault(space + "/" + entity, 1L);
        return new Update(
                space,
                entity,
                new EntityUpdate(edit, base, null, new TreeMap<>(), null),
                new Source(id, null),
                new IdempotencyKey(id, server + operations));
    }

    private void judge(String name) {
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(500)));
            List<ParkedConflict> parked = Requests.once(
                            simulation, api, "conflicts", realm -> realm.conflicts.list(GAME, null, 10))
                    .map(page -> page.conflicts())
                    .orElse(List.of());
            for (ParkedConflict conflict : parked) {
                Choice choice = simulation.random().nextBoolean() ? Choice.SERVER : Choice.CLIENT;
                Requests.repeated(
                                simulation,
                                api,
                                "resolve",
                                realm -> realm.conflicts.resolve(GAME, conflict.id(), choice, null, name))
                        .ifPresent(result -> resolved(conflict.id(), result));
            }
        }
    }

    private void resolved(String id, ConflictService.ResolveResult result) {
        if (result instanceof ConflictService.Done done) {
            resolutions
                    .computeIfAbsent(id, key -> new TreeSet<>())
                    .add(done.resolution().choice());
        } else if (result instanceof ConflictService.ResolvedDifferently other) {
            resolutions
                    .computeIfAbsent(id, key -> new TreeSet<>())
                    .add(other.resolution().choice());
        }
    }

    private void play() {
        Random random = simulation.random();
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(300)));
            String space = SPACES.get(random.nextInt(SPACES.size()));
            String entity = ENTITIES.get(random.nextInt(ENTITIES.size()));
            if (random.nextInt(3) == 0) {
                Requests.repeated(
                        simulation,
                        api,
                        "unsubscribe",
                        realm -> realm.players.unsubscribe(GAME, PLAYER, space, entity));
            } else {
                Requests.repeated(
                        simulation, api, "subscribe", realm -> realm.players.subscribe(GAME, PLAYER, space, entity));
            }
            pull().ifPresent(replica::take);
        }
    }

    private Optional<PlayerFeed> pull() {
        return Requests.once(
                simulation,
                api,
                "pull",
                realm -> realm.playerFeeds.pull(GAME, PLAYER, replica.playerCursor, new AnswerBudget(900)));
    }

    @Override
    public void settle() {
        Realm realm = simulation.observer(this::realm);
        // What no judge decided is decided by the schedule at its deadline.
        for (int minutes = 0; !realm.conflicts.list(GAME, null, 10).conflicts().isEmpty(); minutes++) {
            assertTrue(minutes < 120, "conflicts stay");
            simulation.pause(Duration.ofMinutes(1));
        }
        for (boolean more = true; more; ) {
            PlayerFeed feed = pull().orElseThrow();
            replica.take(feed);
            more = feed.more();
        }
    }

    @Override
    public void check() {
        Realm realm = simulation.observer(this::realm);
        TreeMap<String, Integer> times = new TreeMap<>();
        Map<String, Entity> followed = new TreeMap<>();
        for (String space : SPACES) {
            for (String id : ENTITIES) {
                Entity entity = realm.reader.read(GAME, space, id);
                for (JsonNode entry : entity.json().get("log")) {
                    times.merge(entry.asText(), 1, Integer::sum);
                }
            }
        }
        realm.players
                .entities(GAME, PLAYER, 0, 100)
                .entities()
                .forEach(entity -> followed.put(PlayerFeed.key(entity.space(), entity.id()), entity));
        times.forEach((id, count) -> assertEquals(1, count, "update " + id + " was applied more than once"));
        assertTrue(times.keySet().containsAll(applied), () -> "acknowledged updates are lost: " + missing(times));
        assertTrue(sent.containsAll(times.keySet()), "updates that nobody sent");
        resolutions.forEach(
                (id, choices) -> assertEquals(1, choices.size(), "conflict " + id + " was resolved as " + choices));
        replica.assertHolds(followed);
    }

    private Set<String> missing(Map<String, Integer> times) {
        Set<String> missing = new TreeSet<>(applied);
        missing.removeAll(times.keySet());
        return missing;
    }
}
