package dev.statecraft;

import static dev.statecraft.SamTemplate.FUNCTION;
import static dev.statecraft.SamTemplate.LOG_GROUP;
import static dev.statecraft.SamTemplate.ROLE;
import static dev.statecraft.SamTemplate.grants;
import static dev.statecraft.SamTemplate.resources;
import static dev.statecraft.SamTemplate.roleOf;
import static dev.statecraft.SamTemplate.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.SamTemplate.Grant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each function may do what it is for, and nothing else. */
class TemplatePermissionsTest {

    /** Roles of what is no function, and who takes them on. */
    private static final Map<String, String> OTHER_ROLES =
            Map.of("MigrationMachineRole", "states.amazonaws.com", "TickRole", "scheduler.amazonaws.com");

    @Test
    void everyFunction_hasItsOwnRole() {
        List<String> used = Stream.concat(
                        resources(FUNCTION).values().stream().map(SamTemplate::roleOf), OTHER_ROLES.keySet().stream())
                .sorted()
                .toList();
        assertEquals(List.copyOf(resources(ROLE).keySet()), used);
        resources(ROLE).forEach((id, role) -> {
            JsonNode trust = role.at("/Properties/AssumeRolePolicyDocument/Statement");
            assertEquals(1, trust.size(), id);
            assertEquals(OTHER_ROLES.getOrDefault(id, "lambda.amazonaws.com"), text(trust, "/0/Principal/Service"), id);
            assertTrue(role.at("/Properties/ManagedPolicyArns").isMissingNode(), id);
        });
    }

    @Test
    void everyPermission_namesActionAndResource() {
        for (String role : resources(ROLE).keySet()) {
            for (Grant grant : grants(role)) {
                // Listing has no one stream to name; it is held to the streams of the one table.
                boolean listing = grant.verb().equals("ListStreams")
                        && grant.resource().equals("${" + grant.logicalId() + ".Arn}/stream/*");
                assertFalse(grant.action().contains("*"), role + " " + grant);
                // Connections come and go; they are held to those of the one API.
                boolean connections = grant.action().equals("execute-api:ManageConnections")
                        && grant.resource().endsWith(":${SocketApi}/v1/POST/@connections/*");
                // Ticks come and go; they are held to those of the one group.
                boolean ticks = grant.action().equals("scheduler:CreateSchedule")
                        && grant.resource().endsWith(":schedule/${TickGroup}/tick-*");
                assertFalse(grant.resource().contains("*") && !listing && !connections && !ticks, role + " " + grant);
                boolean byName = grant.resource().endsWith(":stateMachine:${AWS::StackName}-migrations")
                        || grant.resource().endsWith(":function:${AWS::StackName}-schedule");
                assertTrue(
                        byName || ticks || SamTemplate.ROOT.path("Resources").has(grant.logicalId()),
                        role + " " + grant);
            }
        }
    }

    /** Whoever commits, and the stream after it, writes to open connections; each knows where they are. */
    @Test
    void pushingFunctions_havePermissionAndEndpoint() {
        Set<String> telling = resources(FUNCTION).entrySet().stream()
                .filter(function -> grants(roleOf(function.getValue())).stream()
                        .anyMatch(grant -> grant.action().equals("execute-api:ManageConnections")))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        "StateFunction",
                        "SocketFunction",
                        "StateStreamFunction",
                        "SynchronizeFunction",
                        "EventStreamFunction",
                        "MigrationsFunction",
                        "MigrationStepFunction",
                        "ErasureFunction",
                        "ScheduleFunction"),
                telling);
        resources(FUNCTION)
                .forEach((id, function) -> assertEquals(
                        telling.contains(id)
                                ? "https://${SocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/"
                                        + text(SamTemplate.ROOT, "/Resources/SocketStage/Properties/StageName")
                                : "",
                        function.at("/Properties/Environment/Variables/STATECRAFT_SOCKET_ENDPOINT")
                                .asText(),
                        id));
    }

    @Test
    void everyFunction_writesItsOwnLogWithARetention() {
        resources(FUNCTION).forEach((id, function) -> {
            String log = text(function, "/Properties/LoggingConfig/LogGroup");
            Set<Grant> onLogs = grants(roleOf(function)).stream()
                    .filter(grant -> grant.action().startsWith("logs:"))
                    .collect(Collectors.toSet());
            assertEquals(
                    Set.of(
                            new Grant("logs:CreateLogStream", log + ".Arn"),
                            new Grant("logs:PutLogEvents", log + ".Arn")),
                    onLogs,
                    id);
            assertTrue(resources(LOG_GROUP).containsKey(log), id + " logs to " + log);
        });
        resources(LOG_GROUP)
                .forEach((id, group) ->
                        assertEquals("LogRetentionDays", text(group, "/Properties/RetentionInDays"), id));
    }
}
