package dev.statecraft.local.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;

public class TemplateTest {

    public static final Path FIXTURE = Path.of("src/test/resources/dev/statecraft/local/template.yaml");

    private final Template template = Template.read(FIXTURE);

    @Test
    void tableName_isThePartAfterThePrefix() {
        assertEquals(
                List.of("boards", "entries", "ranks"),
                template.tables().stream().map(Template.Table::name).toList());
    }

    @Test
    void tableDefinitions_areReadCompletely() {
        Template.Table entries = template.table("entries");
        assertEquals("EntriesTable", entries.logicalId());
        assertEquals(5, entries.attributes().size());
        assertEquals(
                List.of("pk", "sk"),
                entries.key().stream().map(part -> part.attributeName()).toList());
        assertEquals("NEW_AND_OLD_IMAGES", entries.streamView());
        assertEquals("ttl", entries.ttlAttribute());
        assertEquals(
                List.of("meta"), entries.globalIndexes().get(0).projection().nonKeyAttributes());
        assertEquals(
                ProjectionType.KEYS_ONLY,
                entries.localIndexes().get(0).projection().projectionType());
        assertNull(template.table("ranks").streamView());
        assertNull(template.table("ranks").ttlAttribute());
    }

    @Test
    void streamMappings_areReadWithResolvedParameters() {
        assertEquals(
                List.of(new Template.StreamMapping(
                        "LeaderboardStreamFunction",
                        "leaderboard-stream",
                        "entries",
                        1000,
                        Duration.ofSeconds(1),
                        1,
                        true,
                        3,
                        Duration.ofHours(1),
                        true,
                        "FailedBatches.Arn")),
                template.streamMappings());
    }

    @Test
    void schedules_areRead() {
        assertEquals(
                List.of(new Template.Schedule("EveryMinute", "ScheduleFunction", "schedule", "rate(1 minute)")),
                template.schedules());
    }

    @Test
    void missingProperty_isNamedWithItsPath(@TempDir Path directory) throws IOException {
        Path broken = Files.writeString(directory.resolve("template.yaml"), """
                Resources:
                  T: {Type: AWS::DynamoDB::Table, Properties: {}}
                """);
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> Template.read(broken));
        assertTrue(refused.toString().contains("Resources.T.Properties.TableName"), refused.toString());
    }
}
