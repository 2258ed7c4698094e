package dev.statecraft;

import static dev.statecraft.SamTemplate.FUNCTION;
import static dev.statecraft.SamTemplate.TABLE;
import static dev.statecraft.SamTemplate.events;
import static dev.statecraft.SamTemplate.grants;
import static dev.statecraft.SamTemplate.resources;
import static dev.statecraft.SamTemplate.roleOf;
import static dev.statecraft.SamTemplate.text;
import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaClasses;
import dev.statecraft.SamTemplate.Grant;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.table.TableNames;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.WithDefault;
import jakarta.inject.Named;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds template.yaml, and what infra/ says about it, against the code. */
class SamTemplateTest {

    private static final JavaClasses CODE = CodeModel.MAIN;

    // ---- Functions and handlers

    @Test
    void everyHandlerBeanHasAFunctionAndEveryFunctionAHandlerBean() {
        Set<String> beans = CODE.stream()
                .filter(type ->
                        type.isAssignableTo(RequestHandler.class) || type.isAssignableTo(RequestStreamHandler.class))
                .filter(type -> type.isAnnotatedWith(Named.class))
                .map(type -> type.getAnnotationOfType(Named.class).value())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> functions = resources(FUNCTION).values().stream()
                .map(function -> text(function, "/Properties/Environment/Variables/QUARKUS_LAMBDA_HANDLER"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(beans, functions);
    }

    @Test
    void everyFunctionSaysItsMemoryAndTimeoutForBothRuntimes() {
        resources(FUNCTION).forEach((id, function) -> {
            JsonNode memory = function.at("/Properties/MemorySize");
            for (String runtime : List.of("native", "jvm")) {
                int megabytes = SamTemplate.ROOT
                        .at("/Mappings/" + memory.path(0).asText() + "/" + runtime)
                        .path(memory.path(2).asText())
                        .asInt();
                assertTrue(megabytes >= 128 && megabytes <= 3008, id + " on " + runtime + ": " + megabytes + " MB");
            }
            int timeout = function.at("/Properties/Timeout").asInt();
            assertTrue(timeout > 0 && timeout <= 900, id + " times out after " + timeout + " s");
        });
    }

    /** A migration's last scan finds what these functions wrote with the schema version before, even if they were slow. */
    @Test
    void migrationsWaitLongerThanTheFunctionsThatWriteEntities() throws ReflectiveOperationException {
        Duration settle = defaultOf(MigrationConfig.class, "settleAfter");
        Duration cache = defaultOf(ReplicationConfig.class, "typeCache");
        resources(FUNCTION).forEach((id, function) -> {
            String handler = text(function, "/Properties/Environment/Variables/QUARKUS_LAMBDA_HANDLER");
            if (Set.of("api", "socket", "schedule").contains(handler)) {
                Duration slowest =
                        cache.plusSeconds(function.at("/Properties/Timeout").asInt());
                assertTrue(slowest.compareTo(settle) < 0, () -> id + " may take " + slowest);
            }
        });
    }

    private static Duration defaultOf(Class<?> config, String method) throws ReflectiveOperationException {
        String value = config.getMethod(method).getAnnotation(WithDefault.class).value();
        return DurationConverter.parseDuration(value);
    }

    // ---- Tables

    @Test
    void tablesAreTheOnesTheCodeNames() throws ReflectiveOperationException {
        String prefix = text(SamTemplate.ROOT, "/Globals/Function/Environment/Variables/STATECRAFT_TABLES_PREFIX");
        TableNames names = () -> prefix;
        Set<String> named = new TreeSet<>();
        for (Method method : TableNames.class.getDeclaredMethods()) {
            if (method.isDefault() && method.getReturnType() == String.class) {
                named.add((String) method.invoke(names));
            }
        }
        Set<String> declared = resources(TABLE).values().stream()
                .map(table -> text(table, "/Properties/TableName"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(named, declared);
    }

    @Test
    void tablesOutliveMistakes() {
        resources(TABLE).forEach((id, table) -> {
            assertEquals("Retain", text(table, "/DeletionPolicy"), id);
            assertEquals("Retain", text(table, "/UpdateReplacePolicy"), id);
            assertTrue(table.at("/Properties/DeletionProtectionEnabled").asBoolean(), id);
            assertTrue(
                    table.at("/Properties/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled")
                            .asBoolean(),
                    id);
            assertEquals("PAY_PER_REQUEST", text(table, "/Properties/BillingMode"), id);
        });
    }

    @Test
    void itemsExpireOnlyByTtlAttribute() {
        Map<String, String> ttl = new TreeMap<>();
        resources(TABLE)
                .forEach((id, table) -> ttl.put(
                        id,
                        table.at("/Properties/TimeToLiveSpecification/AttributeName")
                                .asText()));
        assertEquals(
                Map.ofEntries(
                        entry("BoardsTable", "ttl"),
                        entry("EntriesTable", "ttl"),
                        entry("LimitsTable", "ttl"),
                        entry("RanksTable", ""),
                        entry("EntitiesTable", ""),
                        entry("LogTable", "ttl"),
                        entry("HistoryTable", ""),
                        entry("ReplicationTable", "ttl"),
                        entry("ConnectionsTable", "ttl"),
                        entry("IntentsTable", "ttl"),
                        entry("MigrationsTable", ""),
                        entry("AccessTable", "ttl"),
                        entry("ErasuresTable", "ttl"),
                        entry("EventsTable", "ttl"),
                        entry("IntegrationTable", "ttl")),
                ttl);
    }

    @Test
    void entriesStreamBothImagesAndKeepALaneInOnePartition() {
        JsonNode entries = SamTemplate.ROOT.at("/Resources/EntriesTable/Properties");
        assertEquals("NEW_AND_OLD_IMAGES", text(entries, "/StreamSpecification/StreamViewType"));
        assertEquals("lane", text(entries, "/LocalSecondaryIndexes/0/IndexName"));
        assertEquals("order", text(entries, "/GlobalSecondaryIndexes/0/IndexName"));
    }

    // ---- Streams and schedules

    @Test
    void streamMappingsGiveUpVisiblyAndInBoundedTime() {
        assertFalse(events("DynamoDB").isEmpty());
        events("DynamoDB").forEach((id, event) -> {
            JsonNode mapping = event.path("Properties");
            assertEquals("ReportBatchItemFailures", text(mapping, "/FunctionResponseTypes/0"), id);
            assertTrue(mapping.path("BisectBatchOnFunctionError").asBoolean(), id);
            int retries = mapping.path("MaximumRetryAttempts").asInt(-1);
            assertTrue(retries >= 1 && retries <= 1000, id + " tries " + retries + " times");
            int age = mapping.path("MaximumRecordAgeInSeconds").asInt(-1);
            assertTrue(age >= 60 && age < TimeUnit.HOURS.toSeconds(24), id + " gives up after " + age + " s");
            String queue =
                    text(mapping, "/DestinationConfig/OnFailure/Destination").replace(".Arn", "");
            JsonNode properties = SamTemplate.ROOT.at("/Resources/" + queue + "/Properties");
            assertTrue(properties.path("SqsManagedSseEnabled").asBoolean(), queue);
            assertEquals(
                    TimeUnit.DAYS.toSeconds(14),
                    properties.path("MessageRetentionPeriod").asLong(),
                    queue);
            String function = id.substring(0, id.indexOf('.'));
            assertTrue(
                    grants(roleOf(SamTemplate.ROOT.at("/Resources/" + function)))
                            .contains(new Grant("sqs:SendMessage", queue + ".Arn")),
                    function + " may not report what it gives up");
        });
    }

    @Test
    void streamMappingsKeepTheOrderOfALaneAndTrailBySecondsAtMost() {
        events("DynamoDB").forEach((id, event) -> {
            JsonNode mapping = event.path("Properties");
            assertEquals("TRIM_HORIZON", text(mapping, "/StartingPosition"), id);
            assertEquals(
                    1, mapping.path("ParallelizationFactor").asInt(), id + ": only items keep their order above 1");
            assertTrue(mapping.path("MaximumBatchingWindowInSeconds").asInt(-1) <= 1, id);
        });
    }

    // ---- Around the template

    @Test
    void deploymentSettingsNameParametersOfTheTemplate() throws IOException {
        Set<String> named = Pattern.compile("parameter_overrides = \"(.*)\"")
                .matcher(Files.readString(Path.of("infra/samconfig.toml")))
                .results()
                .flatMap(line -> Stream.of(line.group(1).split(" ")))
                .map(override -> override.substring(0, override.indexOf('=')))
                .collect(Collectors.toCollection(TreeSet::new));
        assertFalse(named.isEmpty());
        named.removeIf(SamTemplate.ROOT.path("Parameters")::has);
        assertEquals(Set.of(), named);
    }

    @Test
    void cfnLintFindsNothing() throws Exception {
        boolean installed = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "cfn-lint")));
        assumeTrue(installed, "cfn-lint is not installed (pip install cfn-lint)");
        Process lint = new ProcessBuilder("cfn-lint", SamTemplate.FILE.toString())
                .redirectErrorStream(true)
                .start();
        String findings = new String(lint.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, lint.waitFor(), findings);
    }
}
