package dev.statecraft;

import static dev.statecraft.SamTemplate.grants;
import static dev.statecraft.SamTemplate.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.SamTemplate.Grant;
import dev.statecraft.lambda.MigrationStateMachine;
import dev.statecraft.lambda.MigrationStepHandler.Step;
import dev.statecraft.migration.execution.RunsPending;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The state machine that drives runs: what it may, what it calls, and that it walks as the step handler wants it. */
class TemplateMachineTest {

    private static final JsonNode MACHINE = SamTemplate.ROOT.at("/Resources/MigrationMachine/Properties");
    private static final JsonNode DEFINITION = MACHINE.path("Definition");
    private static final JsonMapper JSON = new JsonMapper();

    // ---- Around the machine

    @Test
    void stateMachine_mayOnlyCallTheStepFunction() {
        assertEquals("MigrationStepFunction.Arn", text(MACHINE, "/DefinitionSubstitutions/StepFunctionArn"));
        JsonNode function = SamTemplate.ROOT.at("/Resources/MigrationStepFunction/Properties");
        assertEquals("migration-step", text(function, "/Environment/Variables/QUARKUS_LAMBDA_HANDLER"));
        assertEquals(
                Set.of(
                        new Grant("lambda:InvokeFunction", "MigrationStepFunction.Arn"),
                        new Grant(
                                "states:ListExecutions",
                                "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:"
                                        + text(MACHINE, "/Name"))),
                Set.copyOf(grants(text(MACHINE, "/Role").replace(".Arn", ""))));
    }

    @Test
    void onlyTheApiAndTheSchedule_startTheStateMachine() {
        Set<String> starting = new HashSet<>();
        SamTemplate.resources(SamTemplate.ROLE).forEach((id, role) -> {
            for (Grant grant : grants(id)) {
                if (grant.action().equals("states:StartExecution")) {
                    assertEquals("MigrationMachine", grant.logicalId(), id);
                    starting.add(id);
                }
            }
        });
        assertEquals(Set.of("MigrationsRole", "ScheduleRole", "SynchronizeRole"), starting);
        for (String function : List.of("MigrationsFunction", "ScheduleFunction", "SynchronizeFunction")) {
            assertEquals(
                    "MigrationMachine",
                    text(
                            SamTemplate.ROOT,
                            "/Resources/" + function
                                    + "/Properties/Environment/Variables/STATECRAFT_MIGRATION_MACHINE"));
        }
    }

    @Test
    void everyState_isReachableAndEveryCallIsRetried() {
        assertSound(DEFINITION);
        assertSound(DEFINITION.at("/States/WorkOnSegments/ItemProcessor"));
    }

    private static void assertSound(JsonNode machine) {
        Set<String> named = new HashSet<>(Set.of(text(machine, "/StartAt")));
        machine.path("States").properties().forEach(entry -> {
            JsonNode state = entry.getValue();
            named.add(state.path("Next").asText(entry.getKey()));
            named.add(state.path("Default").asText(entry.getKey()));
            state.path("Choices").forEach(choice -> named.add(text(choice, "/Next")));
            String type = text(state, "/Type");
            assertTrue(
                    type.equals("Succeed")
                            || type.equals("Choice")
                            || state.has("Next")
                            || state.path("End").asBoolean(),
                    entry.getKey() + " leads nowhere");
            if (type.equals("Task")) {
                JsonNode retry = state.at("/Retry/0");
                assertEquals("States.ALL", text(retry, "/ErrorEquals/0"), entry.getKey());
                assertTrue(retry.path("MaxAttempts").asInt() >= 3, entry.getKey());
                assertTrue(retry.path("BackoffRate").asDouble() > 1, entry.getKey());
                assertEquals("FULL", text(retry, "/JitterStrategy"), entry.getKey());
            }
        });
        Set<String> states = new HashSet<>();
        machine.path("States").fieldNames().forEachRemaining(states::add);
        assertEquals(states, named);
    }

    // ---- Walked with answers of the step handler

