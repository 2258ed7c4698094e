package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.infra.ScriptSandbox.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code infra/deploy --plan}, and the refusals of infra/deploy before it changes anything. */
class DeployPlanTest {

    /** Calls that read only. */
    private static final Pattern READS =
            Pattern.compile("aws (configure get|sts get-|cloudformation (describe|get)-|dynamodb list-|s3api head-).*"
                    + "|sam list stack-outputs .*");

    private ScriptSandbox sandbox;
    private Path zip;

    @BeforeEach
    void prepare(@TempDir Path folder) throws Exception {
        sandbox = ScriptSandbox.withAws(folder);
        zip = sandbox.nativeZip("statecraft.zip", ScriptSandbox.ARM64);
    }

    private void assertNothingChanged() throws Exception {
        assertEquals(
                List.of(),
                sandbox.calls().stream()
                        .filter(call -> !READS.matcher(call).matches())
                        .toList());
        try (Stream<Path> files = Files.walk(sandbox.file("home"))) {
            assertEquals(List.of(), files.filter(Files::isRegularFile).toList());
        }
    }

    private void assertRefused(int code, String sentence, Object... arguments) throws Exception {
        Run run = sandbox.run("deploy", arguments);
        assertEquals(code, run.code(), run::toString);
        assertTrue(run.err().startsWith("deploy: ") && run.err().contains(sentence), run::toString);
        assertNothingChanged();
    }

    @Test
    void plan_namesEverything_changesNothing() throws Exception {
        Run run = sandbox.run("deploy", "--plan", "--zip", zip, "--parameter", "LogRetentionDays=7");
        assertEquals(0, run.code(), run::toString);
        for (String part : List.of(
                "create the stack statecraft",
                "eu-west-1 (AWS_REGION)",
                ScriptSandbox.ACCOUNT,
                "native, SHA-256 ",
                "architecture  arm64",
                "statecraft-artifacts-123456789012-eu-west-1 (is created: private, encrypted)",
                "a new bootstrap key is written to " + sandbox.keys() + "/bootstrap-key (mode 600)",
                "Architecture=arm64 Runtime=native LogRetentionDays=7",
                "aws cloudformation deploy",
                "Nothing was changed.")) {
            assertTrue(run.out().contains(part), () -> part + " is missing in " + run);
        }
        assertNothingChanged();
    }

    @Test
    void planOfAnUpdate_keepsKeyAndBucket() throws Exception {
        sandbox.set("FAKE_STATUS", "UPDATE_COMPLETE");
        sandbox.set("FAKE_BUCKET", "mine");
        Run run = sandbox.run("deploy", "--plan", "--zip", zip);
        assertEquals(0, run.code(), run::toString);
        assertTrue(run.out().contains("update the stack statecraft (UPDATE_COMPLETE)"), run::toString);
        assertTrue(run.out().contains("the stack keeps its bootstrap key"), run::toString);
        assertTrue(run.out().contains("eu-west-1 (exists)"), run::toString);
        assertFalse(run.out().contains("create-bucket"), run::toString);
    }

    @Test
    void planWithoutCredentialsAndRegion_printsThePlanAndBothProblems() throws Exception {
        sandbox.unset("FAKE_ACCOUNT");
        sandbox.unset("AWS_REGION");
        Run run = sandbox.run("deploy", "--plan", "--zip", zip);
        assertEquals(12, run.code(), run::toString);
        assertTrue(run.out().contains("native, SHA-256"), run::toString);
        assertTrue(run.out().contains("exit code 12: No region is set"), run::toString);
        assertTrue(run.out().contains("exit code 11: AWS accepted no credentials"), run::toString);
        assertNothingChanged();
    }

    @Test
    void planWithTheSamCli_namesItsBucketAndReadsOnly() throws Exception {
        Files.delete(sandbox.file("bin/aws"));
        sandbox.install("sam");
        Run run = sandbox.run("deploy", "--plan", "--zip", zip);
        assertEquals(0, run.code(), run::toString);
        assertTrue(run.out().contains("create the stack statecraft"), run::toString);
        assertTrue(run.out().contains("the managed bucket of the SAM CLI"), run::toString);
        assertNothingChanged();
    }

