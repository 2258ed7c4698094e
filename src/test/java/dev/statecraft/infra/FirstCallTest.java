package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.access.ClosedDoor;
import dev.statecraft.infra.ScriptSandbox.Run;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code infra/deploy} with the running application as the deployed API: its first key, and the call that it prints. */
@QuarkusTest
@Tag("application-profile")
@TestProfile(ClosedDoor.class)
@WithTestResource(DynamoDbLocalResource.class)
class FirstCallTest {

    @Test
    void printedCall_createsABoard(@TempDir Path folder) throws Exception {
        ScriptSandbox sandbox = ScriptSandbox.withAws(folder);
        sandbox.set("FAKE_API", "http://localhost:" + RestAssured.port);
        Files.createDirectories(sandbox.keys());
        Files.writeString(sandbox.keys().resolve("bootstrap-key"), ClosedDoor.BOOTSTRAP + "\n");
        Run run = sandbox.run("deploy", "--zip", sandbox.nativeZip("function.zip", ScriptSandbox.ARM64));
        assertEquals(0, run.code(), run::toString);

        String call = run.out().substring(run.out().indexOf("First call:\n") + "First call:\n".length());
        Process shell = new ProcessBuilder("sh", "-c", call).start();
        String answer = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, shell.waitFor(), call);
        JsonNode board = new ObjectMapper().readTree(answer);
        assertEquals("high_scores", board.path("id").asText(), answer);

        Files.delete(sandbox.keys().resolve("server-key-localhost:" + RestAssured.port));
        Run again = sandbox.run("deploy", "--zip", sandbox.file("function.zip"));
        assertEquals(0, again.code(), again::toString);
        assertTrue(
                Files.exists(sandbox.keys().resolve("server-key-localhost:" + RestAssured.port)),
                "the same request returns the same key again");
    }
}