    @Test
    void segmentsAndRuns_areProcessedUntilDone() {
        Step first = new Step("g", "run-00000012", 0, null, false, 0, null);
        Step second = new Step("g", "run-00000012", 1, null, false, 0, null);
        Script script = new Script(
                List.of(
                        new Step("g", null, null, null, false, 0, List.of(first, second)),
                        new Step("g", null, null, null, false, 3, List.of()),
                        new Step("g", null, null, null, true, 0, List.of())),
                Map.of(
                        0, List.of(new Step("g", "run-00000012", 0, null, true, 0, null)),
                        1,
                                List.of(
                                        new Step("g", "run-00000012", 1, 41L, false, 15, null),
                                        new Step("g", "run-00000012", 1, null, false, 0, null),
                                        new Step("g", "run-00000012", 1, null, true, 0, null))));
        Walk walk = new Walk(script);
        assertEquals("Finished", walk.run(DEFINITION, read("{\"game\":\"g\"}")));
        assertEquals(3, script.advances);
        assertEquals(List.of(15, 0, 0, 3), walk.waits);
        // What was answered is handed in again as it is, the lease that was seen included.
        assertEquals(
                List.of(tree(second), tree(script.worked(1, 0)), tree(script.worked(1, 1))), script.handedIn.get(1));
        assertEquals(List.of(tree(first)), script.handedIn.get(0));
    }

    @Test
    void withoutWork_theStateMachineEnds() {
        Script script = new Script(List.of(new Step("g", null, null, null, true, 0, List.of())), Map.of());
        assertEquals("Finished", new Walk(script).run(DEFINITION, read("{\"game\":\"g\"}")));
    }

    @Test
    void schedule_resumesOnlyUndrivenRuns() {
        String input = MigrationStateMachine.input(new RunsPending("default", "run-1", true));
        Script alone = new Script(List.of(new Step("default", null, null, null, true, 0, List.of())), Map.of());
        new Walk(alone).run(DEFINITION, read(input));
        assertEquals(1, alone.advances);
        Script crowded = new Script(List.of(), Map.of());
        crowded.executions = 2;
        assertEquals("Finished", new Walk(crowded).run(DEFINITION, read(input)));
        assertEquals(0, crowded.advances);
    }

    /** Answers as the functions would that the machine calls. */
    private static final class Script {

        private final List<Step> answers;
        private final Map<Integer, List<Step>> work;
        private final Map<Integer, List<JsonNode>> handedIn = new HashMap<>();
        private int executions = 1;
        private int advances;

        private Script(List<Step> answers, Map<Integer, List<Step>> work) {
            this.answers = answers;
            this.work = work;
        }

        JsonNode answer(JsonNode payload) {
            Step step = JSON.convertValue(payload, Step.class);
            Integer segment = step.segment();
            if (segment == null) {
                return tree(answers.get(advances++));
            }
            List<JsonNode> before = handedIn.computeIfAbsent(segment, number -> new ArrayList<>());
            before.add(payload);
            return tree(worked(segment, before.size() - 1));
        }

        /** What the function returned for a segment when it was called for the n-th time, counted from 0. */
        private Step worked(int segment, int n) {
            return Objects.requireNonNull(work.get(segment), () -> "segment " + segment)
                    .get(n);
        }

        JsonNode list() {
            ObjectNode list = JsonNodeFactory.instance.objectNode();
            for (int i = 0; i < executions; i++) {
                list.withArray("Executions").addObject().put("Name", "e" + i);
            }
            return list;
        }
    }

    /** The part of the Amazon States Language that the state machine uses; any other construct fails the test. */
    private static final class Walk {

        private final Script script;
        private final List<Integer> waits = new ArrayList<>();

        private Walk(Script script) {
            this.script = script;
        }

