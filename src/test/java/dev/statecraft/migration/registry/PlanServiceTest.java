package dev.statecraft.migration.registry;

import static dev.statecraft.migration.Laboratory.GAME;
import static dev.statecraft.migration.Laboratory.definition;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.DoubledCoins;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.SemanticVersion;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

class PlanServiceTest {

    private final Calls calls = new Calls();

    /** The names of all requests that were made. */
    private static final class Calls implements ExecutionInterceptor {

        private static final Pattern READ = Pattern.compile("(GetItem|BatchGetItem|Query)Request");

        private final ConcurrentLinkedQueue<String> names = new ConcurrentLinkedQueue<>();

        @Override
        public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
            names.add(context.request().getClass().getSimpleName());
        }

        List<String> writes() {
            return names.stream().filter(name -> !READ.matcher(name).matches()).toList();
        }
    }

    @Test
    void planCreatesMissingParentsAndChecksThatDownRemovesThem() {
        Laboratory lab = new Laboratory();
        lab.create("global", "missing", "{'coins': 3}");
        lab.create("global", "empty", "{'coins': 3, 'wallet': {}}");
        lab.create("global", "used", "{'coins': 3, 'wallet': {'gems': 1}}");
        Plan plan = lab.plan(definition(
                "1.1.0", "{'operations': [{'op': 'rename', 'from': 'coins', 'path': '/wallet/coins'}]}", ""));
        assertEquals(3, plan.wouldChange());
        assertEquals(List.of(), plan.failures());
        assertEquals(new Plan.Check(true, 0, null), plan.reversible());
    }

    @Test
    void planReportsResultOfEveryRecordWithoutWrites() {
        Laboratory lab = new Laboratory(Map.of(), List.of(), calls);
        lab.create("global", "ada", "{'hp': 3, 'coins': 1}");
        lab.create("global", "bob", "{'hp': 5, 'coins': 2}");
        lab.create("arena", "cyd", "{'coins': 4}");
        lab.create("arena", "dee", "{'hp': 1, 'health': 2, 'coins': 0}");
        lab.create("arena", "eve", "{'hp': -1, 'coins': 8}");
        Definition definition = definition(
                "1.1.0",
                "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}",
                ", 'validation': [{'expression': '!has(state.health) || state.health >= 0', 'message': 'No negative"
                        + " health.'}], 'invariants': [{'expression': 'state.coins'}]");
        lab.register(definition);
        Registration registration =
                lab.migrations.find(GAME, definition.version()).orElseThrow();
        calls.names.clear();
        Plan plan = lab.plans.plan(GAME, definition, registration);
        assertEquals(List.of(), calls.writes());
        assertFalse(calls.names.isEmpty());
        assertEquals(5, plan.matching());
        assertTrue(plan.complete());
        assertEquals(5, plan.sampled());
        assertEquals(2, plan.wouldChange());
        assertEquals(2, plan.failed());
        assertEquals(
                List.of("dee", "eve"),
                plan.failures().stream().map(Plan.Failure::id).sorted().toList());
        assertTrue(plan.failures().stream().anyMatch(failure -> failure.reason().equals("No negative health.")));
        Plan.Sample sample = plan.samples().stream()
                .filter(record -> record.id().equals("ada"))
                .findFirst()
                .orElseThrow();
        assertEquals(JsonFixtures.of("{'hp': 3, 'coins': 1}"), sample.before());
        assertEquals("{\"coins\":1,\"health\":3}", sample.after().toString());
        assertNotNull(plan.reversible());
        assertEquals(new Plan.Check(true, 0, null), plan.reversible());
        assertEquals(new Plan.Check(true, 0, null), plan.idempotent());
        assertEquals(1, plan.invariants().size());
        assertEquals("7", plan.invariants().get(0).before().toPlainString());
        assertTrue(plan.invariants().get(0).holds());
        assertTrue(plan.estimate().readUnits() >= 5);
        assertTrue(plan.estimate().writeUnits() >= 2 * 4, plan.estimate().toString());
        assertTrue(plan.estimate().price().signum() > 0);
    }

    @Test
    void resultThatBreaksTheRulesOfTheTypeFails() {
        Laboratory lab = new Laboratory();
        lab.create("global", "ada", "{'level': 3}");
        lab.create("global", "bob", "{'level': -2}");
        lab.create("global", "cyd", "{'level': 11}");
        lab.rules("{'/rank': {'min': 0}}", "{'properties': {'rank': {'maximum': 10}}}");
        Plan plan = lab.plan(
                definition("1.0.0", "{'operations': [{'op': 'rename', 'from': 'level', 'path': 'rank'}]}", ""));
        assertEquals(1, plan.wouldChange());
        assertEquals(
                List.of(
                        "bob the rule min of the guard of /rank does not hold",
                        "cyd the state violates the schema of its type at /rank: maximum"),
                plan.failures().stream()
                        .map(failure -> failure.id() + " " + failure.reason())
                        .sorted()
                        .toList());
    }

    @Test
    void claimsThatDoNotHoldAndSumsThatMoveAreTold() {
        Laboratory lab = new Laboratory();
        lab.create("global", "ada", "{'level': 3}");
        lab.create("global", "bob", "{'level': '4'}");
        Plan plan = lab.plan(definition(
                "1.0.0",
                "{'operations': [{'op': 'convert', 'path': 'level', 'to': 'number'}]}",
                ", 'invariants': [{'expression': 'has(state.level) ? int(state.level) : 0'}, {'expression':"
                        + " 'type(state.level) == string ? 1 : 0'}, {'expression': 'type(state.level) == string ? 1 : 0',"
                        + " 'tolerance': 1}]"));
        assertEquals(1, plan.wouldChange());
        assertEquals(new Plan.Check(true, 1, "ada"), plan.reversible());
        assertEquals(
                List.of(true, false, true),
                plan.invariants().stream().map(Plan.Sum::holds).toList());
    }

    @Test
    void unexpectedChangeOfExpressionIsWarnedOf() {
        Laboratory lab = new Laboratory();
        lab.create("global", "ada", "{'list': [[1], 2], 'n': 1, 'kept': {'x': 1, 'y': 's'}, 'empty': []}");
        lab.create("global", "bob", "{'list': [3], 'n': 1, 'kept': {'x': 1, 'y': 's'}, 'empty': [], 'old': true}");
        Plan plan = lab.plan(definition(
                "1.0.0",
                "{'expression': '{\\\"list\\\": state.list[0], \\\"n\\\": string(state.n), \\\"empty\\\": {},"
                        + " \\\"kept\\\": without(state.kept, [\\\"y\\\"])}'}",
                ""));
        assertEquals(
                List.of(
                        "MEMBER_REMOVED /kept/y 2",
                        "TYPE_CHANGED /n 2",
                        "LIST_BECAME_VALUE /list 1",
                        "MEMBER_REMOVED /old 1"),
                plan.warnings().stream()
                        .map(w -> w.code() + " " + w.path() + " " + w.count())
                        .filter(w -> !w.contains("*"))
                        .toList());
        assertNotNull(plan.cost());
        assertTrue(plan.cost().average() > 10
                && plan.cost().largest() >= plan.cost().average());
        Plan computed = lab.plan(definition(
                "1.1.0",
                "{'operations': [{'op': 'compute', 'path': '/kept/x', 'expression': '[1]', 'lossy': true},"
                        + " {'op': 'convert', 'path': 'n', 'from': 'number', 'to': 'string'}]}",
                ""));
        assertEquals(
                List.of("TYPE_CHANGED /kept/x 2"),
                computed.warnings().stream()
                        .map(w -> w.code() + " " + w.path() + " " + w.count())
                        .toList());
        Plan renamed = lab.plan(definition("1.2.0"));
        assertEquals(List.of(), renamed.warnings());
        assertNull(renamed.cost());
    }

    /** Luau writes an empty object as an empty list: going back to an empty object is going back. */
    @Test
    void anEmptyListThatBecameAnObjectIsReversible() {
        Laboratory lab = new Laboratory();
        lab.create("global", "ada", "{'stats': []}");
        Plan plan = lab.plan(
                definition("1.0.0", "{'operations': [{'op': 'default', 'path': '/stats/wins', 'value': 0}]}", ""));
        assertEquals("{\"stats\":{\"wins\":0}}", plan.samples().get(0).after().toString());
        assertEquals(new Plan.Check(true, 0, null), plan.reversible());
        assertEquals(new Plan.Check(true, 0, null), plan.idempotent());
    }

    @Test
    void largerPopulationIsEstimatedFromTheSample() {
        Laboratory lab = new Laboratory(Map.of("plan.sample", "10", "plan.shown", "1"), List.of(), calls);
        for (int i = 0; i < 40; i++) {
            lab.create("space" + i % 7, "player" + i, String.format(Locale.ROOT, "{'n': %d}", i));
        }
        Plan plan = lab.plan(definition("1.0.0"));
        assertEquals(40, plan.matching());
        assertEquals(10, plan.sampled());
        assertEquals(40, plan.wouldChange());
        assertEquals(1, plan.samples().size());
        assertTrue(plan.estimate().writeUnits() >= 160, plan.estimate().toString());
        Laboratory plain = new Laboratory(
                lab.realm, Map.of("plan.sample", "10", "backup-before-migration", "false"), List.of(), calls);
        Registration registration =
                lab.migrations.find(GAME, SemanticVersion.of("1.0.0")).orElseThrow();
        Plan without = plain.plans.plan(GAME, definition("1.0.0"), registration);
        assertEquals(40, plan.estimate().writeUnits() - without.estimate().writeUnits());
    }

    @Test
    void aRecordThatGrowsPastItsLimitFailsAndTheOthersAreMeasured() {
        Laboratory lab = new Laboratory();
        lab.create("global", "ada", "{'text': '" + "x".repeat(200_000) + "'}");
        lab.create("global", "bob", "{'text': 'x'}");
        Plan plan = lab.plan(definition("1.0.0", "{'expression': 'merge(state, {\\\"copy\\\": state.text})'}", ""));
        assertEquals(
                List.of("ada"), plan.failures().stream().map(Plan.Failure::id).toList());
        assertEquals("{\"text\":\"x\"}".length(), plan.size().before());
        assertEquals("{\"text\":\"x\",\"copy\":\"x\"}".length(), plan.size().after());
        assertEquals(350 * 1024, plan.size().limit());
        assertEquals(null, plan.reversible());
    }

    @Test
    void codeIsTriedOutAndWorkersAreCounted() {
        DoubledCoins coins = new DoubledCoins() {
            @Override
            public String entityType() {
                return "PLAYER_DATA";
            }
        };
        Laboratory lab = new Laboratory(Map.of(), List.of(coins), calls);
        lab.create("global", "ada", "{'coins': 2}");
        Registration registration = lab.migrations
                .find(GAME, SemanticVersion.of(DoubledCoins.VERSION))
                .orElseThrow();
        Definition definition = lab.definitions.definition(registration).orElseThrow();
        Plan plan = lab.plans.plan(GAME, definition, registration);
        assertEquals(4, plan.samples().get(0).after().get("coins").asInt());
        assertEquals(new Plan.Check(true, 0, null), plan.reversible());
        Plan worker = lab.plan(definition("1.0.0", "{'worker': true}", ""));
        assertEquals(1, worker.wouldChange());
        assertEquals(List.of(), worker.samples());
        assertEquals(List.of(), worker.failures());
    }
}
