package dev.statecraft.local.template;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.Projection;

/**
 * The tables, stream consumers and schedules of template.yaml. The SAM template is the only definition of the tables;
 * dev mode and tests create their tables from it.
 *
 * @param tables tables in the order of the template
 * @param streamMappings one per function and consumed stream
 * @param schedules one per function and schedule
 */
public record Template(List<Table> tables, List<StreamMapping> streamMappings, List<Schedule> schedules) {

    /**
     * A DynamoDB table.
     * @param logicalId logical id in the template
     * @param name short name: the part of {@code TableName} after the prefix
     * @param streamView the stream view type, or null without a stream
     * @param ttlAttribute the TTL attribute, or null without expiry
     */
    public record Table(
            String logicalId,
            String name,
            List<KeySchemaElement> key,
            List<AttributeDefinition> attributes,
            List<GlobalSecondaryIndex> globalIndexes,
            List<LocalSecondaryIndex> localIndexes,
            @Nullable String streamView,
            @Nullable String ttlAttribute) {}

    /**
     * An event source mapping from a table's stream to a function, with the default values of Lambda.
     *
     * @param function logical id of the function
     * @param handler name that the function's {@code QUARKUS_LAMBDA_HANDLER} selects
     * @param table short name of the table
     * @param maximumRetries maximum number of retries of a failed batch; -1 for no limit
     * @param maximumRecordAge age at which a failed record is discarded; null for no limit
     * @param onFailure logical id of the on-failure destination, or null
     */
    public record StreamMapping(
            String function,
            String handler,
            String table,
            int batchSize,
            Duration batchingWindow,
            int parallelizationFactor,
            boolean bisectOnError,
            int maximumRetries,
            @Nullable Duration maximumRecordAge,
            boolean reportsBatchItemFailures,
            @Nullable String onFailure) {}

    /**
     * A schedule that calls a function.
     *
     * @param name logical id of the schedule
     * @param function logical id of the function
     * @param handler name that the function's {@code QUARKUS_LAMBDA_HANDLER} selects
     * @param expression schedule expression such as {@code rate(1 minute)}
     */
    public record Schedule(String name, String function, String handler, String expression) {}

    /** Reads the project's template; see {@link #read(Path)}. */
    public static Template ofProject() {
        return read(ProjectFiles.template());
    }

    /**
     * Reads a SAM template. CloudFormation's short tags are supported as far as tables and event sources use them:
     * {@code !Ref} to a parameter is its default value, a reference to a resource is its logical id, {@code !If} is its
     * first branch.
     *
     * @throws UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if the file is not a template, or a required property is missing
     */
    public static Template read(Path file) {
        try (Reader reader = Files.newBufferedReader(file)) {
            Object root = new Yaml(new CloudFormationTags(new LoaderOptions())).load(reader);
            return read(new TemplateNode(file.getFileName().toString(), root, root));
        } catch (IOException e) {
            throw new UncheckedIOException("The template " + file + " cannot be read", e);
        }
    }

    /**
     * The table with a short name.
     *
     * @throws IllegalArgumentException if the template has none
     */
    public Table table(String name) {
        return tables.stream()
                .filter(table -> table.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("template.yaml has no table " + name));
    }

    private static Template read(TemplateNode root) {
        Map<String, Table> tables = new LinkedHashMap<>();
        Map<String, String> handlers = new LinkedHashMap<>();
        @Nullable String globalHandler = root.at("Globals")
                .at("Function")
                .at("Environment")
                .at("Variables")
                .at("QUARKUS_LAMBDA_HANDLER")
                .textOrNull();
        Map<String, TemplateNode> resources = root.at("Resources").children();
        resources.forEach((id, resource) -> {
            TemplateNode properties = resource.at("Properties");
            switch (resource.at("Type").text()) {
                case "AWS::DynamoDB::Table" -> tables.put(id, table(id, properties));
                case "AWS::Serverless::Function" -> {
                    @Nullable String own = properties
                            .at("Environment")
                            .at("Variables")
                            .at("QUARKUS_LAMBDA_HANDLER")
                            .textOrNull();
                    @Nullable String handler = own == null ? globalHandler : own;
                    if (handler != null) {
                        handlers.put(id, handler);
                    }
                }
                default -> {
                    // Roles, queues and log groups are not part of dev mode.
                }
            }
        });
        List<StreamMapping> mappings = new ArrayList<>();
        List<Schedule> schedules = new ArrayList<>();
        resources.forEach((id, resource) -> {
            TemplateNode properties = resource.at("Properties");
            if (resource.at("Type").text().equals("AWS::Lambda::EventSourceMapping")) {
                mappings.add(mapping(
                        properties.at("FunctionName").text(),
                        handlers,
                        tables,
                        properties.at("EventSourceArn").text(),
                        properties));
            }
            properties.at("Events").children().forEach((name, event) -> {
                TemplateNode source = event.at("Properties");
                switch (event.at("Type").text()) {
                    case "DynamoDB" ->
                        mappings.add(mapping(
                                id, handlers, tables, source.at("Stream").text(), source));
                    case "Schedule" ->
                        schedules.add(new Schedule(
                                name,
                                id,
                                handler(handlers, id),
                                source.at("Schedule").text()));
                    case "ScheduleV2" ->
                        schedules.add(new Schedule(
                                name,
                                id,
                                handler(handlers, id),
                                source.at("ScheduleExpression").text()));
                    default -> {
                        // Dev mode serves HTTP routes itself.
                    }
                }
            });
        });
        return new Template(List.copyOf(tables.values()), List.copyOf(mappings), List.copyOf(schedules));
    }

