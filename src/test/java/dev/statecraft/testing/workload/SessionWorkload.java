package dev.statecraft.testing.workload;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.entity.EntityService.Decided;
import dev.statecraft.replication.entity.SessionService.SessionRequest;
import dev.statecraft.replication.entity.SessionService.Start;
import dev.statecraft.replication.entity.SessionService.Started;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.session.HeartbeatService.Heartbeat;
import dev.statecraft.replication.session.HeldSession;
import dev.statecraft.replication.session.Message;
import dev.statecraft.replication.session.MessageService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Game servers take the sessions of profiles over from each other, write under their fencing tokens, apply messages, and
 * hand over, or stop and write again much later. Each write appends its fencing token, so the state shows the order.
 */
final class SessionWorkload implements Workload {

    private static final int SERVERS = 4;
    private static final int SESSIONS = 4;
    private static final int PROFILES = 2;
    private static final int MESSAGES = 6;
    private static final int TTL_SECONDS = 10;

    private final Simulation simulation;
    private final TableNames tables;
    private final Fleet<Realm> api;
    private final Map<String, String> settings;
    private final Map<String, String> holders = new TreeMap<>();
    private final Set<String> applied = new TreeSet<>();
    private final Map<String, Set<String>> accepted = new TreeMap<>();

    SessionWorkload(Simulation simulation) {
        this.simulation = simulation;
        tables = simulation.database().freshTables();
        api = simulation.fleet("api", simulation.random().nextBoolean() ? 1 : 3, this::realm);
        settings = Map.of(
                "type-cache", "0s", "combining.busy-for", simulation.random().nextBoolean() ? "100ms" : "30s");
    }

    private Realm realm(Machine machine, DynamoDbClient client) {
        return new Realm(machine, client, tables, settings);
    }

    @Override
    public void prepare() {
        simulation
                .observer(this::realm)
                .types
                .put(
                        GAME,
                        new EntityType(
                                "PROFILE",
                                Strategy.SERVER_WINS,
                                Strategy.SERVER_WINS,
                                new TreeMap<>(),
                                false,
                                true,
                                null,
                                Guard.NONE,
                                null));
    }

    @Override
    public void start() {
        for (int i = 0; i < SERVERS; i++) {
            String name = "server" + i;
            simulation.caller(name, () -> serve(name));
        }
        simulation.caller("sender", this::send);
    }