    @Test
    void secretParameters_areHiddenInThePlan() throws Exception {
        Path secret = Files.writeString(sandbox.file("secret"), "top-secret-1\n");
        Run run = sandbox.run("deploy", "--plan", "--zip", zip, "--parameter", "RobloxWebhookSecret=file://" + secret);
        assertEquals(0, run.code(), run::toString);
        assertTrue(run.out().contains("RobloxWebhookSecret=(hidden)"), run::toString);
        assertFalse(run.toString().contains("top-secret-1"), run::toString);
    }

    @Test
    void aJvmZip_isRecognized() throws Exception {
        Path jvm = sandbox.zip("jvm.zip", "dev/statecraft/lambda/ApiHandler.class", new byte[] {1});
        Run run = sandbox.run("deploy", "--plan", "--zip", jvm, "--architecture", "x86_64");
        assertEquals(0, run.code(), run::toString);
        assertTrue(run.out().contains("Architecture=x86_64 Runtime=jvm"), run::toString);
    }

    @Test
    void theArchitecture_isThatOfTheZip() throws Exception {
        Path intel = sandbox.nativeZip("intel.zip", ScriptSandbox.X86_64);
        Run run = sandbox.run("deploy", "--plan", "--zip=" + intel);
        assertTrue(run.out().contains("Architecture=x86_64 Runtime=native"), run::toString);
        assertRefused(15, "for x86_64 and does not run on arm64", "--zip", intel, "--architecture", "arm64");
    }

    @Test
    void withoutAnyCli_refuses() throws Exception {
        Files.delete(sandbox.file("bin/aws"));
        assertRefused(10, "neither aws nor sam was found", "--zip", zip);
    }

    @Test
    void withoutCredentials_refuses() throws Exception {
        sandbox.unset("FAKE_ACCOUNT");
        assertRefused(11, "AWS accepted no credentials (Unable to locate credentials)", "--zip", zip);
        Files.delete(sandbox.file("bin/aws"));
        sandbox.install("sam");
        assertRefused(11, "AWS accepted no credentials (Error: Unable to locate credentials", "--zip", zip);
    }

    @Test
    void withoutRegion_refuses() throws Exception {
        sandbox.unset("AWS_REGION");
        assertRefused(12, "No region is set", "--zip", zip);
        sandbox.set("FAKE_REGION", "eu-central-1");
        assertTrue(sandbox.run("deploy", "--plan", "--zip", zip).out().contains("eu-central-1 (AWS configuration)"));
    }

    @Test
    void withTheSamCli_theRegionOfTheProfileIsRead() throws Exception {
        Files.delete(sandbox.file("bin/aws"));
        sandbox.install("sam");
        sandbox.unset("AWS_REGION");
        Files.createDirectories(sandbox.file("home/.aws"));
        Files.writeString(
                sandbox.file("home/.aws/config"),
                "[default]\nregion = us-east-1\n[profile prod]\nsso_region = eu-north-1\nregion=eu-west-3\n");
        assertTrue(sandbox.run("deploy", "--plan", "--zip", zip).out().contains("us-east-1 (AWS configuration)"));
        Run prod = sandbox.run("deploy", "--plan", "--zip", zip, "--profile", "prod");
        assertTrue(prod.out().contains("eu-west-3 (AWS configuration)"), prod::toString);
    }

    @Test
    void unusableZips_areRefused() throws Exception {
        assertRefused(13, "does not exist or cannot be read", "--zip", sandbox.file("missing.zip"));
        Path text = Files.writeString(sandbox.file("text.zip"), "not a zip");
        assertRefused(13, "is not a readable zip", "--zip", text);
        Path foreign = sandbox.zip("foreign.zip", "index.js", new byte[] {1});
        assertRefused(13, "is not an artifact of Statecraft", "--zip", foreign);
        Path script = sandbox.zip(
                "script.zip", "bootstrap", "#!/bin/sh\n# not an executable of Linux".getBytes(StandardCharsets.UTF_8));
        assertRefused(13, "is not a Linux executable for arm64 or x86_64", "--zip", script);
    }

    @Test
    void aFirstDeploymentWithoutAZip_isRefused() throws Exception {
        assertRefused(13, "There is no zip: pass --zip");
        Files.delete(sandbox.file("bin/aws"));
        sandbox.install("sam");
        sandbox.set("FAKE_STATUS", "CREATE_COMPLETE");
        assertRefused(13, "an update without --zip or --build needs the AWS CLI");
    }

