package dev.statecraft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.template.Template;
import dev.statecraft.local.template.TemplateTest;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

class DynamoDbLocalTest {

    @Test
    void process_respondsUntilClosed() throws IOException {
        DynamoDbLocal local = DynamoDbLocal.start(0, null);
        try (local) {
            HttpURLConnection connection =
                    (HttpURLConnection) local.endpoint().toURL().openConnection();
            assertTrue(connection.getResponseCode() >= 200);
        }
        assertFalse(local.process().isAlive());
        assertFalse(DynamoDbLocal.isTaken(local.port()));
        local.close();
    }

    @Test
    void data_isStoredInTheDirectory(@TempDir Path directory) {
        Path data = directory.resolve("made/on/demand");
        Template template = Template.read(TemplateTest.FIXTURE);
        try (DynamoDbLocal local = DynamoDbLocal.start(0, data);
                DynamoDbClient dynamoDb = LocalDynamoDb.client(local.endpoint())) {
            new LocalTables(dynamoDb, template, "kept-").createMissing();
        }
        try (DynamoDbLocal local = DynamoDbLocal.start(0, data);
                DynamoDbClient dynamoDb = LocalDynamoDb.client(local.endpoint())) {
            assertEquals(
                    List.of("kept-boards", "kept-entries", "kept-ranks"),
                    dynamoDb.listTables().tableNames());
        }
    }

    @Test
    void portInUse_isReportedBeforeTheStart() throws IOException {
        try (ServerSocket other = new ServerSocket(0)) {
            assertThrows(DynamoDbLocal.PortTakenException.class, () -> DynamoDbLocal.start(other.getLocalPort(), null));
        }
    }
}
