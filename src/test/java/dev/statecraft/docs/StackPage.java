package dev.statecraft.docs;

import static dev.statecraft.docs.MarkdownTable.code;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.SamTemplate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Writes {@code reference/stack.md} from {@code template.yaml}. */
final class StackPage {

    private static final String INTRODUCTION = """
            What a stack of [`template.yaml`](../../../../template.yaml) consists of: parameters, functions, tables, queues
            and outputs.
            """;

    private static final Set<String> READS = Set.of("GetItem", "BatchGetItem", "Query", "Scan", "ConditionCheckItem");

    private static final Set<String> WRITES = Set.of("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem");

    /** Resources that name a function without starting it. */
    private static final Set<String> PASSIVE = Set.of(
            "AWS::CloudWatch::Alarm",
            "AWS::CloudWatch::CompositeAlarm",
            "AWS::CloudWatch::Dashboard",
            "AWS::IAM::Role",
            "AWS::Lambda::Permission",
            "AWS::Logs::LogGroup",
            "AWS::Logs::MetricFilter",
            "AWS::Serverless::Function");

    private StackPage() {}

    static String text() {
        return "# Stack\n\n" + INTRODUCTION + parameters() + functions() + tables() + queues() + outputs();
    }

    private static String parameters() {
        MarkdownTable table = new MarkdownTable("Parameter", "Default", "Allowed values", "Description");
        SamTemplate.ROOT.path("Parameters").properties().forEach(entry -> {
            JsonNode parameter = entry.getValue();
            String secret = parameter.path("NoEcho").asBoolean() ? " The value is not shown in the console." : "";
            String value = parameter.path("Default").asText();
            table.row(
                    code(entry.getKey()),
                    !parameter.has("Default") ? "required" : value.isEmpty() ? "empty" : code(value),
                    allowed(parameter),
                    line(parameter.path("Description").asText()) + secret);
        });
        return section(
                "Parameters",
                "Set a parameter with `infra/deploy --parameter Name=value`. [Deploy](../deploy.md) describes the"
                        + " first deployment.",
                table);
    }

    private static String allowed(JsonNode parameter) {
        List<String> parts = new ArrayList<>();
        parameter.path("AllowedValues").forEach(value -> parts.add(code(value.asText())));
        if (parameter.has("AllowedPattern")) {
            parts.add(code(parameter.get("AllowedPattern").asText()));
        }
        if (parameter.has("MinValue")) {
            parts.add("at least " + parameter.get("MinValue").asText());
        }
        if (parameter.has("MaxValue")) {
            parts.add("at most " + parameter.get("MaxValue").asText());
        }
        return parts.isEmpty() ? "any" : String.join(", ", parts);
    }

    private static String functions() {
        MarkdownTable table = new MarkdownTable(
                "Function", "Purpose", "Handler", "Memory in MB: native, JVM", "Timeout", "Started by");
        SamTemplate.resources(SamTemplate.FUNCTION).forEach((id, function) -> {
            JsonNode properties = function.path("Properties");
            table.row(
                    code(id),
                    line(properties.path("Description").asText()),
                    code(properties
                            .at("/Environment/Variables/QUARKUS_LAMBDA_HANDLER")
                            .asText()),
                    memory(properties, "native") + ", " + memory(properties, "jvm"),
                    properties.path("Timeout").asText() + " s",
                    trigger(id, properties));
        });
        return section(
                "Functions",
                "All functions are one artifact, `target/function.zip`. The variable `QUARKUS_LAMBDA_HANDLER` of a function"
                        + " selects the handler. Every function has a role of its own, with the tables listed below.",
                table);
    }

    private static String memory(JsonNode properties, String runtime) {
        JsonNode memory = properties.path("MemorySize");
        return SamTemplate.ROOT
                .at("/Mappings/" + memory.path(0).asText() + "/" + runtime)
                .path(memory.path(2).asText())
                .asText();
    }

