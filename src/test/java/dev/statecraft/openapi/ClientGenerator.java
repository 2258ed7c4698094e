package dev.statecraft.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.http.NodeProject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Generates clients from the OpenAPI document with openapi-generator, as game developers do. */
final class ClientGenerator {

    static final Duration PATIENCE = Duration.ofMinutes(3);
    static final Path WORK = Path.of("target", "clients");
    private static final Path SOURCES = Path.of("src", "test", "clients");
    static final NodeProject PROJECT = new NodeProject(SOURCES, WORK);

    /** The page that tells developers how to generate clients. */
    static final Path PAGE = Path.of("src", "site", "markdown", "other-engines.md");

    private static final Path GENERATOR = Path.of("target", "tools", "openapi-generator-cli.jar");

    /** The languages, in the form of the generator's configuration. The page has the same options. */
    private static final Map<String, String> LANGUAGES = Map.of(
            "typescript",
            "\"generatorName\": \"typescript-fetch\"",
            "java",
            "\"generatorName\": \"java\", \"library\": \"native\", \"additionalProperties\":"
                    + " {\"openApiNullable\": \"false\", \"useJakartaEe\": \"true\"}",
            "python",
            "\"generatorName\": \"python\"",
            "csharp",
            "\"generatorName\": \"csharp\", \"library\": \"unityWebRequest\", \"additionalProperties\":"
                    + " {\"packageName\": \"Statecraft\", \"targetFramework\": \"netstandard2.0\"}",
            "gdscript",
            "\"generatorName\": \"gdscript\", \"additionalProperties\": {\"modelNamePrefix\": \"\"}");

    /** What the generator says of itself or of names inside its own code, with any document of this kind. */
    private static final List<String> OWN_WARNINGS = List.of(
            "OpenAPI 3.1 support is still in beta",
            // Problems are application/problem+json.
            "Response examples can currently only be generated for application/json",
            "Failed to get the schema name: null",
            // The parameter version, which keeps its name.
            "Version (reserved word) cannot be used as model name",
            "Codegen property is null (e.g. map/dict of undefined type). Default to typing.Any.",
            "Unregistered helper name 'complexType'");

    private ClientGenerator() {}

    /** Generates all clients into folders with the names of their languages. */
    static void generate() throws IOException, InterruptedException {
        assertTrue(Files.exists(GENERATOR), GENERATOR + " is missing: ./mvnw process-test-classes brings it.");
        Files.createDirectories(WORK);
        Path prepared = WORK.resolve("godot.yaml");
        prepareForGodot();
        for (Map.Entry<String, String> language : LANGUAGES.entrySet()) {
            Path output = WORK.resolve(language.getKey());
            delete(output);
            Path document = language.getKey().equals("gdscript") ? prepared : ApiDocument.COMMITTED;
            Files.writeString(
                    WORK.resolve(language.getKey() + ".json"),
                    "{%s, \"inputSpec\": \"%s\", \"outputDir\": \"%s\"}"
                            .formatted(language.getValue(), document.toAbsolutePath(), output.toAbsolutePath()));
        }
        Stream<String> command = Stream.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                GENERATOR.toAbsolutePath().toString(),
                SOURCES.resolve("GenerateAll.java").toAbsolutePath().toString());
        Stream<String> configurations = LANGUAGES.keySet().stream().map(name -> name + ".json");
        NodeProject.Outcome outcome =
                PROJECT.run(PATIENCE, Stream.concat(command, configurations).toArray(String[]::new));
        assertEquals(0, outcome.code(), outcome::output);
        assertTrue(outcome.output().contains("Generated " + LANGUAGES.size() + " clients"), outcome::output);
        List<String> warnings = outcome.output()
                .lines()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .filter(line -> OWN_WARNINGS.stream().noneMatch(line::contains))
                .distinct()
                .toList();
        assertEquals(List.of(), warnings);
    }

    /** Runs the command of the page, which writes {@code godot.yaml}. */
    private static void prepareForGodot() throws IOException, InterruptedException {
        String command = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("sed "))
                .findFirst()
                .orElseThrow()
                .replace(
                        "infra/openapi.yaml",
                        ApiDocument.COMMITTED.toAbsolutePath().toString());
        NodeProject.Outcome outcome = PROJECT.run(PATIENCE, "sh", "-c", command);
        assertEquals(0, outcome.code(), outcome::output);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
