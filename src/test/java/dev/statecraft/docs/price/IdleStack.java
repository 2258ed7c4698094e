package dev.statecraft.docs.price;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.local.template.CloudFormationTags;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** What template.yaml creates for given parameters, as far as it costs something without any request. */
final class IdleStack {

    private static final Path TEMPLATE = Path.of("template.yaml");
    private static final Pattern RATE = Pattern.compile("rate\\((\\d+) (minute|hour|day)s?\\)");
    private static final Map<String, Double> HOURS = Map.of("minute", 1 / 60.0, "hour", 1.0, "day", 24.0);

    private final Map<String, Object> root;
    private final Map<String, Object> parameters = new HashMap<>();

    /** Reads the template with its default parameters, except the given ones. */
    IdleStack(Map<String, String> given) {
        try (Reader reader = Files.newBufferedReader(TEMPLATE)) {
            root = new Yaml(new CloudFormationTags(new LoaderOptions())).load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        members(root.get("Parameters"))
                .forEach((name, parameter) ->
                        parameters.put(name, members(parameter).get("Default")));
        given.forEach((name, value) -> {
            if (!parameters.containsKey(name)) {
                throw new IllegalArgumentException("template.yaml has no parameter " + name);
            }
            parameters.put(name, value);
        });
    }

    /** Number of metrics of all alarms; metric math counts each metric that it reads. */
    int alarmMetrics() {
        return resources("AWS::CloudWatch::Alarm")
                .mapToInt(alarm -> alarm.get("Metrics") instanceof List<?> metrics
                        ? (int) metrics.stream()
                                .filter(metric -> members(metric).containsKey("MetricStat"))
                                .count()
                        : 1)
                .sum();
    }

    int compositeAlarms() {
        return (int) resources("AWS::CloudWatch::CompositeAlarm").count();
    }

    int dashboards() {
        return (int) resources("AWS::CloudWatch::Dashboard").count();
    }

    int queues() {
        return (int) resources("AWS::SQS::Queue").count();
    }

    /** Invocations of functions by schedules in a month of 730 hours. */
    double scheduledInvocations() {
        double events = resources("AWS::Serverless::Function")
                .flatMap(function -> members(function.getOrDefault("Events", Map.of())).values().stream())
                .map(IdleStack::members)
                .filter(event -> String.valueOf(event.get("Type")).startsWith("Schedule"))
                .map(event -> members(event.get("Properties")))
                .mapToDouble(event -> perMonth(event, event.get("Schedule")))
                .sum();
        return events
                + resources("AWS::Scheduler::Schedule")
                        .mapToDouble(schedule -> perMonth(schedule, schedule.get("ScheduleExpression")))
                        .sum();
    }

    private double perMonth(Map<String, Object> schedule, @Nullable Object expression) {
        Object state = resolve(schedule.getOrDefault("State", "ENABLED"));
        Object enabled = resolve(schedule.getOrDefault("Enabled", "true"));
        if (state.equals("DISABLED") || String.valueOf(enabled).equals("false")) {
            return 0;
        }
        Matcher rate = RATE.matcher(String.valueOf(resolve(expression)));
        if (!rate.matches()) {
            throw new IllegalStateException("not a rate: " + resolve(expression));
        }
        Double hours = HOURS.get(rate.group(2));
        return PriceModel.HOURS_PER_MONTH / (Integer.parseInt(rate.group(1)) * hours);
    }

    /** Memory of the function whose handler has this name, in GB. */
    double memoryGigabytes(String handler) {
        return resources("AWS::Serverless::Function")
                .filter(function -> handler.equals(
                        members(members(function.get("Environment")).get("Variables"))
                                .get("QUARKUS_LAMBDA_HANDLER")))
                .mapToDouble(function -> Double.parseDouble(String.valueOf(resolve(function.get("MemorySize")))) / 1024)
                .max()
                .orElseThrow(() -> new IllegalArgumentException("no function has the handler " + handler));
    }

    /** The sort keys that the filters of stream consumers let pass, by {@code table/handler}. */
    Map<String, Set<String>> sortKeyFilters() {
        Map<String, Set<String>> filters = new HashMap<>();
        resources("AWS::Serverless::Function").forEach(function -> {
            Object handler = members(members(function.get("Environment")).get("Variables"))
                    .get("QUARKUS_LAMBDA_HANDLER");
            members(function.get("Events")).values().forEach(event -> {
                Map<String, Object> properties = members(members(event).get("Properties"));
                if (properties.get("FilterCriteria") != null) {
                    filters.put(tableOf(properties) + "/" + handler, sortKeys(properties.get("FilterCriteria")));
                }
            });
        });
        return filters;
    }

    private String tableOf(Map<String, Object> event) {
        String stream = String.valueOf(members(event.get("Stream")).get("GetAtt"));
        Map<String, Object> table = members(members(root.get("Resources")).get(stream.replace(".StreamArn", "")));
        Object name = members(members(table.get("Properties")).get("TableName")).get("Sub");
        return String.valueOf(name).replace("${AWS::StackName}-", "");
    }

    private static Set<String> sortKeys(@Nullable Object criteria) {
        Set<String> keys = new HashSet<>();
        for (Object filter : (List<?>) Objects.requireNonNull(members(criteria).get("Filters"))) {
            JsonNode pattern = tree(String.valueOf(members(filter).get("Pattern")));
            JsonNode allowed = pattern.at("/dynamodb/Keys/sk/S");
            if (!allowed.isArray()) {
                throw new IllegalStateException("not a filter of sort keys: " + pattern);
            }
            allowed.forEach(key -> keys.add(key.asText()));
        }
        return keys;
    }

    private static JsonNode tree(String json) {
        try {
            return MeasuredCapacity.JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(json, e);
        }
    }

    /** Properties of the resources of a type that the parameters create. */
    private Stream<Map<String, Object>> resources(String type) {
        return members(root.get("Resources")).values().stream()
                .map(IdleStack::members)
                .filter(resource -> type.equals(resource.get("Type")))
                .filter(resource -> resource.get("Condition") == null || condition(resource.get("Condition")))
                .map(resource -> members(resource.get("Properties")));
    }

    private boolean condition(@Nullable Object value) {
        if (value instanceof String name) {
            return condition(members(root.get("Conditions")).get(name));
        }
        Map.Entry<String, Object> function =
                members(value).entrySet().iterator().next();
        List<?> arguments = function.getValue() instanceof List<?> list ? list : List.of(function.getValue());
        return switch (function.getKey()) {
            case "Condition" -> condition(arguments.get(0));
            case "Not" -> !condition(arguments.get(0));
            case "And" -> arguments.stream().allMatch(this::condition);
            case "Or" -> arguments.stream().anyMatch(this::condition);
            case "Equals" ->
                String.valueOf(resolve(arguments.get(0))).equals(String.valueOf(resolve(arguments.get(1))));
            default -> throw new IllegalStateException("unknown condition " + function);
        };
    }

    /** The value of a property that may be {@code !Ref}, {@code !If} or {@code !FindInMap}. */
    private Object resolve(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map) || map.size() != 1) {
            return String.valueOf(value);
        }
        Map.Entry<String, Object> function =
                members(value).entrySet().iterator().next();
        return switch (function.getKey()) {
            case "Ref" -> parameters.getOrDefault(String.valueOf(function.getValue()), function.getValue());
            case "If" -> {
                List<?> parts = (List<?>) function.getValue();
                yield resolve(parts.get(condition(parts.get(0)) ? 1 : 2));
            }
            case "FindInMap" -> {
                Object found = root.get("Mappings");
                for (Object key : (List<?>) function.getValue()) {
                    found = members(found).get(String.valueOf(resolve(key)));
                }
                yield String.valueOf(found);
            }
            default -> value;
        };
    }

    @SuppressWarnings("unchecked") // Keys of YAML mappings in the template are text.
    private static Map<String, Object> members(@Nullable Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }
}
