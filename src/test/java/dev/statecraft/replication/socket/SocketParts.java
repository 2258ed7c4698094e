package dev.statecraft.replication.socket;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.statecraft.access.AccessParts;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.http.FailureProblems;
import dev.statecraft.http.json.FrameJson;
import dev.statecraft.http.json.Json;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.feed.SyncResource;
import dev.statecraft.replication.feed.SyncSessions;
import dev.statecraft.testing.Machine;

/** The open connections of one instance, on the tables, the database and the machine of a {@link Realm}. */
public final class SocketParts {

    public final ConnectionNotifier notifier;
    public final SocketResource resource;
    public final SyncResource syncs;

    /** Creates the services. Commits of the realm are pushed to the connections. */
    public SocketParts(Realm realm, AccessParts access, Sockets sockets) {
        Machine machine = realm.machine;
        ObjectMapper mapper = new ObjectMapper().registerModule(new JavaTimeModule());
        new Json().customize(mapper);
        FrameJson json = new FrameJson(mapper, new FailureProblems(machine.random()));
        Frames frames = new Frames(json, realm.config);
        ConnectionStore store = new ConnectionStore(realm.dynamo, realm.tables, machine.batches(realm.dynamo));
        KnownConnections known = new KnownConnections(realm.config, machine.ticker());
        ConnectionService connections =
                new ConnectionService(store, sockets, access.keys(), known, realm.config, realm.clock);
        notifier = new ConnectionNotifier(
                connections, store, sockets, realm.sync, frames, access.keys(), known, realm.config, machine.threads());
        realm.announcements.listen(notifier::changed);
        syncs = new SyncResource(
                realm.sync,
                realm.config,
                new SyncSessions(realm.heartbeats, realm.sessionConfig),
                realm.answers,
                access.limits(),
                new CurrentCaller());
        resource = new SocketResource(syncs, connections, frames, json, access.limits(), realm.config);
    }
}
