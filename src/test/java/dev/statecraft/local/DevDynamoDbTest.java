package dev.statecraft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevDynamoDbTest {

    @TempDir
    private Path directory = Path.of("");

    private final int port = freePort();

    @AfterEach
    void stop() throws IOException {
        if (Files.exists(file())) {
            DynamoDbLocal.stop(running());
        }
    }

    @Test
    void liveReload_keepsTheProcess() throws IOException {
        DevDynamoDb.ensure(port, null, file());
        ProcessHandle first = running();
        DevDynamoDb.ensure(port, null, file());
        assertEquals(first, running());
        assertTrue(first.isAlive());
    }

    @Test
    void otherOptions_startAnotherProcess() throws IOException {
        DevDynamoDb.ensure(port, null, file());
        ProcessHandle first = running();
        DevDynamoDb.ensure(port, directory.resolve("data"), file());
        assertFalse(first.isAlive());
        assertTrue(running().isAlive());
    }

    @Test
    void processOfADeadOwner_isReplaced() throws IOException {
        DevDynamoDb.ensure(port, null, file());
        ProcessHandle first = running();
        note("owner", String.valueOf(Long.MAX_VALUE));
        DevDynamoDb.ensure(port, null, file());
        assertFalse(first.isAlive());
        assertTrue(running().isAlive());
    }

    @Test
    void otherProcessWithTheSameId_isNotStopped() throws IOException {
        DevDynamoDb.ensure(port, null, file());
        ProcessHandle first = running();
        note("owner", String.valueOf(Long.MAX_VALUE));
        note("startedAt", "2001-01-01T00:00:00Z");
        assertThrows(IllegalStateException.class, () -> DevDynamoDb.ensure(port, null, file()));
        assertTrue(first.isAlive());
    }

    @Test
    void portInUse_isReportedWithTheRemedy() throws IOException {
        try (ServerSocket other = new ServerSocket(0)) {
            IllegalStateException refused = assertThrows(
                    IllegalStateException.class, () -> DevDynamoDb.ensure(other.getLocalPort(), null, file()));
            assertTrue(refused.toString().contains("-Dstatecraft.local.dynamodb-port="), refused.toString());
        }
    }

    private Path file() {
        return directory.resolve("note.properties");
    }

    private ProcessHandle running() throws IOException {
        return ProcessHandle.of(Long.parseLong(read().getProperty("pid"))).orElseThrow();
    }

    private void note(String key, String value) throws IOException {
        Properties note = read();
        note.setProperty(key, value);
        try (var writer = Files.newBufferedWriter(file())) {
            note.store(writer, null);
        }
    }

    private Properties read() throws IOException {
        Properties note = new Properties();
        try (var reader = Files.newBufferedReader(file())) {
            note.load(reader);
        }
        return note;
    }

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