    private static String trigger(String id, JsonNode function) {
        List<String> routes = new ArrayList<>();
        List<String> others = new ArrayList<>();
        function.path("Events").forEach(event -> {
            JsonNode properties = event.path("Properties");
            switch (event.path("Type").asText()) {
                case "HttpApi" -> routes.add(code(route(properties)));
                case "DynamoDB" ->
                    others.add(
                            "stream of " + code(table(properties.path("Stream").asText())) + ", up to "
                                    + properties.path("BatchSize").asText() + " records a call");
                case "Schedule", "ScheduleV2" ->
                    others.add("schedule "
                            + either(properties.path(properties.has("Schedule") ? "Schedule" : "ScheduleExpression")));
                case "EventBridgeRule" ->
                    others.add("event "
                            + code(properties.at("/Pattern/detail-type/0").asText()));
                default -> others.add(event.path("Type").asText());
            }
        });
        String byName = ":function:" + function.path("FunctionName").asText();
        SamTemplate.resources("AWS::IAM::Role").forEach((role, resource) -> {
            String text = resource.toString();
            if (text.contains("scheduler.amazonaws.com\"},\"Action\":\"sts:AssumeRole") && text.contains(byName)) {
                others.add("one-shot schedules with " + code(role));
            }
        });
        if (!routes.isEmpty()) {
            others.add(0, "HTTP: " + String.join(", ", routes));
        }
        SamTemplate.ROOT.path("Resources").properties().forEach(resource -> {
            String type = resource.getValue().path("Type").asText();
            String text = resource.getValue().toString();
            if (!PASSIVE.contains(type) && (text.contains(id + ".Arn") || text.contains("${" + id + "}"))) {
                others.add(code(resource.getKey()) + " (" + type + ")");
            }
        });
        return String.join("; ", others);
    }

    /** A value, or the values of a condition: the second one first, because conditions name what is not the default. */
    private static String either(JsonNode value) {
        return value.isArray()
                ? code(value.path(2).asText()) + ", or " + code(value.path(1).asText()) + " with "
                        + code(value.path(0).asText())
                : code(value.asText());
    }

    private static String route(JsonNode event) {
        String method = event.path("Method").asText();
        return (method.equalsIgnoreCase("ANY") ? "" : method + " ")
                + event.path("Path").asText();
    }

    private static String tables() {
        SourceJavadoc names =
                SourceJavadoc.read(Path.of("src", "main", "java", "dev", "statecraft", "table", "TableNames.java"));
        Map<String, String> purposes = names.methods().get("dev.statecraft.table.TableNames");
        MarkdownTable keys = new MarkdownTable("Table", "Contents", "Key", "Indexes", "Stream", "TTL");
        MarkdownTable access = new MarkdownTable("Table", "Read by", "Written by");
        SamTemplate.resources(SamTemplate.TABLE).forEach((id, resource) -> {
            JsonNode properties = resource.path("Properties");
            String name = table(id);
            String view = properties.at("/StreamSpecification/StreamViewType").asText();
            keys.row(
                    code(name),
                    SourceJavadoc.markdown(purposes.getOrDefault(name, "")),
                    key(properties),
                    indexes(properties),
                    view.isEmpty() ? "none" : code(view) + readers(id),
                    code(properties.at("/TimeToLiveSpecification/AttributeName").asText("none")));
            access.row(code(name), functionsWith(id, READS::contains), functionsWith(id, WRITES::contains));
        });
        return section(
                        "Tables",
                        "The name of a table is the name of the stack, a hyphen, and the name below. All tables are billed on"
                                + " demand, have point-in-time recovery for 35 days and deletion protection, and remain when the"
                                + " stack is deleted. The Javadoc of each `…Store` class describes the items.",
                        keys)
                + "\n### Access of the functions to the tables\n\n"
                + ReferencePagesTest.wrapped(
                        "The role of a function allows no other reads and writes. A function that writes"
                                + " may also read what it replaces.")
                + "\n\n" + access;
    }

    private static String key(JsonNode node) {
        List<String> attributes = new ArrayList<>();
        node.path("KeySchema")
                .forEach(key -> attributes.add(code(key.path("AttributeName").asText())));
        return String.join(", ", attributes);
    }

