package dev.statecraft.local.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.lambda.Metrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Counts what CloudWatch bills for the alarms and the dashboard of a stack, and checks what the alarms watch. */
class StackAlarmsTest {

    private static final String ALARM = "AWS::CloudWatch::Alarm";
    private static final String DASHBOARD = "AWS::CloudWatch::Dashboard";
    private static final String FUNCTION = "AWS::Serverless::Function";

    private static final Map<String, String> ALARMS = Map.of("Alarms", "true");
    private static final String TOPIC = "arn:aws:sns:eu-west-1:123456789012:on-call";

    /** Alarm metrics and metrics of a dashboard that are free in each account. */
    private static final int FREE_ALARM_METRICS = 10;

    private static final int FREE_DASHBOARD_METRICS = 50;

    /** A metric that an alarm watches, with its only dimension. */
    private record Watched(String namespace, String name, String dimension, String value) {}

    // ---- Cost of an idle stack

    @Test
    void defaultParameters_createNoAlarmAndNoDashboard() {
        assertEquals(Set.of(), StackResources.of(ALARM, Map.of()).keySet());
        assertEquals(Set.of(), StackResources.of(DASHBOARD, Map.of()).keySet());
        assertEquals(
                Set.of(),
                StackResources.of("AWS::CloudWatch::CompositeAlarm", Map.of()).keySet());
    }

    @Test
    void alarms_haveAsManyMetricsAsAnAccountHasFree() {
        assertEquals(FREE_ALARM_METRICS, watched().size());
        StackResources.of(ALARM, ALARMS).forEach((id, alarm) -> {
            int periods = (Integer) alarm.get("EvaluationPeriods");
            assertTrue(periods >= 1, id);
            // Metrics Insights queries, SEARCH and high resolution have no free metrics.
            assertFalse(alarm.toString().contains("SEARCH") || alarm.toString().contains("SELECT"), id);
            assertFalse(alarm.toString().matches(".*Period=(10|20|30)[,}].*"), id);
        });
    }

    @Test
    void dashboard_isCreatedOnRequestAndHasAsManyMetricsAsAreFree() throws IOException {
        Map<String, Map<?, ?>> dashboards = StackResources.of(DASHBOARD, Map.of("CloudWatchDashboard", "true"));
        assertEquals(Set.of("Dashboard"), dashboards.keySet());
        assertEquals(
                Set.of(),
                StackResources.of(ALARM, Map.of("CloudWatchDashboard", "true")).keySet());
        int metrics = 0;
        for (JsonNode widget : widgets()) {
            metrics += widget.at("/properties/metrics").size();
        }
        assertTrue(metrics > 20 && metrics <= FREE_DASHBOARD_METRICS, "the dashboard has " + metrics + " metrics");
    }

    // ---- Notifications

    @Test
    void topic_createsTheAlarmsAndIsNotifiedByAll() {
        Map<String, Map<?, ?>> notifying = StackResources.of(ALARM, Map.of("AlarmTopicArn", TOPIC));
        assertEquals(StackResources.of(ALARM, ALARMS).keySet(), notifying.keySet());
        notifying.forEach((id, alarm) -> {
            assertEquals(List.of(TOPIC), alarm.get("AlarmActions"), id);
            assertEquals(List.of(TOPIC), alarm.get("OKActions"), id);
        });
    }

    @Test
    void noTopic_leavesOutTheActions() {
        StackResources.of(ALARM, ALARMS).forEach((id, alarm) -> {
            assertFalse(alarm.containsKey("AlarmActions") || alarm.containsKey("OKActions"), id);
            assertEquals("notBreaching", alarm.get("TreatMissingData"), id);
            assertTrue(alarm.get("AlarmName").toString().startsWith("${AWS::StackName}-"), id);
        });
    }

    // ---- What is watched

    /**
     * A function behind the HTTP API is watched by the 5xx responses of the API, a stream consumer by its iterator age,
     * any other function by its errors.
     */
    @Test
    void everyFunction_isWatched() {
        List<Watched> watched = watched();
        StackResources.of(FUNCTION, ALARMS).forEach((id, function) -> {
            Set<String> callers = events(function)
                    .map(event -> event.get("Type").toString())
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<Watched> needed = Stream.concat(callers.stream(), callers.isEmpty() ? Stream.of("none") : Stream.of())
                    .map(caller -> switch (caller) {
                        case "HttpApi" -> new Watched("AWS/ApiGateway", "5xx", "ApiId", api(function));
                        case "DynamoDB" -> new Watched("AWS/Lambda", "IteratorAge", "FunctionName", id);
                        default -> new Watched("AWS/Lambda", "Errors", "FunctionName", id);
                    })
                    .collect(Collectors.toSet());
            assertTrue(
                    watched.containsAll(needed),
                    () -> id + " is called by " + callers + " and no alarm has all of " + needed + ", only " + watched);
        });
    }

