package dev.statecraft.replication.guard;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static dev.statecraft.replication.Realm.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.statecraft.local.Meter;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.commit.ConflictParking;
import dev.statecraft.replication.commit.ConflictResolution.Choice;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The guards and the schema of an entity type are checked on every new state. */
class TypeRulesTest {

    private static final String GUARDS = "{'/coins': {'min': 0}}";
    private static final String SCHEMA =
            "{'type': 'object', 'properties': {'name': {'type': 'string', 'pattern': '^[a-z]+$'}}}";

    private final ModelDatabase database = new ModelDatabase();
    private final Meter meter = new Meter();
    private final Realm realm = new Realm(
            Machine.real(),
            database.client(List.of(meter)),
            database::streams,
            database.freshTables(),
            Map.of("type-cache", "0s"));

    private void type(@Nullable String guards, @Nullable String schema) {
        realm.types.put(GAME, ofType("PURSE", Strategy.SERVER_WINS, guards, schema));
    }

    private static EntityType ofType(String name, Strategy strategy, @Nullable String guards, @Nullable String schema) {
        return new EntityType(
                name,
                strategy,
                Strategy.CLIENT_WINS,
                new TreeMap<>(),
                true,
                false,
                7,
                guards == null ? Guard.NONE : GuardTest.guard(guards),
                schema == null ? null : StateSchemaTest.schema(schema));
    }

    private static String rejected(CommitResult result) {
        Rejection rejection = assertInstanceOf(Refused.class, result).rejection();
        if (rejection instanceof Rejection.SchemaViolated violated) {
            return violated.violation().path() + " " + violated.violation().rule();
        }
        Guard.Violation violation =
                assertInstanceOf(Rejection.GuardFailed.class, rejection).violation();
        return violation.path() + " " + violation.rule();
    }

    @Test
    void storedTypeIsReadAsItWasWritten() {
        EntityType type = ofType("PURSE", Strategy.MERGE, "{'/a': {'equals': {'x': 1}, 'exists': true}}", SCHEMA);
        realm.types.put(GAME, type);
        assertEquals(type, realm.types.find(GAME, "PURSE"));
        assertEquals(List.of(type), List.copyOf(realm.types.list(GAME, "PLAYER_DATA", 1)));
        EntityType plain = ofType("PURSE", Strategy.MERGE, null, null);
        realm.types.put(GAME, plain);
        assertEquals(plain, realm.types.find(GAME, "PURSE"));
    }

    @Test
    void createUpdateAndRevertObeyTheGuardsOfTheType() {
        done(realm.create("e", "PURSE", "{'coins': -5}"));
        done(realm.update("e", "{'set': {'coins': 5}}", null));
        type("{'/coins': {'min': 0, 'max': 9}, 'vip': {'exists': false}, 'tier': {'equals': null}}", null);
        assertEquals("/coins min", rejected(realm.create("new", "PURSE", "{}")));
        assertEquals("vip exists", rejected(realm.create("new", "PURSE", "{'coins': 0, 'vip': true}")));
        assertEquals("/coins min", rejected(realm.update("e", "{'increment': {'coins': -6}}", null)));
        // equals and exists of a type are rules of the result, too.
        assertEquals("tier equals", rejected(realm.update("e", "{'set': {'tier': 2}}", null)));
        assertEquals("/coins min", rejected(revert(1)));
        done(realm.update("e", "{'set': {'coins': 9}}", null));
        assertEquals(5, done(revert(2)).json().get("coins").intValue());
    }

    private CommitResult revert(long version) {
        return realm.entities.revert(
                GAME, SPACE, "e", new Command.Revert(version, null, SERVER), new IdempotencyKey(null, ""));
    }

    @Test
    void schemaIsCheckedAfterTheGuards() {
        type(GUARDS, SCHEMA);
        assertEquals("/coins min", rejected(realm.create("e", "PURSE", "{'coins': -1, 'name': 3}")));
        assertEquals("/name type", rejected(realm.create("e", "PURSE", "{'coins': 1, 'name': 3}")));
        done(realm.create("e", "PURSE", "{'coins': 1, 'name': 'ada'}"));
        assertEquals("/name pattern", rejected(realm.update("e", "{'set': {'name': 'Ada'}}", null)));
        done(realm.delete("e"));
        type("{'/coins': {'min': 2}}", SCHEMA);
        assertEquals("/coins min", rejected(revert(1)));
    }

    /** A state that broke the rules before they were set is read, and can be corrected. */
    @Test
    void storedStateMayViolateNewRules() {
        done(realm.create("e", "PURSE", "{'coins': -5}"));
        type(GUARDS, null);
        assertEquals(-5, realm.read("e").json().get("coins").intValue());
        assertEquals("/coins min", rejected(realm.update("e", "{'set': {'name': 'x'}}", null)));
        done(realm.update("e", "{'set': {'coins': 0}}", null));
        done(realm.delete("e"));
    }

    @Test
    void resolvedConflictObeysTheRulesOfTheType() {
        realm.types.put(GAME, ofType("DUEL", Strategy.MANUAL, null, null));
        done(realm.create("e", "DUEL", "{'coins': 1}"));
        done(realm.update("e", "{'set': {'coins': 2}}", null));
        EntityUpdate update =
                new EntityUpdate(Realm.operations("{'set': {'coins': -3}}").edit(), 1L, null, new TreeMap<>(), null);
        EntityService.Updated parked =
                realm.entities.update(GAME, SPACE, "e", update, SERVER, new IdempotencyKey("m", ""));
        String id = assertInstanceOf(
                        ConflictParking.Parked.class,
                        assertInstanceOf(EntityService.Parked.class, parked).parking())
                .conflict()
                .id();
        realm.types.put(GAME, ofType("DUEL", Strategy.MANUAL, GUARDS, "{'required': ['coins']}"));
        ConflictService.Impossible client = assertInstanceOf(
                ConflictService.Impossible.class, realm.conflicts.resolve(GAME, id, Choice.CLIENT, null, "judge"));
        assertInstanceOf(Rejection.GuardFailed.class, client.rejection());
        ConflictService.Impossible given = assertInstanceOf(
                ConflictService.Impossible.class,
                realm.conflicts.resolve(GAME, id, Choice.STATE, json("{'coins': -1}"), "judge"));
        assertInstanceOf(Rejection.GuardFailed.class, given.rejection());
        assertInstanceOf(
                ConflictService.Done.class,
                realm.conflicts.resolve(GAME, id, Choice.STATE, json("{'coins': 4}"), "judge"));
    }

    /** The rules are part of the cached settings of the type, so their check needs no request. */
    @Test
    void rulesOfTheTypeCostNothing() {
        type(null, null);
        Meter.Reading without = costOfAnUpdate();
        type(GUARDS, SCHEMA);
        assertEquals(without, costOfAnUpdate());
    }

    private Meter.Reading costOfAnUpdate() {
        done(realm.create("u", "PURSE", "{'coins': 1}"));
        done(realm.update("u", "{'set': {'coins': 2}}", null));
        meter.take();
        done(realm.update("u", "{'set': {'coins': 3}}", null));
        Meter.Reading cost = meter.take();
        done(realm.delete("u"));
        return cost;
    }
}
