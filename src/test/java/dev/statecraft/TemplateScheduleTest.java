package dev.statecraft;

import static dev.statecraft.SamTemplate.events;
import static dev.statecraft.SamTemplate.grants;
import static dev.statecraft.SamTemplate.resources;
import static dev.statecraft.SamTemplate.roleOf;
import static dev.statecraft.SamTemplate.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.SamTemplate.Grant;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** When the schedule function runs: what calls it in both modes, who requests ticks, and what an idle stack invokes. */
class TemplateScheduleTest {

    private static final Duration MONTH = Duration.ofDays(30);
    private static final Pattern RATE = Pattern.compile("rate\\((\\d+) (minute|hour)s?\\)");
    private static final JsonNode FUNCTION = SamTemplate.ROOT.at("/Resources/ScheduleFunction/Properties");
    private static final String TICKS =
            "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${TickGroup}/tick-*";
    private static final String TARGET =
            "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-schedule";
    private static final List<String> SETTINGS = List.of("GROUP", "TARGET", "ROLE");

    @Test
    void idleStack_invokesTheScheduleOnly() {
        assertEquals(Set.of("ScheduleFunction.Regularly"), events("Schedule").keySet());
        assertEquals(
                Set.of("ScheduleFunction.Deployed"), events("EventBridgeRule").keySet());
        // No other resource calls anything by time.
        Set<String> types = new TreeSet<>();
        SamTemplate.ROOT.path("Resources").forEach(resource -> types.add(text(resource, "/Type")));
        assertTrue(types.contains("AWS::Scheduler::ScheduleGroup"));
        assertEquals(
                Set.of("AWS::Scheduler::ScheduleGroup"),
                types.stream()
                        .filter(type -> type.contains("Schedule") || type.contains("Canary"))
                        .collect(Collectors.toSet()));
        SamTemplate.ROOT
                .path("Resources")
                .forEach(resource ->
                        assertTrue(resource.at("/Properties/ScheduleExpression").isMissingNode(), resource.toString()));
        assertEquals(43_200, invocationsPerMonth(0));
        assertEquals(120, invocationsPerMonth(1));
    }

    @Test
    void scheduleModeIsOnDemandByDefault() {
        JsonNode mode = SamTemplate.ROOT.at("/Parameters/ScheduleMode");
        assertEquals("on-demand", text(mode, "/Default"));
        assertEquals(List.of("on-demand", "every-minute"), texts(mode.path("AllowedValues")));
        assertEquals(
                List.of("ScheduleMode", "every-minute"),
                texts(SamTemplate.ROOT.at("/Conditions/SchedulesEveryMinute")));
    }

    @Test
    void failedCalls_areRepeatedOnDemandOnly() {
        JsonNode calls = FUNCTION.path("EventInvokeConfig");
        assertEquals(List.of("SchedulesEveryMinute", "0", "2"), texts(calls.path("MaximumRetryAttempts")));
        assertEquals(List.of("SchedulesEveryMinute", "60", "21600"), texts(calls.path("MaximumEventAgeInSeconds")));
    }

    @Test
    void eachDeployment_isFollowedByARun() {
        JsonNode pattern = FUNCTION.at("/Events/Deployed/Properties/Pattern");
        assertEquals(List.of("aws.cloudformation"), texts(pattern.path("source")));
        assertEquals(List.of("CloudFormation Stack Status Change"), texts(pattern.path("detail-type")));
        assertEquals(List.of("AWS::StackId"), texts(pattern.at("/detail/stack-id")));
        assertTrue(texts(pattern.at("/detail/status-details/status"))
                .containsAll(List.of("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")));
    }

    @Test
    void onlyTheScheduleAndTheEventStream_requestTicks() {
        Set<String> requesting = Set.of("ScheduleFunction", "EventStreamFunction");
        resources(SamTemplate.FUNCTION).forEach((id, function) -> {
            Set<Grant> own = grants(roleOf(function)).stream()
                    .filter(grant -> grant.action().startsWith("scheduler:")
                            || grant.action().startsWith("iam:"))
                    .collect(Collectors.toSet());
            JsonNode variables = function.at("/Properties/Environment/Variables");
            assertEquals(
                    requesting.contains(id)
                            ? Set.of(
                                    new Grant("scheduler:CreateSchedule", TICKS),
                                    new Grant("iam:PassRole", "TickRole.Arn"))
                            : Set.of(),
                    own,
                    id);
            for (String setting : SETTINGS) {
                JsonNode value = variables.path("STATECRAFT_SCHEDULE_" + setting);
                assertEquals(requesting.contains(id), !value.isMissingNode(), id + " " + setting);
                if (requesting.contains(id)) {
                    assertEquals(
                            List.of("SchedulesEveryMinute", "AWS::NoValue"),
                            texts(value).subList(0, 2),
                            id);
                }
            }
        });
        assertEquals("TickGroup", onDemand("ScheduleFunction", "GROUP"));
        assertEquals("TickGroup", onDemand("EventStreamFunction", "GROUP"));
        assertEquals("TickRole.Arn", onDemand("ScheduleFunction", "ROLE"));
        assertEquals("TickRole.Arn", onDemand("EventStreamFunction", "ROLE"));
        assertEquals(TARGET, onDemand("ScheduleFunction", "TARGET"));
        assertEquals("ScheduleFunction.Arn", onDemand("EventStreamFunction", "TARGET"));
        assertEquals("${AWS::StackName}-schedule", text(FUNCTION, "/FunctionName"));
    }

