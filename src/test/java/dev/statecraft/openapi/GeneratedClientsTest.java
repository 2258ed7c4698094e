package dev.statecraft.openapi;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.http.NodeProject;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Generates TypeScript, Java and Python clients from the OpenAPI document with openapi-generator, as game developers
 * do. The TypeScript and Java clients are compiled; TypeScript is skipped without Node.js and npm.
 */
class GeneratedClientsTest {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Path GENERATOR = Path.of("target", "tools", "openapi-generator-cli.jar");
    private static final Path WORK = Path.of("target", "clients");
    private static final NodeProject PROJECT = new NodeProject(Path.of("src", "test", "clients"), WORK);

    /** Models that the generators add to the schemas of the document. */
    private static final Set<String> ADDED = Set.of("index", "AbstractOpenApiSchema", "__init__");

    @BeforeAll
    static void generate() throws Exception {
        assertTrue(Files.exists(GENERATOR), GENERATOR + " is missing: ./mvnw process-test-classes brings it.");
        Files.createDirectories(WORK);
        for (String old : List.of("typescript", "java", "python")) {
            delete(WORK.resolve(old));
        }
        String document = ApiDocument.COMMITTED.toAbsolutePath().toString();
        config("typescript", "typescript-fetch", document, "{}");
        config(
                "java",
                "java",
                document,
                "{\"library\": \"native\", \"openApiNullable\": \"false\", \"useJakartaEe\": \"true\"}");
        config("python", "python", document, "{}");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        NodeProject.Outcome outcome = PROJECT.run(
                PATIENCE,
                java,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                GENERATOR.toAbsolutePath().toString(),
                "batch",
                "--fail-fast",
                "typescript.json",
                "java.json",
                "python.json");
        assertEquals(0, outcome.code(), outcome::output);
    }

    private static void config(String name, String generator, String document, String properties) throws IOException {
        Files.writeString(WORK.resolve(name + ".json"), """
                {"generatorName": "%s", "inputSpec": "%s", "outputDir": "%s", "additionalProperties": %s}
                """.formatted(
                        generator, document, WORK.resolve(name).toAbsolutePath(), properties));
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** A generator invents names such as OperationOneOf6 for schemas without a name. */
    @Test
    void models_haveNoGeneratedNames() {
        assertAll(
                () -> assertModels("typescript", "models", ".ts", false),
                () -> assertModels("java", "src/main/java/org/openapitools/client/model", ".java", false),
                () -> assertModels("python", "openapi_client/models", ".py", true));
    }

    private static void assertModels(String client, String folder, String suffix, boolean snakeCase)
            throws IOException {
        Set<String> named = ApiDocument.committed().root().at("/components/schemas").properties().stream()
                .map(schema -> comparable(schema.getKey(), snakeCase))
                .collect(Collectors.toSet());
        Set<String> invented = new TreeSet<>();
        try (Stream<Path> files = Files.list(WORK.resolve(client).resolve(folder))) {
            List<String> models = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(suffix))
                    .map(file -> file.substring(0, file.length() - suffix.length()))
                    .toList();
            assertTrue(models.size() > 100, () -> client + " has the models " + models);
            models.stream()
                    .filter(model -> !ADDED.contains(model) && !named.contains(comparable(model, snakeCase)))
                    .forEach(invented::add);
        }
        assertEquals(Set.of(), invented, client);
    }

    private static String comparable(String name, boolean snakeCase) {
        return snakeCase ? name.replace("_", "").toLowerCase(java.util.Locale.ROOT) : name;
    }

    @Test
    void javaClient_compiles() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        Path out = Files.createDirectories(WORK.resolve("java").resolve("classes"));
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> sources = Files.walk(WORK.resolve("java/src/main/java"))) {
            boolean compiled = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("-proc:none", "-nowarn", "-d", out.toString(), "--release", "17"),
                            null,
                            files.getJavaFileObjectsFromPaths(
                                    sources.filter(file -> file.toString().endsWith(".java"))
                                            .toList()))
                    .call();
            assertTrue(compiled, messages::toString);
        }
    }

    @Test
    void typeScriptClient_compilesWithItsCallers() throws Exception {
        assumeTrue(NodeProject.isPossible(), "The TypeScript client is not compiled: there is no Node.js with npm.");
        NodeProject.Outcome installed = PROJECT.install();
        assumeTrue(installed.code() == 0, "The TypeScript client is not compiled: npm failed: " + installed.output());
        Files.copy(
                Path.of("src", "test", "clients", "use.ts"),
                WORK.resolve("use.ts"),
                StandardCopyOption.REPLACE_EXISTING);
        NodeProject.Outcome compiled = PROJECT.run(
                PATIENCE,
                "node",
                "node_modules/typescript/bin/tsc",
                "--noEmit",
                "--strict",
                "--target",
                "es2020",
                "--module",
                "esnext",
                "--moduleResolution",
                "bundler",
                "--lib",
                "es2020,dom",
                "use.ts");
        assertEquals(0, compiled.code(), compiled::output);
    }
}