        /** Walks to the end; the name of the state it ends in. */
        String run(JsonNode machine, JsonNode input) {
            String name = text(machine, "/StartAt");
            JsonNode data = input;
            for (int steps = 0; steps < 1_000; steps++) {
                JsonNode state = machine.path("States").path(name);
                switch (text(state, "/Type")) {
                    case "Succeed" -> {
                        return name;
                    }
                    case "Choice" -> name = chosen(state, data);
                    case "Wait" -> {
                        JsonNode seconds =
                                Objects.requireNonNull(at(data, text(state, "/SecondsPath")), name + " has no seconds");
                        assertTrue(seconds.isInt(), name + " waits for " + seconds);
                        waits.add(seconds.intValue());
                        name = text(state, "/Next");
                    }
                    case "Map" -> {
                        JsonNode items =
                                Objects.requireNonNull(at(data, text(state, "/ItemsPath")), name + " has no items");
                        assertTrue(items.isArray(), name + " maps " + items);
                        items.forEach(item -> run(state.path("ItemProcessor"), item));
                        assertTrue(state.path("ResultPath").isNull(), name);
                        name = text(state, "/Next");
                    }
                    case "Task" -> {
                        data = called(state, data);
                        name = text(state, "/Next");
                    }
                    default -> throw new AssertionError(state);
                }
            }
            throw new AssertionError("it never ends");
        }

        private static String chosen(JsonNode state, JsonNode data) {
            for (JsonNode choice : state.path("Choices")) {
                JsonNode value = at(data, text(choice, "/Variable"));
                boolean holds;
                if (choice.has("IsPresent")) {
                    holds = (value != null) == choice.path("IsPresent").asBoolean();
                } else {
                    assertTrue(value != null && value.isBoolean(), choice + " looks at " + value);
                    holds = Objects.requireNonNull(value).booleanValue()
                            == choice.path("BooleanEquals").asBoolean();
                }
                if (holds) {
                    return text(choice, "/Next");
                }
            }
            return text(state, "/Default");
        }

        private JsonNode called(JsonNode state, JsonNode data) {
            JsonNode parameters = filled(state.path("Parameters"), data);
            JsonNode result;
            if (text(state, "/Resource").equals("arn:aws:states:::lambda:invoke")) {
                assertEquals("${StepFunctionArn}", text(parameters, "/FunctionName"));
                ObjectNode response = JsonNodeFactory.instance.objectNode();
                response.set("Payload", script.answer(parameters.path("Payload")));
                result = response;
            } else {
                assertEquals("arn:aws:states:::aws-sdk:sfn:listExecutions", text(state, "/Resource"));
                assertEquals("RUNNING", text(parameters, "/StatusFilter"));
                result = script.list();
            }
            if (state.has("ResultSelector")) {
                result = filled(state.path("ResultSelector"), result);
            }
            if (state.has("OutputPath")) {
                return Objects.requireNonNull(at(result, text(state, "/OutputPath")), () -> "output of " + state);
            }
            ObjectNode merged = data.deepCopy();
            merged.set(text(state, "/ResultPath").substring(2), result);
            return merged;
        }

        /** Parameters with what their paths lead to. */
        private static JsonNode filled(JsonNode parameters, JsonNode data) {
            if (!parameters.isObject()) {
                return parameters;
            }
            ObjectNode filled = JsonNodeFactory.instance.objectNode();
            parameters.properties().forEach(parameter -> {
                String name = parameter.getKey();
                if (name.endsWith(".$")) {
                    String path = parameter.getValue().asText();
                    JsonNode value = path.startsWith("$$.") ? parameter.getValue() : at(data, path);
                    assertFalse(value == null, path + " is missing in " + data);
                    filled.set(name.substring(0, name.length() - 2), value);
                } else {
                    filled.set(name, filled(parameter.getValue(), data));
                }
            });
            return filled;
        }

        private static @Nullable JsonNode at(JsonNode data, String path) {
            String pointer = path.substring(1).replace('.', '/').replaceAll("\\[(\\d+)]", "/$1");
            JsonNode found = data.at(pointer);
            return found.isMissingNode() ? null : found;
        }
    }

    /** As Lambda writes it: what is null is left out. */
    private static JsonNode tree(Step step) {
        return JSON.valueToTree(step);
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