    @Test
    void ticks_mayOnlyCallTheScheduleFunctionAndEndWithTheStack() {
        assertEquals(List.of(new Grant("lambda:InvokeFunction", TARGET)), grants("TickRole"));
        JsonNode group = SamTemplate.ROOT.at("/Resources/TickGroup");
        assertTrue(group.path("DeletionPolicy").isMissingNode());
        assertEquals("${AWS::StackName}-ticks", text(group, "/Properties/Name"));
        for (String role : List.of("ScheduleRole", "EventStreamRole")) {
            JsonNode statements =
                    SamTemplate.ROOT.at("/Resources/" + role + "/Properties/Policies/0/PolicyDocument/Statement");
            List<JsonNode> passing = StreamSupport.stream(statements.spliterator(), false)
                    .filter(statement -> statement.path("Action").asText().equals("iam:PassRole"))
                    .toList();
            assertEquals(1, passing.size(), role);
            assertEquals(
                    "scheduler.amazonaws.com",
                    passing.get(0)
                            .at("/Condition/StringEquals/iam:PassedToService")
                            .asText(),
                    role);
        }
    }

    /** A write that no stream shows could not wake the schedule. */
    @Test
    void everyTableWithScheduledWork_isStreamedToTheEventStream() throws IOException {
        Map<String, JsonNode> mappings = events("DynamoDB");
        Set<String> streamed = mappings.entrySet().stream()
                .filter(mapping -> mapping.getKey().startsWith("EventStreamFunction."))
                .map(mapping -> text(mapping.getValue(), "/Properties/Stream").replace(".StreamArn", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                Set.of(
                        "BoardsTable",
                        "EntriesTable",
                        "EntitiesTable",
                        "LogTable",
                        "ReplicationTable",
                        "MigrationsTable",
                        "ErasuresTable",
                        "IntegrationTable"),
                streamed);
        List<String> shardsAndWakeUp = new ArrayList<>(
                IntStream.range(0, 8).mapToObj(Integer::toString).toList());
        shardsAndWakeUp.add("wake");
        assertEquals(shardsAndWakeUp, sortKeys(mappings, "EventStreamFunction.Activity"));
        assertEquals(List.of("erasure"), sortKeys(mappings, "EventStreamFunction.Erasures"));
        assertEquals(List.of("conflict"), sortKeys(mappings, "EventStreamFunction.Conflicts"));
    }

    private static List<String> sortKeys(Map<String, JsonNode> mappings, String name) throws IOException {
        JsonNode mapping = Objects.requireNonNull(mappings.get(name), name);
        JsonNode pattern = new JsonMapper().readTree(text(mapping, "/Properties/FilterCriteria/Filters/0/Pattern"));
        return texts(pattern.at("/dynamodb/Keys/sk/S"));
    }

    /** Invocations by rules in a month, in the mode of a branch of the condition: 0 every minute, 1 on demand. */
    private static long invocationsPerMonth(int branch) {
        long sum = 0;
        for (JsonNode schedule : events("Schedule").values()) {
            List<String> rates = texts(schedule.at("/Properties/Schedule"));
            assertEquals("SchedulesEveryMinute", rates.get(0));
            Matcher rate = RATE.matcher(rates.get(1 + branch));
            assertTrue(rate.matches(), rates.toString());
            long minutes = Long.parseLong(rate.group(1)) * (rate.group(2).equals("hour") ? 60 : 1);
            sum += MONTH.toMinutes() / minutes;
        }
        return sum;
    }

    private static String onDemand(String function, String setting) {
        return text(
                SamTemplate.ROOT,
                "/Resources/" + function + "/Properties/Environment/Variables/STATECRAFT_SCHEDULE_" + setting + "/2");
    }

    private static List<String> texts(JsonNode array) {
        assertTrue(array.isArray(), array.toString());
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
