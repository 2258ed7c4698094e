package dev.statecraft.replication.socket;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.AccessParts;
import dev.statecraft.access.Caller;
import dev.statecraft.access.PlayerTokenClaims;
import dev.statecraft.access.Scope;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.access.limit.RateLimitService;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.local.Meter;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.feed.SyncResource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The beans of open connections on DynamoDB Local, with connections that record their frames in lists. */
final class SocketRig {

    private static final Caller CALLER = new Caller(GAME, "tester");

    /** Connections that record the frames sent to them. */
    static final class Wires implements Sockets {

        final Map<String, List<JsonNode>> frames = new ConcurrentHashMap<>();
        final Set<String> broken = ConcurrentHashMap.newKeySet();
        final Map<String, Closing> closed = new ConcurrentHashMap<>();

        @Override
        public void close(String connectionId, Closing closing) {
            closed.put(connectionId, closing);
        }

        @Override
        public Delivery send(String connectionId, String frame) {
            List<JsonNode> wire = frames.get(connectionId);
            if (wire == null) {
                return Delivery.GONE;
            }
            if (broken.contains(connectionId)) {
                return Delivery.FAILED;
            }
            wire.add(Realm.json(frame.replace('\'', '’')));
            return Delivery.SENT;
        }
    }

    final Wires wires = new Wires();
    final Meter meter = new Meter();
    final MovingClock clock = new MovingClock(Instant.now());
    final Realm realm;
    final ConnectionNotifier notifier;
    final SocketResource sockets;
    final SyncResource syncs;
    final RateLimitService limits;
    private final String keyId;

    SocketRig() {
        Map<String, String> settings = Map.of(
                "type-cache",
                "PT1M",
                "connection-cache",
                "PT1M",
                "frame-bytes",
                "20000",
                "connections-per-read",
                "3",
                "connections-per-player",
                "4");
        realm = new Realm(settings, meter, clock);
        AccessParts access = new AccessParts(
                realm.machine,
                realm.dynamo,
                realm.tables,
                Map.of("anonymous", "true", "limits.player-burst", "40", "limits.requests-per-second", "0"));
        limits = access.limits();
        keyId = access.keys().create(new KeyService.NewKey(GAME, "servers", Scope.ALL, false, null), "test")
                        instanceof KeyService.Created created
                ? created.key().id()
                : "";
        SocketParts parts = new SocketParts(realm, access, wires);
        notifier = parts.notifier;
        syncs = parts.syncs;
        sockets = parts.resource;
    }

    /** Returns a server with a token that is valid for a number of seconds. */
    Caller passing(int seconds) {
        return new Caller(
                GAME,
                "tester",
                Caller.ANONYMOUS,
                true,
                Scope.ALL,
                null,
                clock.instant().plusSeconds(seconds));
    }

    /** Returns a client of a player. Its requests count for the rate limit, unlike those of anonymous callers. */
    Caller player(String id) {
        return new Caller(
                GAME, id, keyId, true, Set.of(Scope.STATE_READ), new PlayerTokenClaims(id, Set.of(SPACE), Set.of()));
    }

    void open(String id) {
        open(id, CALLER);
    }

    void open(String id, Caller caller) {
        wires.frames.put(id, new CopyOnWriteArrayList<>());
        sockets.opened(id, caller);
    }

    JsonNode sync(String id, String frame) {
        return Realm.json(sockets.received(id, frame.replace('\'', '"')).replace('\'', '’'));
    }

    int stored() {
        return realm.dynamo
                .scan(scan -> scan.tableName(realm.tables.connections()))
                .count();
    }
}
