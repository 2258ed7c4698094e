package dev.statecraft.replication.type;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.entity.EntityService.Decided;
import dev.statecraft.replication.feed.Feed;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.SpaceChecksum;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.table.TransactionWrites;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Every read returns an entity in the latest schema version, with unchanged version and checksum. The only migration,
 * 2.0.0, renames {@code coins} to {@code gold} and doubles it.
 */
class SchemaServiceTest {

    private static final String TYPE = "HERO";

    private final Realm realm = new Realm(Map.of("type-cache", "0s"), new ExecutionInterceptor() {}, Clock.systemUTC());

    @BeforeEach
    void storeOutdatedEntity() {
        realm.create("old", TYPE, "{'coins': 5, 'name': 'Ada'}");
        realm.schemas.ask(new DoublingSchemas());
        realm.types.moveSchema(GAME, TYPE, "2.0.0", TransactionWrites.NONE);
    }

    @Test
    void everyReadReturnsTheLatestSchemaVersionAndTheStoredVersion() {
        ObjectNode expected = json("{'gold': 10, 'name': 'Ada'}");
        Entity read = realm.read("old");
        assertEquals(expected, read.json());
        assertEquals("2.0.0", read.schemaVersion());
        assertEquals(1, read.version());
        assertEquals(read, realm.reader.readAt(GAME, SPACE, "old", 1).orElseThrow());
        assertEquals(
                List.of(read), realm.reader.list(GAME, SPACE, null, null, 10).entities());
        assertEquals(
                List.of(read), realm.reader.list(GAME, SPACE, TYPE, null, 10).entities());
        assertEquals(
                List.of(read),
                realm.reader
                        .versions(GAME, SPACE, "old", Long.MAX_VALUE, 10)
                        .orElseThrow()
                        .versions());
        realm.players.subscribe(GAME, "p1", SPACE, "old");
        assertEquals(List.of(read), realm.players.entities(GAME, "p1", 0, 10).entities());
        assertEquals(
                List.of(read),
                realm.playerFeeds
                        .pull(GAME, "p1", null, new AnswerBudget(100_000))
                        .entities());

        Feed feed = realm.feeds.pull(GAME, SPACE, null, new AnswerBudget(100_000));
        assertEquals(List.of(read), feed.snapshot().entities());
        assertEquals(SpaceChecksum.EMPTY.toggled("old", 1), feed.checksum());
        assertEquals("0.0.0", realm.entityStore.read(GAME, SPACE, "old").schemaVersion(), "the read writes nothing");
    }

    @Test
    void updateIsAppliedToTheLatestSchemaVersion() {
        Entity updated = Realm.done(realm.update("old", "{'increment': {'gold': 1}}", null));
        assertEquals(Realm.canonical("{'gold': 11, 'name': 'Ada'}"), JsonValues.canonical(updated.json()));
        assertEquals(2, updated.version());
        assertEquals(
                JsonValues.canonical(updated.json()),
                JsonValues.canonical(realm.entityStore.read(GAME, SPACE, "old").json()));
        assertEquals("2.0.0", realm.entityStore.read(GAME, SPACE, "old").schemaVersion());
        assertEquals(
                Change.Kind.WHOLE,
                realm.log(SPACE).get(1).changes().get(0).kind(),
                "the change contains the whole state");
    }

    @Test
    void clientsWithOldAndUpgradedStatesReachTheSameState() {
        // The new value equals the value in the old schema version: a difference to the old state would be empty.
        realm.update("old", "{'set': {'coins': 5}, 'unset': ['gold']}", null);
        assertEquals(realm.read("old").json(), realm.replayed(SPACE).get("old").json());
        Change change = realm.log(SPACE).get(1).changes().get(0);
        assertEquals(json("{'coins': 5, 'name': 'Ada'}"), change.state());
    }

    @Test
    void updateOnAnEarlierVersionUsesTheUpgradedBase() {
        realm.update("old", "{'set': {'gold': 20}}", null);
        Operations.Read operations = (Operations.Read) OperationsReader.parse(json("{'set': {'gold': 30}}"));
        EntityUpdate update = new EntityUpdate(
                new EntityUpdate.Operate(operations.operations()), 1L, null, new TreeMap<>(), Strategy.SERVER_WINS);
        CommitResult result = ((Decided)
                        realm.entities.update(GAME, SPACE, "old", update, SERVER, new IdempotencyKey(null, "")))
                .result();
        Rejection.Lost lost = assertInstanceOf(Rejection.Lost.class, ((CommitResult.Refused) result).rejection());
        assertEquals("10", String.valueOf(lost.conflicts().get(0).base()));
    }

    @Test
    void rejectionContainsTheUpgradedEntity() {
        CommitResult again = realm.create("old", TYPE, "{}");
        assertEquals(
                json("{'gold': 10, 'name': 'Ada'}"),
                ((CommitResult.Refused) again).current().json());
    }

    @Test
    void revertToAnOldSchemaVersionUpgradesTheState() {
        realm.update("old", "{'set': {'gold': 99}}", null);
        Entity reverted = Realm.done(realm.entities.revert(
                GAME, SPACE, "old", new Command.Revert(1, null, SERVER), new IdempotencyKey(null, "")));
        assertEquals(json("{'gold': 10, 'name': 'Ada'}"), reverted.json());
        assertEquals("2.0.0", reverted.schemaVersion());
    }

    @Test
    void createdEntityHasTheLatestSchemaVersion() {
        assertEquals(
                "2.0.0", Realm.done(realm.create("new", TYPE, "{'gold': 1}")).schemaVersion());
        assertEquals(json("{'gold': 1}"), realm.read("new").json());
        assertEquals("0.0.0", Realm.done(realm.create("other", "UI", "{}")).schemaVersion());
    }

    @Test
    void requestedSchemaVersionIsDowngraded() {
        Entity read = realm.read("old");
        SchemaService.Converted old =
                assertInstanceOf(SchemaService.Converted.class, realm.reader.atSchemaVersion(GAME, read, "1.0.0"));
        assertEquals(json("{'coins': 5, 'name': 'Ada'}"), old.entity().json());
        assertEquals(1, old.entity().version());
        assertInstanceOf(SchemaService.InvalidVersion.class, realm.reader.atSchemaVersion(GAME, read, "one"));
        realm.update("old", "{'set': {'gold': 7}}", null);
        SchemaService.Unavailable none = assertInstanceOf(
                SchemaService.Unavailable.class, realm.reader.atSchemaVersion(GAME, realm.read("old"), "1.0.0"));
        assertEquals("7 is odd", none.reason());
    }

    @Test
    void deletedEntityStaysDeleted() {
        realm.delete("old");
        assertNull(realm.read("old").state());
        assertEquals("{}", realm.read("old").json().toString());
    }
}
