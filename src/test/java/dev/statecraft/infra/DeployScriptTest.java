package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.infra.ScriptSandbox.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code infra/deploy} with stand-ins for the AWS CLI and the SAM CLI, and a deployed API. */
class DeployScriptTest {

    private ScriptSandbox sandbox;
    private Path zip;

    @BeforeEach
    void prepare(@TempDir Path folder) throws Exception {
        sandbox = ScriptSandbox.withAws(folder);
        zip = sandbox.nativeZip("statecraft.zip", ScriptSandbox.ARM64);
    }

    private Run deploy(DeployedApi api, Object... more) throws Exception {
        sandbox.set("FAKE_API", api.url());
        List<Object> arguments = new ArrayList<>(List.of("--zip", zip));
        arguments.addAll(List.of(more));
        return sandbox.run("deploy", arguments.toArray());
    }

    private List<String> deployedParameters() throws Exception {
        List<String> parameters = new ArrayList<>();
        new ObjectMapper()
                .readTree(sandbox.file("parameters.json").toFile())
                .forEach(parameter -> parameters.add(parameter.asText()));
        return parameters;
    }

    private String bootstrapKey() throws Exception {
        return Files.readString(sandbox.keys().resolve("bootstrap-key")).strip();
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private List<Path> serverKeys() throws Exception {
        try (Stream<Path> files = Files.list(sandbox.keys())) {
            return files.filter(file -> file.getFileName().toString().startsWith("server-key-"))
                    .toList();
        }
    }

    @Test
    void aFirstDeployment_createsBucketStackAndKeys() throws Exception {
        try (DeployedApi api = new DeployedApi(1, 201)) {
            Run run = deploy(api, "--parameter", "RobloxPlaces=8151234=racing,9904711=zoo");
            assertEquals(0, run.code(), run::toString);
            String key = bootstrapKey();
            assertTrue(key.matches("sk_bootstrap_[0-9a-f]{64}"), key);
            assertEquals(
                    List.of(
                            "Architecture=arm64",
                            "Runtime=native",
                            "RobloxPlaces=8151234=racing,9904711=zoo",
                            "BootstrapKeyHash=" + sha256(key)),
                    deployedParameters());
            assertEquals(List.of("Bearer " + key), List.copyOf(api.credentials()));
            assertEquals(
                    DeployedApi.SERVER_KEY,
                    Files.readString(serverKeys().get(0)).strip());
            for (String part : List.of(
                    "API         " + api.url() + "\n",
                    "Dashboard   " + api.url() + "/\n",
                    "curl -s \"$API/v1/leaderboards\"",
                    "KEY=$(cat '" + serverKeys().get(0) + "')")) {
                assertTrue(run.out().contains(part), () -> part + " is missing in " + run);
            }
        }
        List<String> changes = sandbox.calls().stream()
                .filter(call -> call.matches("aws (s3 |s3api (create|put)|cloudformation deploy).*"))
                .map(call -> call.replaceAll(" --.*", ""))
                .toList();
        assertEquals(
                List.of(
                        "aws s3api create-bucket",
                        "aws s3api put-public-access-block",
                        "aws s3api put-bucket-encryption",
                        "aws s3 cp " + zip + " s3://statecraft-artifacts-123456789012-eu-west-1/statecraft/"
                                + sha256Of(zip) + ".zip",
                        "aws cloudformation deploy"),
                changes);
        assertEquals(-1, Files.mismatch(zip, sandbox.file("uploaded.zip")));
    }

    private static String sha256Of(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    @Test
    void theDeployedTemplate_differsOnlyInItsCodeUri() throws Exception {
        try (DeployedApi api = new DeployedApi(0, 201)) {
            assertEquals(0, deploy(api).code());
        }
        String expected = Files.readString(Path.of("template.yaml"))
                .replace(
                        "    CodeUri: target/function.zip\n",
                        "    CodeUri: \"s3://statecraft-artifacts-123456789012-eu-west-1/statecraft/" + sha256Of(zip)
                                + ".zip\"\n");
        assertEquals(expected, Files.readString(sandbox.file("template.yaml")));
    }

    @Test
    void keysAreInNoArgumentAndInNoOutput() throws Exception {
        Path secret = Files.writeString(sandbox.file("secret"), "a \"quoted\\ secret\n");
        try (DeployedApi api = new DeployedApi(0, 201)) {
            Run run = deploy(api, "--parameter", "RobloxWebhookSecret=file://" + secret);
            assertEquals(0, run.code(), run::toString);
            String visible = run + String.join("\n", sandbox.calls());
            assertFalse(visible.contains(bootstrapKey()), visible);
            assertFalse(visible.contains(DeployedApi.SERVER_KEY), visible);
            assertFalse(visible.contains("quoted"), visible);
        }
        assertTrue(
                deployedParameters().contains("RobloxWebhookSecret=a \"quoted\\ secret"),
                deployedParameters()::toString);
        try (Stream<Path> files = Files.walk(sandbox.keys())) {
            for (Path file : files.toList()) {
                assertEquals(
                        Files.isDirectory(file) ? "rwx------" : "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                        file::toString);
            }
        }
        try (Stream<Path> left = Files.list(sandbox.file(""))) {
            assertFalse(left.anyMatch(file -> file.getFileName().toString().startsWith("tmp.")), "temporary files");
        }
    }

    @Test
    void aSecondDeployment_keepsTheKeys() throws Exception {
        try (DeployedApi api = new DeployedApi(0, 201)) {
            assertEquals(0, deploy(api).code());
            String key = bootstrapKey();
            Run second = deploy(api, "--parameter", "LogRetentionDays=7");
            assertEquals(0, second.code(), second::toString);
            assertEquals(List.of("Architecture=arm64", "Runtime=native", "LogRetentionDays=7"), deployedParameters());
            assertEquals(key, bootstrapKey());
            assertEquals(1, api.credentials().size());
            assertTrue(second.out().contains("KEY=$(cat '" + serverKeys().get(0) + "')"), second::toString);
        }
    }

    @Test
    void aNewKey_replacesTheBootstrapKeyOnlyIfTheDeploymentSucceeds() throws Exception {
        try (DeployedApi api = new DeployedApi(0, 201)) {
            assertEquals(0, deploy(api).code());
            String first = bootstrapKey();
            sandbox.set("FAKE_FAILURE", "An error occurred (InsufficientCapabilities)");
            assertEquals(21, deploy(api, "--new-key").code());
            assertEquals(first, bootstrapKey());
            sandbox.unset("FAKE_FAILURE");
            assertEquals(0, deploy(api, "--new-key").code());
            assertFalse(first.equals(bootstrapKey()));
            assertTrue(deployedParameters().contains("BootstrapKeyHash=" + sha256(bootstrapKey())));
            assertFalse(Files.exists(sandbox.keys().resolve("bootstrap-key.old")));
        }
    }

    @Test
    void aFailedFirstDeployment_saysWhyAndKeepsItsKeyForTheNextAttempt() throws Exception {
        try (DeployedApi api = new DeployedApi(0, 201)) {
            sandbox.set("FAKE_FAILURE", "Failed to create/update the stack.");
            Run failed = deploy(api);
            assertEquals(21, failed.code(), failed::toString);
            assertTrue(failed.err().contains("Failed to create/update the stack."), failed::toString);
            assertTrue(failed.err().contains("The table statecraft-boards exists"), failed::toString);
            String key = bootstrapKey();
            sandbox.unset("FAKE_FAILURE");
            assertEquals(0, deploy(api).code());
            assertEquals(key, bootstrapKey());
            assertTrue(deployedParameters().contains("BootstrapKeyHash=" + sha256(key)));
        }
    }

    @Test
    void anEmptyBootstrapKeyHash_disablesTheKey() throws Exception {
        sandbox.set("FAKE_STATUS", "CREATE_COMPLETE");
        try (DeployedApi api = new DeployedApi(0, 201)) {
            Run run = deploy(api, "--parameter", "BootstrapKeyHash=");
            assertEquals(0, run.code(), run::toString);
            assertEquals(List.of("Architecture=arm64", "Runtime=native", "BootstrapKeyHash="), deployedParameters());
            assertTrue(run.out().contains("none on this machine"), run::toString);
        }
    }

    @Test
    void anApiThatDoesNotBecomeReady_isReported() throws Exception {
        try (DeployedApi api = new DeployedApi(1000, 201)) {
            Run run = deploy(api, "--wait", "1");
            assertEquals(22, run.code(), run::toString);
            assertTrue(run.err().contains("/q/health/ready did not answer 200 within 1 seconds"), run::toString);
        }
    }

    @Test
    void aRejectedBootstrapKey_isReportedWithTheUrl() throws Exception {
        try (DeployedApi api = new DeployedApi(0, 401)) {
            Run run = deploy(api);
            assertEquals(23, run.code(), run::toString);
            assertTrue(
                    run.err().contains("deployed at " + api.url()) && run.err().contains("401"), run::toString);
            assertEquals(List.of(), serverKeys());
        }
    }

    @Test
    void anUpdateWithoutAZip_keepsTheDeployedTemplate() throws Exception {
        sandbox.set("FAKE_STATUS", "CREATE_COMPLETE");
        String deployed = Files.readString(Path.of("template.yaml"))
                .replace("target/function.zip", "s3://bucket/former.zip")
                .replace("  LogRetentionDays:", "  FormerName:");
        Files.writeString(sandbox.file("deployed-template.yaml"), deployed);
        try (DeployedApi api = new DeployedApi(0, 201)) {
            sandbox.set("FAKE_API", api.url());
            Run plan = sandbox.run("deploy", "--plan", "--parameter", "FormerName=7");
            assertEquals(0, plan.code(), plan::toString);
            assertTrue(plan.out().contains("artifact      the deployed code and template"), plan::toString);
            Run run = sandbox.run("deploy", "--parameter", "FormerName=7");
            assertEquals(0, run.code(), run::toString);
            assertEquals(List.of("FormerName=7"), deployedParameters());
            assertEquals(deployed, Files.readString(sandbox.file("template.yaml")));
            assertFalse(Files.exists(sandbox.file("uploaded.zip")));
            assertEquals(
                    16,
                    sandbox.run("deploy", "--parameter", "LogRetentionDays=7").code());
            assertEquals(0, sandbox.run("deploy", "--new-key").code());
            assertEquals(List.of("BootstrapKeyHash=" + sha256(bootstrapKey())), deployedParameters());
        }
    }

    @Test
    void theSamCli_deploysTheSame() throws Exception {
        Files.delete(sandbox.file("bin/aws"));
        sandbox.install("sam");
        try (DeployedApi api = new DeployedApi(0, 201)) {
            Run run = deploy(api, "--keys", sandbox.file("home/keys"), "--parameter", "CorsOrigins=https://a.example");
            assertEquals(0, run.code(), run::toString);
            String key =
                    Files.readString(sandbox.file("home/keys/bootstrap-key")).strip();
            String config = Files.readString(sandbox.file("samconfig.toml"));
            for (String line : List.of(
                    "stack_name = \"statecraft\"",
                    "region = \"eu-west-1\"",
                    "resolve_s3 = true",
                    "capabilities = \"CAPABILITY_IAM\"",
                    "parameter_overrides = 'Architecture=\"arm64\" Runtime=\"native\" CorsOrigins=\"https://a.example\""
                            + " BootstrapKeyHash=\"" + sha256(key) + "\"'")) {
                assertTrue(config.contains(line + "\n"), () -> line + " is missing in " + config);
            }
            assertTrue(Files.readString(sandbox.file("template.yaml")).contains("CodeUri: \"" + zip + "\""));
            assertTrue(run.out().contains("Dashboard   " + api.url() + "/\n"), run::toString);
            assertFalse(String.join("\n", sandbox.calls()).contains(key));
        }
    }
}
