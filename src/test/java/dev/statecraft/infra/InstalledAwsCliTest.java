package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.statecraft.infra.ScriptSandbox.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scripts of infra/ with the installed AWS CLI. moto stands in for S3, STS and DynamoDB. A server of this class
 * stands in for CloudFormation, because moto does not know the template language of AWS SAM. Skipped without the AWS
 * CLI and moto_server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InstalledAwsCliTest {

    private static final String NOT_FOUND = "<ErrorResponse><Error><Code>ValidationError</Code>"
            + "<Message>Stack with id statecraft does not exist</Message></Error></ErrorResponse>";

    private final Queue<Map<String, String>> changeSets = new ConcurrentLinkedQueue<>();
    private Process moto;
    private CompletableFuture<Void> reading = CompletableFuture.completedFuture(null);
    private HttpServer cloudFormation;
    private String endpoint;
    private ScriptSandbox sandbox;
    private volatile String api = "";
    private volatile boolean deployed;

    @BeforeAll
    void start() throws Exception {
        for (String program : Set.of("aws", "moto_server")) {
            assumeTrue(
                    ScriptSandbox.onPath(program).isPresent(),
                    program + " is not installed (pip install moto[server] awscli)");
        }
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        moto = new ProcessBuilder("moto_server", "-p", Integer.toString(port))
                .redirectErrorStream(true)
                .start();
        endpoint = "http://127.0.0.1:" + port;
        BufferedReader output = moto.inputReader(StandardCharsets.UTF_8);
        String line = "";
        while (line != null && !line.contains("Running on")) {
            line = output.readLine();
        }
        assertNotNull(line, "moto_server ended");
        // Read on, because moto blocks when nobody reads its log of requests.
        reading = CompletableFuture.runAsync(() -> output.lines().forEach(request -> {}));
        cloudFormation = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        cloudFormation.createContext("/", this::answer);
        cloudFormation.start();
    }

    @AfterAll
    void stop() {
        if (cloudFormation != null) {
            cloudFormation.stop(0);
        }
        if (moto != null) {
            moto.destroy();
            reading.join();
        }
    }

    @BeforeEach
    void prepare(@TempDir Path folder) throws Exception {
        sandbox = new ScriptSandbox(folder);
        Path aws = Files.writeString(
                sandbox.file("bin/aws"),
                "#!/bin/sh\nPATH='" + System.getenv("PATH") + "'\nHOME='" + System.getProperty("user.home")
                        + "'\nexec '" + ScriptSandbox.onPath("aws").orElseThrow() + "' \"$@\"\n");
        assertTrue(aws.toFile().setExecutable(true));
        sandbox.set("AWS_ENDPOINT_URL", endpoint);
        sandbox.set(
                "AWS_ENDPOINT_URL_CLOUDFORMATION",
                "http://127.0.0.1:" + cloudFormation.getAddress().getPort());
        sandbox.set("AWS_ACCESS_KEY_ID", "local");
        sandbox.set("AWS_SECRET_ACCESS_KEY", "local");
        sandbox.set("AWS_CONFIG_FILE", folder.resolve("none").toString());
        sandbox.set("AWS_SHARED_CREDENTIALS_FILE", folder.resolve("none").toString());
        sandbox.set("AWS_REGION", "eu-west-1");
    }

    /** CloudFormation's query protocol: one change set, which is executed at once. */
    private void answer(HttpExchange exchange) {
        try (exchange) {
            Map<String, String> request = new TreeMap<>();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Pattern.compile("([^&=]+)=([^&]*)")
                    .matcher(body)
                    .results()
                    .forEach(pair ->
                            request.put(pair.group(1), URLDecoder.decode(pair.group(2), StandardCharsets.UTF_8)));
            String action = request.get("Action");
            boolean missing = action.equals("DescribeStacks") && !deployed;
            String result =
                    switch (action) {
                        case "CreateChangeSet" -> {
                            changeSets.add(request);
                            yield "<Id>arn:change-set</Id><StackId>arn:stack</StackId>";
                        }
                        case "DescribeChangeSet" -> "<Status>CREATE_COMPLETE</Status>";
                        case "ExecuteChangeSet" -> {
                            deployed = true;
                            yield "";
                        }
                        default ->
                            "<Stacks><member><StackName>statecraft</StackName><StackStatus>CREATE_COMPLETE"
                                    + "</StackStatus><Outputs><member><OutputKey>ApiUrl</OutputKey><OutputValue>" + api
                                    + "</OutputValue></member></Outputs></member></Stacks>";
                    };
            String answer = missing
                    ? NOT_FOUND
                    : "<" + action + "Response><" + action + "Result>" + result + "</" + action + "Result></" + action
                            + "Response>";
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/xml");
            exchange.sendResponseHeaders(missing ? 400 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String aws(String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("aws");
        builder.command().addAll(List.of(arguments));
        builder.environment()
                .putAll(Map.of(
                        "AWS_ENDPOINT_URL", endpoint,
                        "AWS_ACCESS_KEY_ID", "local",
                        "AWS_SECRET_ACCESS_KEY", "local",
                        "AWS_DEFAULT_REGION", "eu-west-1",
                        "AWS_PAGER", ""));
        Process process = builder.redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out;
    }

    @Test
    void deploy_sendsParametersAndTheTemplateInAPrivateBucket() throws Exception {
        Path zip = sandbox.nativeZip("statecraft.zip", ScriptSandbox.ARM64);
        try (DeployedApi running = new DeployedApi(0, 201)) {
            api = running.url();
            Run run = sandbox.run("deploy", "--zip", zip, "--parameter", "RobloxWebhookSecret=a \"b\\c=d");
            assertEquals(0, run.code(), run::toString);
            assertTrue(run.out().contains("Dashboard   " + api + "/"), run::toString);
        }
        Map<String, String> request = changeSets.remove();
        assertEquals("CAPABILITY_IAM", request.get("Capabilities.member.1"));
        Map<String, String> parameters = request.keySet().stream()
                .filter(name -> name.endsWith(".ParameterKey"))
                .filter(name -> request.containsKey(name.replace("Key", "Value")))
                .collect(Collectors.toMap(request::get, name -> request.get(name.replace("Key", "Value"))));
        assertEquals(Set.of("Architecture", "Runtime", "RobloxWebhookSecret", "BootstrapKeyHash"), parameters.keySet());
        assertEquals("a \"b\\c=d", parameters.get("RobloxWebhookSecret"));
        assertTrue(parameters.get("BootstrapKeyHash").matches("[0-9a-f]{64}"), parameters::toString);
        String bucket = "statecraft-artifacts-123456789012-eu-west-1";
        assertTrue(request.get("TemplateURL").contains(bucket + "/statecraft/"), request::toString);
        assertTrue(aws("s3api", "get-public-access-block", "--bucket", bucket, "--output", "text")
                .matches("PUBLICACCESSBLOCKCONFIGURATION(\\s+True){4}\\s*"));
        assertTrue(aws("s3api", "get-bucket-encryption", "--bucket", bucket).contains("AES256"));
        String objects = aws("s3", "ls", "s3://" + bucket, "--recursive");
        assertTrue(objects.contains(".zip") && objects.contains(".template"), objects);
    }

    @Test
    void deleteData_deletesProtectedTablesOfTheStackOnly() throws Exception {
        deployed = false;
        for (String table : Set.of("statecraft-limits", "statecraft-former", "statecraft-prod-boards")) {
            aws(("dynamodb create-table --table-name " + table + " --billing-mode PAY_PER_REQUEST"
                            + " --attribute-definitions AttributeName=pk,AttributeType=S"
                            + " --key-schema AttributeName=pk,KeyType=HASH --deletion-protection-enabled"
                            + " --tags Key=stack,Value=" + table.replaceFirst("-[a-z]+$", ""))
                    .split(" ", -1));
        }
        Run run = sandbox.runTyping("statecraft\n", "delete-data", "statecraft");
        assertEquals(0, run.code(), run::toString);
        Set<String> left =
                new TreeSet<>(Set.of(aws("dynamodb", "list-tables", "--query", "TableNames[]", "--output", "text")
                        .strip()));
        assertEquals(Set.of("statecraft-prod-boards"), left);
    }
}