    private void serve(String server) {
        Random random = simulation.random();
        for (int i = 0; i < SESSIONS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(2_000)));
            String profile = "p" + random.nextInt(PROFILES);
            start(server, profile).ifPresent(session -> play(server, profile, session));
        }
    }

    private Optional<Started> start(String server, String profile) {
        Random random = simulation.random();
        SessionRequest request = new SessionRequest(
                server,
                TTL_SECONDS,
                random.nextInt(6) == 0,
                new Command.NewState("PROFILE", Realm.json("{'log': [], 'gifts': []}")),
                null,
                random.nextInt(3) == 0 ? 0 : 15_000);
        Optional<Start> start = Requests.repeated(
                simulation,
                api,
                "start " + profile,
                realm -> realm.sessions.start(GAME, new EntityKey(SPACE, profile), request, new Source(server, null)));
        Optional<Started> started = start.filter(Started.class::isInstance).map(Started.class::cast);
        started.ifPresent(granted -> {
            long fence = granted.entity().session().fence();
            String other = holders.put(profile + ":" + fence, server);
            assertTrue(other == null || other.equals(server), "fence " + fence + " was granted twice");
            assertEquals(server, granted.entity().session().holder());
            if (granted.entity().session().previousHolder() != null && !request.steal()) {
                simulation.coverage().count("session taken over after its time to live");
            }
        });
        return started;
    }

    private void play(String server, String profile, Started session) {
        Random random = simulation.random();
        long fence = session.entity().session().fence();
        List<String> messages = List.of();
        for (int i = 0; i < 4; i++) {
            // A long pause stands for a server that stopped: its session is taken over, and then it writes again.
            simulation.pause(Duration.ofMillis(random.nextInt(8) == 0 ? 25_000 : random.nextInt(500)));
            boolean ends = i == 3 && random.nextBoolean();
            String id = server + "-" + profile + "-" + fence + "-" + i;
            if (!write(id, profile, fence, messages, ends)) {
                return;
            }
            Optional<HeldSession> held = heartbeat(profile, fence);
            if (held.isPresent() && held.get().lost()) {
                return;
            }
            messages = held.map(HeldSession::messages).orElse(List.of()).stream()
                    .map(Message::id)
                    .toList();
        }
        if (random.nextBoolean()) {
            Requests.repeated(
                    simulation,
                    api,
                    "end " + profile,
                    realm -> realm.sessions.end(GAME, new EntityKey(SPACE, profile), fence, new Source(server, null)));
        }
    }

    private Optional<HeldSession> heartbeat(String profile, long fence) {
        Heartbeat heartbeat = new Heartbeat(new EntityKey(SPACE, profile), fence, null);
        return Requests.once(simulation, api, "heartbeat " + profile, realm -> realm.heartbeats
                .process(GAME, List.of(heartbeat))
                .get(0));
    }

    /** Appends the fencing token and the messages. Returns false if the session is lost or the outcome is unknown. */
    private boolean write(String id, String profile, long fence, List<String> messages, boolean ends) {
        String operations = "{'append': {'log': ['" + fence + ":" + id + "']"
                + (messages.isEmpty() ? "" : ", 'gifts': ['" + String.join("', '", messages) + "']") + "}}";
        EntityUpdate update = new EntityUpdate(
                Realm.operations(operations).edit(),
                null,
                null,
                new TreeMap<>(),
                null,
                Guard.NONE,
                new SessionUse(fence, ends, messages),
                null);
        Optional<CommitResult> result = Requests.repeated(
                        simulation,
                        api,
                        "write " + id,
                        realm -> realm.entities.update(
                                GAME, SPACE, profile, update, new Source(id, null), new IdempotencyKey(id, operations)))
                .map(updated -> ((Decided) updated).result());
        if (result.isPresent() && result.get() instanceof Done) {
            applied.add(fence + ":" + id);
            if (!messages.isEmpty()) {
                simulation.coverage().count("message acknowledged");
            }
            return true;
        }
        if (result.isPresent() && result.get() instanceof Refused refused) {
            assertTrue(
                    refused.rejection() instanceof Rejection.SessionLost
                            || refused.rejection() instanceof Rejection.MessageNotWaiting,
                    () -> "rejected as " + refused.rejection());
        }
        return false;
    }

    private void send() {
        Random random = simulation.random();
        for (int i = 0; i < MESSAGES; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(4_000)));
            String profile = "p" + random.nextInt(PROFILES);
            Message message = new Message("gift" + i, Realm.json("{'coins': 5}"), 0, null);
            Requests.repeated(
                            simulation,
                            api,
                            "message " + message.id(),
                            realm -> realm.messages.send(GAME, new EntityKey(SPACE, profile), message, 7))
                    .filter(MessageService.Accepted.class::isInstance)
                    .ifPresent(result -> accepted.computeIfAbsent(profile, key -> new TreeSet<>())
                            .add(message.id()));
        }
    }

    @Override
    public void settle() {}

    @Override
    public void check() {
        Realm realm = simulation.observer(this::realm);
        QueueWrites.count(simulation, tables, "space");
        Set<String> found = new HashSet<>();
        for (int i = 0; i < PROFILES; i++) {
            String profile = "p" + i;
            Entity entity = realm.reader.read(GAME, SPACE, profile);
            if (entity.version() > 0) {
                checkOrder(profile, (ArrayNode) entity.json().get("log"), found);
            }
            checkMessages(realm, profile, entity);
        }
        Set<String> lost = new TreeSet<>(applied);
        lost.removeAll(found);
        assertEquals(Set.of(), lost, "acknowledged writes are lost");
    }

    /** No write under a fencing token is applied after a greater one was granted, and none is applied twice. */
    private void checkOrder(String profile, ArrayNode log, Set<String> found) {
        long last = 0;
        for (JsonNode entry : log) {
            String text = entry.textValue();
            int colon = text.indexOf(':');
            long fence = Long.parseLong(text.substring(0, colon));
            assertTrue(fence >= last, "a write under fence " + fence + " after one under " + last + ": " + log);
            last = fence;
            assertTrue(found.add(text), "applied twice: " + text);
            String holder = holders.get(profile + ":" + fence);
            // A caller that got no answer to its start cannot write, so every fencing token of a write has a holder.
            assertTrue(
                    holder != null && text.startsWith(holder + "-", colon + 1), "written by another server: " + text);
        }
    }

    /** A message is applied once, or it still waits. */
    private void checkMessages(Realm realm, String profile, Entity entity) {
        Set<String> gifts = new TreeSet<>();
        for (JsonNode gift : entity.json().path("gifts")) {
            assertTrue(gifts.add(gift.textValue()), "message applied twice: " + gift);
        }
        EntityKey key = new EntityKey(SPACE, profile);
        SessionRequest steal = new SessionRequest(
                "auditor", TTL_SECONDS, true, new Command.NewState("PROFILE", Realm.json("{}")), null, 0);
        Started started =
                assertInstanceOf(Started.class, realm.sessions.start(GAME, key, steal, new Source("auditor", null)));
        Heartbeat heartbeat = new Heartbeat(key, started.entity().session().fence(), null);
        Set<String> waiting = new TreeSet<>();
        realm.heartbeats.process(GAME, List.of(heartbeat)).get(0).messages().forEach(message -> {
            assertTrue(!gifts.contains(message.id()), "message waits although it was applied: " + message.id());
            waiting.add(message.id());
        });
        Set<String> missing = new TreeSet<>(accepted.getOrDefault(profile, Set.of()));
        missing.removeAll(gifts);
        missing.removeAll(waiting);
        assertEquals(Set.of(), missing, "accepted messages of " + profile + " are lost");
    }
}