    private static Table table(String id, TemplateNode properties) {
        String fullName = properties.at("TableName").text();
        // "${TablePrefix}boards" and "${AWS::StackName}-boards" both become "boards".
        String name = fullName.substring(fullName.lastIndexOf('}') + 1).replaceFirst("^[-_.]+", "");
        List<AttributeDefinition> attributes = properties.at("AttributeDefinitions").elements().stream()
                .map(attribute -> AttributeDefinition.builder()
                        .attributeName(attribute.at("AttributeName").text())
                        .attributeType(attribute.at("AttributeType").text())
                        .build())
                .toList();
        List<GlobalSecondaryIndex> globalIndexes = properties.at("GlobalSecondaryIndexes").elements().stream()
                .map(index -> GlobalSecondaryIndex.builder()
                        .indexName(index.at("IndexName").text())
                        .keySchema(key(index))
                        .projection(projection(index))
                        .build())
                .toList();
        List<LocalSecondaryIndex> localIndexes = properties.at("LocalSecondaryIndexes").elements().stream()
                .map(index -> LocalSecondaryIndex.builder()
                        .indexName(index.at("IndexName").text())
                        .keySchema(key(index))
                        .projection(projection(index))
                        .build())
                .toList();
        return new Table(
                id,
                name,
                key(properties),
                attributes,
                globalIndexes,
                localIndexes,
                properties.at("StreamSpecification").at("StreamViewType").textOrNull(),
                properties.at("TimeToLiveSpecification").at("AttributeName").textOrNull());
    }

    private static List<KeySchemaElement> key(TemplateNode owner) {
        return owner.at("KeySchema").elements().stream()
                .map(part -> KeySchemaElement.builder()
                        .attributeName(part.at("AttributeName").text())
                        .keyType(part.at("KeyType").text())
                        .build())
                .toList();
    }

    private static Projection projection(TemplateNode index) {
        TemplateNode projection = index.at("Projection");
        List<String> included = projection.at("NonKeyAttributes").elements().stream()
                .map(TemplateNode::text)
                .toList();
        Projection.Builder builder = Projection.builder()
                .projectionType(projection.at("ProjectionType").text());
        return included.isEmpty()
                ? builder.build()
                : builder.nonKeyAttributes(included).build();
    }

    private static StreamMapping mapping(
            String function, Map<String, String> handlers, Map<String, Table> tables, String stream, TemplateNode p) {
        String tableId = stream.replaceFirst("\\..*$", "");
        @Nullable Table table = tables.get(tableId);
        if (table == null) {
            throw new IllegalArgumentException(
                    function + " consumes the stream of " + tableId + ", which is not a table");
        }
        int age = p.at("MaximumRecordAgeInSeconds").integer(-1);
        return new StreamMapping(
                function,
                handler(handlers, function),
                table.name(),
                p.at("BatchSize").integer(100),
                Duration.ofSeconds(p.at("MaximumBatchingWindowInSeconds").integer(0)),
                p.at("ParallelizationFactor").integer(1),
                p.at("BisectBatchOnFunctionError").flag(),
                p.at("MaximumRetryAttempts").integer(-1),
                age < 0 ? null : Duration.ofSeconds(age),
                p.at("FunctionResponseTypes").elements().stream()
                        .anyMatch(type -> type.text().equals("ReportBatchItemFailures")),
                p.at("DestinationConfig").at("OnFailure").at("Destination").textOrNull());
    }

    private static String handler(Map<String, String> handlers, String function) {
        @Nullable String handler = handlers.get(function);
        if (handler == null) {
            throw new IllegalArgumentException(function + " does not set QUARKUS_LAMBDA_HANDLER");
        }
        return handler;
    }
}