    @Test
    void everyStreamMapping_reportsDiscardedRecordsToAWatchedQueue() {
        Set<String> queues = StackResources.of(FUNCTION, ALARMS).values().stream()
                .flatMap(StackAlarmsTest::events)
                .filter(event -> event.get("Type").equals("DynamoDB"))
                .map(event -> at(event, "Properties", "DestinationConfig", "OnFailure", "Destination"))
                .map(queue -> queue.toString().replace(".Arn", ".QueueName"))
                .collect(Collectors.toSet());
        assertFalse(queues.isEmpty());
        queues.forEach(queue -> assertTrue(
                watched().contains(new Watched("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue)),
                queue));
    }

    /** While a metric of a table has no data, an alarm on it keeps its state and would not return to OK. */
    @Test
    void alarms_watchNoMetricsOfTables() {
        assertTrue(watched().stream().noneMatch(metric -> metric.namespace().equals("AWS/DynamoDB")));
    }

    /** An alarm or a graph of a metric that the functions do not write would never show anything. */
    @Test
    void metricsOfTheStack_areWrittenByTheFunctions() throws IOException {
        Set<String> names = watched().stream()
                .filter(metric -> metric.namespace().equals(Metrics.NAMESPACE))
                .peek(metric -> assertEquals(Metrics.DIMENSION, metric.dimension()))
                .map(Watched::name)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of("RankDrift"), names);
        for (JsonNode widget : widgets()) {
            JsonNode metrics = widget.at("/properties/metrics");
            if (metrics.path(0).path(0).asText().equals(Metrics.NAMESPACE)) {
                assertEquals(Metrics.DIMENSION, metrics.path(0).path(2).asText());
                metrics.forEach(metric -> names.add(metric.path(1).asText()));
            }
        }
        assertTrue(names.size() > 6, names.toString());
        assertTrue(Metrics.NAMES.containsAll(names), names.toString());
    }

    private static List<Watched> watched() {
        List<Watched> metrics = new ArrayList<>();
        StackResources.of(ALARM, ALARMS).forEach((id, alarm) -> {
            Object math = alarm.get("Metrics");
            if (math == null) {
                metrics.add(metric(alarm));
                return;
            }
            List<?> queries = (List<?>) math;
            long results = queries.stream()
                    .filter(query -> Boolean.TRUE.equals(((Map<?, ?>) query).get("ReturnData")))
                    .count();
            assertEquals(1, results, id + " must return one time series");
            queries.stream()
                    .map(query -> (Map<?, ?>) query)
                    .filter(query -> query.containsKey("MetricStat"))
                    .forEach(query -> metrics.add(metric((Map<?, ?>) at(query, "MetricStat", "Metric"))));
        });
        return metrics;
    }

    private static Watched metric(Map<?, ?> metric) {
        List<?> dimensions = (List<?>) metric.get("Dimensions");
        assertEquals(1, dimensions.size(), metric.toString());
        Map<?, ?> dimension = (Map<?, ?>) dimensions.get(0);
        return new Watched(
                metric.get("Namespace").toString(),
                metric.get("MetricName").toString(),
                dimension.get("Name").toString(),
                dimension.get("Value").toString());
    }

    private static Stream<Map<?, ?>> events(Map<?, ?> function) {
        Object events = function.get("Events");
        Collection<?> all = events == null ? List.of() : ((Map<?, ?>) events).values();
        return all.stream().map(event -> (Map<?, ?>) event);
    }

    private static String api(Map<?, ?> function) {
        Set<String> apis = events(function)
                .filter(event -> event.get("Type").equals("HttpApi"))
                .map(event -> at(event, "Properties", "ApiId").toString())
                .collect(Collectors.toSet());
        assertEquals(1, apis.size(), apis.toString());
        return apis.iterator().next();
    }

    private static Object at(Map<?, ?> map, String... path) {
        Object found = map;
        for (String name : path) {
            found = ((Map<?, ?>) found).get(name);
            assertTrue(found != null, name + " is missing in " + map);
        }
        return found;
    }

    private static JsonNode widgets() throws IOException {
        Map<?, ?> dashboard = StackResources.of(DASHBOARD, Map.of("CloudWatchDashboard", "true"))
                .get("Dashboard");
        return new JsonMapper()
                .readTree(String.valueOf(dashboard.get("DashboardBody")))
                .path("widgets");
    }
}
