package dev.statecraft.migration.segment;

import static dev.statecraft.migration.Laboratory.definition;
import static dev.statecraft.migration.expression.ExpressionTest.BOUNDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.SchemaChain;
import dev.statecraft.migration.run.InvariantSums;
import dev.statecraft.migration.segment.RecordUpgrade.Current;
import dev.statecraft.migration.segment.RecordUpgrade.Failed;
import dev.statecraft.migration.segment.RecordUpgrade.Upgraded;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.state.PackedJson;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordUpgradeTest {

    private static final Definition HEALTH =
            definition("1.1.0", "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}", "");

    private static Entity entity(String schema, String state) {
        return new Entity(
                "s",
                "e",
                "PLAYER_DATA",
                3,
                PackedJson.of(JsonFixtures.of(state), PackedJson.NEVER),
                schema,
                null,
                0,
                "p",
                null,
                null,
                1,
                1,
                1,
                EntitySession.NONE,
                List.of());
    }

    private static RecordUpgrade upgrade(boolean validation, Definition... steps) {
        return new RecordUpgrade(new SchemaChain(List.of(steps)), BOUNDS, validation);
    }

    private static Definition withInvariant(String up, String expression) {
        return definition("1.2.0", up, ", 'invariants': [{'expression': '" + expression + "'}]");
    }

    @Test
    void stateThatPassedTheMigrationIsCurrent() {
        assertEquals(new Current(), upgrade(true, HEALTH).of(entity("1.1.0", "{'health': 1}")));
    }

    @Test
    void allMigrationsThatTheStateHasNotPassedAreApplied() {
        Definition coins = definition("1.2.0", "{'operations': [{'op': 'default', 'path': 'coins', 'value': 5}]}", "");
        Upgraded both =
                assertInstanceOf(Upgraded.class, upgrade(true, HEALTH, coins).of(entity("0.0.0", "{'hp': 1}")));
        assertEquals(JsonFixtures.of("{'health': 1, 'coins': 5}"), both.state());
        assertEquals(InvariantSums.NONE, both.sums());
        Upgraded one =
                assertInstanceOf(Upgraded.class, upgrade(true, HEALTH, coins).of(entity("1.1.0", "{'hp': 1}")));
        assertEquals(JsonFixtures.of("{'hp': 1, 'coins': 5}"), one.state());
    }

    @Test
    void stateThatCannotBeTransformedFails() {
        Definition convert =
                definition("1.2.0", "{'operations': [{'op': 'convert', 'path': 'level', 'to': 'number'}]}", "");
        assertInstanceOf(Failed.class, upgrade(true, convert).of(entity("0.0.0", "{'level': 'high'}")));
    }

    @Test
    void violatedRuleFailsTheRecordUnlessValidationIsOff() {
        Definition strict = definition(
                "1.2.0",
                "{'operations': [{'op': 'default', 'path': 'coins', 'value': 0}]}",
                ", 'validation': [{'expression': 'state.coins >= 0', 'message': 'debts'}]");
        Entity debtor = entity("0.0.0", "{'coins': -1}");
        Failed failed = assertInstanceOf(Failed.class, upgrade(true, strict).of(debtor));
        assertTrue(failed.reason().contains("debts"), failed.reason());
        assertInstanceOf(Upgraded.class, upgrade(false, strict).of(debtor));
        assertInstanceOf(Upgraded.class, upgrade(true, strict).of(entity("0.0.0", "{'coins': 0}")));
        Optional<String> violation = upgrade(true, strict).violation(strict, entity("1.2.0", "{'coins': -1}"));
        assertTrue(violation.orElse("").contains("debts"), violation.toString());
        assertEquals(Optional.empty(), upgrade(true, strict).violation(strict, entity("1.2.0", "{'coins': 1}")));
    }

    @Test
    void invariantsAreSummedBeforeAndAfterTheLastMigration() {
        Definition doubled = withInvariant(
                "{'operations': [{'op': 'compute', 'path': 'coins', 'expression': 'state.coins * 2.0', 'lossy': true}]}",
                "state.coins");
        Upgraded upgraded =
                assertInstanceOf(Upgraded.class, upgrade(true, doubled).of(entity("0.0.0", "{'coins': 1.5}")));
        assertEquals(0, upgraded.sums().before(0).compareTo(new BigDecimal("1.5")));
        assertEquals(0, upgraded.sums().after(0).compareTo(new BigDecimal("3")));
        Upgraded unchecked =
                assertInstanceOf(Upgraded.class, upgrade(false, doubled).of(entity("0.0.0", "{'coins': 1.5}")));
        assertEquals(InvariantSums.NONE, unchecked.sums());
    }

    @Test
    void amountsAreLimitedAndRounded() {
        Definition kept =
                withInvariant("{'operations': [{'op': 'default', 'path': 'coins', 'value': 0}]}", "state.coins");
        Definition squared = withInvariant(
                "{'operations': [{'op': 'default', 'path': 'coins', 'value': 0}]}",
                "double(state.coins) * double(state.coins)");
        assertInstanceOf(Failed.class, upgrade(true, squared).of(entity("0.0.0", "{'coins': 9007199254740991.0}")));
        assertInstanceOf(Failed.class, upgrade(true, kept).of(entity("0.0.0", "{'coins': 'many'}")));
        Upgraded rounded =
                assertInstanceOf(Upgraded.class, upgrade(true, kept).of(entity("0.0.0", "{'coins': 0.1234567890125}")));
        assertEquals(12, rounded.sums().before(0).scale());
        assertEquals(12, rounded.sums().after(0).scale());
    }
}