    @Test
    void aWrongSha256_isRefused() throws Exception {
        assertRefused(14, "not the expected " + "0".repeat(64), "--zip", zip, "--sha256", "0".repeat(64));
    }

    @Test
    void parametersAreThoseOfTheTemplate() throws Exception {
        assertRefused(16, "The parameter Colour does not exist", "--zip", zip, "--parameter", "Colour=red");
        assertRefused(16, "takes NAME=VALUE", "--zip", zip, "--parameter", "AllowAnonymous");
        assertRefused(16, "Runtime follows from the zip", "--zip", zip, "--parameter", "Runtime=jvm");
        assertRefused(16, "has more than one line", "--zip", zip, "--parameter", "CorsOrigins=file://pom.xml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ROLLBACK_COMPLETE",
                "CREATE_FAILED",
                "DELETE_FAILED",
                "UPDATE_IN_PROGRESS",
                "UPDATE_ROLLBACK_FAILED"
            })
    void aStackThatCannotBeUpdated_isRefused(String status) throws Exception {
        sandbox.set("FAKE_STATUS", status);
        assertRefused(17, "The stack statecraft is in state " + status, "--zip", zip);
    }

    @Test
    void retainedTables_areRefused_butNotThoseOfAnotherStack() throws Exception {
        sandbox.set("FAKE_TABLES", "statecraft-prod-boards statecraft-prod-limits other");
        assertEquals(0, sandbox.run("deploy", "--plan", "--zip", zip).code());
        sandbox.set("FAKE_TABLES", "statecraft-prod-boards statecraft-erasures statecraft-limits");
        assertRefused(18, "are retained (statecraft-limits statecraft-erasures)", "--zip", zip);
    }

    @Test
    void aBucketOfAnotherAccount_isRefused() throws Exception {
        sandbox.set("FAKE_BUCKET", "foreign");
        assertRefused(19, "cannot be used: An error occurred (403)", "--zip", zip);
    }

    @Test
    void aBuildWithoutItsTools_isRefused() throws Exception {
        assertRefused(20, "A native zip needs GraalVM for JDK 21 or newer on Linux", "--build", "native");
        assertRefused(20, "The build needs a JDK 17 or newer", "--build", "jvm");
    }

    @Test
    void aPlanWithABuild_namesTheMavenCommand() throws Exception {
        Path java = Files.writeString(sandbox.file("bin/java"), "#!/bin/sh\n");
        assertTrue(java.toFile().setExecutable(true));
        Run run = sandbox.run("deploy", "--plan", "--build", "jvm");
        assertEquals(0, run.code(), run::toString);
        assertTrue(run.out().contains("./mvnw -B -ntp package -DskipTests\n"), run::toString);
    }

    @Test
    void aWrongCommandLine_isRefused() throws Exception {
        assertRefused(2, "The option --zap does not exist", "--zap", "1");
        assertRefused(2, "--zip needs a value", "--zip");
        assertRefused(2, "https URLs only", "--zip", "http://localhost/function.zip");
        assertRefused(2, "--architecture is arm64 or x86_64", "--architecture", "riscv");
        assertRefused(2, "--architecture belongs to --zip or --build", "--architecture", "arm64");
        assertRefused(2, "exclude each other", "--zip", zip, "--build", "jvm");
        assertRefused(2, "--stack is a letter", "--stack", "a/b");
    }

    @Test
    void help_listsEveryExitCodeOfTheScript() throws Exception {
        String help = sandbox.run("deploy", "--help").out();
        Pattern.compile("refuse (\\d+) |exit (\\d+);")
                .matcher(Files.readString(Path.of("infra/deploy")))
                .results()
                .map(match -> match.group(1) == null ? match.group(2) : match.group(1))
                .forEach(code -> assertTrue(help.contains("\n  " + code + "  "), code));
    }

    @Test
    void theGuide_describesEveryOption() throws Exception {
        String guide = Files.readString(Path.of("src/site/markdown/deploy.md"));
        Pattern.compile("^  (--[a-z-0-9]+)", Pattern.MULTILINE)
                .matcher(sandbox.run("deploy", "--help").out())
                .results()
                .map(match -> match.group(1))
                .filter(option -> !option.equals("--help"))
                .forEach(option -> assertTrue(guide.contains("| `" + option), option));
    }
}
