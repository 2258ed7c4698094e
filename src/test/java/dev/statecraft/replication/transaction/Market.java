package dev.statecraft.replication.transaction;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.commit.TransactionCommits.Applied;
import dev.statecraft.replication.commit.TransactionCommits.TransactionResult;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Entities in several spaces, on the model of DynamoDB. */
final class Market {

    final Realm realm;

    Market() {
        this(Map.of());
    }

    Market(Map<String, String> settings, ExecutionInterceptor... interceptors) {
        Machine machine = Machine.real(Clock.systemUTC());
        ModelDatabase database = new ModelDatabase();
        realm = new Realm(
                machine, database.client(List.of(interceptors)), database::streams, database.freshTables(), settings);
    }

    void create(String space, String id, String state) {
        Realm.done(realm.create(space, id, "UI_STATE", state));
    }

    static SyncService.Update update(String space, String id, String operations) {
        return update(space, id, Realm.operations(operations), operations);
    }

    static SyncService.Update update(String space, String id, EntityUpdate update, String body) {
        return new SyncService.Update(space, id, update, SERVER, new IdempotencyKey(null, body));
    }

    TransactionResult apply(String id, SyncService.Update... updates) {
        return realm.transactions.apply(GAME, id, List.of(updates));
    }

    List<Entity> applied(String id, SyncService.Update... updates) {
        return assertInstanceOf(Applied.class, apply(id, updates)).versions();
    }

    Entity read(String space, String id) {
        return realm.reader.read(GAME, space, id);
    }

    long number(String space, String id, String path) {
        return read(space, id).json().path(path).longValue();
    }

    LogEntry last(String space) {
        List<LogEntry> log = realm.log(space);
        return log.get(log.size() - 1);
    }
}