    private static String indexes(JsonNode table) {
        List<String> indexes = new ArrayList<>();
        for (String kind : List.of("GlobalSecondaryIndexes", "LocalSecondaryIndexes")) {
            table.path(kind)
                    .forEach(index -> indexes.add(code(index.path("IndexName").asText()) + " (" + key(index) + "; "
                            + index.at("/Projection/ProjectionType").asText()
                            + (kind.startsWith("Local") ? "; local" : "") + ")"));
        }
        return indexes.isEmpty() ? "none" : String.join(", ", indexes);
    }

    private static String readers(String table) {
        Set<String> readers = new TreeSet<>();
        SamTemplate.resources(SamTemplate.FUNCTION)
                .forEach((id, function) -> function.at("/Properties/Events").forEach(event -> {
                    if (event.at("/Properties/Stream").asText().startsWith(table + ".")) {
                        readers.add(code(id));
                    }
                }));
        return readers.isEmpty() ? "" : " to " + String.join(", ", readers);
    }

    private static String functionsWith(String table, Predicate<String> verbs) {
        Set<String> functions = new TreeSet<>();
        SamTemplate.resources(SamTemplate.FUNCTION)
                .forEach((id, function) -> SamTemplate.grants(SamTemplate.roleOf(function)).stream()
                        .filter(grant -> grant.action().startsWith("dynamodb:"))
                        .filter(grant -> grant.logicalId().equals(table) && verbs.test(grant.verb()))
                        .forEach(grant -> functions.add(code(id))));
        return functions.isEmpty() ? "none" : String.join(", ", functions);
    }

    /** The name of a table without the stack: {@code LogTable.StreamArn} is {@code log}. */
    private static String table(String logicalId) {
        return logicalId.replaceFirst("Table(\\..*)?$", "").toLowerCase(java.util.Locale.ROOT);
    }

    private static String queues() {
        MarkdownTable table = new MarkdownTable("Queue", "Retention", "Receives");
        Map<String, String> sources = new TreeMap<>();
        SamTemplate.ROOT.path("Resources").properties().forEach(resource -> {
            String type = resource.getValue().path("Type").asText();
            resource.getValue().findValuesAsText("Destination").stream()
                    .distinct()
                    .forEach(queue -> sources.merge(
                            queue.replace(".Arn", ""),
                            "stream records that could not be processed, of " + code(resource.getKey()),
                            (before, same) -> before + ", " + code(resource.getKey())));
            if (type.equals("AWS::Events::Rule")) {
                String pattern = resource.getValue()
                        .at("/Properties/EventPattern/detail-type")
                        .toString();
                resource.getValue()
                        .at("/Properties/Targets")
                        .forEach(target -> sources.put(
                                target.path("Arn").asText().replace(".Arn", ""),
                                "events of the types " + code(pattern) + " from the event bus, by the rule "
                                        + code(resource.getKey())));
            }
        });
        SamTemplate.resources("AWS::SQS::Queue")
                .forEach((id, queue) -> table.row(
                        code(id),
                        queue.at("/Properties/MessageRetentionPeriod").asInt() / 86_400 + " d",
                        sources.getOrDefault(id, "")));
        return section(
                "Queues", "Queues of failures are empty in normal operation; an alarm reports a message.", table);
    }

    private static String outputs() {
        MarkdownTable table = new MarkdownTable("Output", "Description");
        List<String> names = new ArrayList<>();
        SamTemplate.ROOT.path("Outputs").properties().forEach(output -> {
            String description = line(output.getValue().path("Description").asText());
            if (description.isEmpty()) {
                names.add(code(output.getKey()));
            } else {
                table.row(code(output.getKey()), description);
            }
        });
        String rest = names.isEmpty()
                ? ""
                : "\n" + ReferencePagesTest.wrapped("Names of resources: " + String.join(", ", names) + ".") + "\n";
        return section("Outputs", "Read them with `sam list stack-outputs --stack-name NAME`.", table) + rest;
    }

    private static String section(String heading, String sentence, MarkdownTable table) {
        return "\n## " + heading + "\n\n" + ReferencePagesTest.wrapped(sentence) + "\n\n" + table;
    }

    private static String line(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
