package dev.statecraft.openapi;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.http.NodeProject;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 * Clients for TypeScript, C# in Unity, Python, Java and GDScript are generated from the OpenAPI document without
 * warnings. What can be compiled here is compiled; without Node.js, a C# compiler or Python, the language is skipped.
 */
class GeneratedClientsTest {

    private static final Duration PATIENCE = ClientGenerator.PATIENCE;
    private static final Path WORK = ClientGenerator.WORK;
    private static final NodeProject PROJECT = ClientGenerator.PROJECT;

    /** Models that the generators add to the schemas of the document. */
    private static final Set<String> ADDED =
            Set.of("index", "AbstractOpenApiSchema", "AbstractOpenAPISchema", "__init__");

    @BeforeAll
    static void generate() throws Exception {
        ClientGenerator.generate();
    }

    /** A generator invents names such as OperationOneOf6 for schemas without a name. */
    @Test
    void models_haveNoGeneratedNames() {
        assertAll(
                () -> assertModels("typescript", "models", ".ts", false),
                () -> assertModels("java", "src/main/java/org/openapitools/client/model", ".java", false),
                () -> assertModels("csharp", "src/Statecraft/Model", ".cs", false),
                () -> assertModels("gdscript", "models", ".gd", false),
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

    /** Files and namespaces of some languages ignore the case of names. */
    @Test
    void names_differInMoreThanCase() {
        ApiDocument document = ApiDocument.committed();
        Stream<String> schemas =
                document.root().at("/components/schemas").properties().stream().map(Map.Entry::getKey);
        assertDifferent(schemas);
        assertDifferent(document.calls().stream().map(ApiDocument.Call::id));
    }

    @Test
    void page_namesTheOptionsOfTheClientsThatAreChecked() throws IOException {
        String page = Files.readString(ClientGenerator.PAGE);
        for (String options : List.of(
                "`csharp` | `--library unityWebRequest --additional-properties=packageName=Statecraft,"
                        + "targetFramework=netstandard2.0`",
                "`gdscript` | `--additional-properties=modelNamePrefix=`",
                "`java` | `--library native --additional-properties=openApiNullable=false,useJakartaEe=true`",
                "`python` | |",
                "`typescript-fetch` | |")) {
            assertTrue(page.contains(options), options);
        }
    }

    private static void assertDifferent(Stream<String> names) {
        List<String> lower =
                names.map(name -> name.toLowerCase(Locale.ROOT)).sorted().toList();
        assertEquals(new TreeSet<>(lower).size(), lower.size(), lower::toString);
    }

    /** The calls are named by the operations; a generator invents names such as v1EntitiesGet for those without an id. */
    @Test
    void calls_haveTheNamesOfTheOperations() throws IOException {
        String calls;
        try (Stream<Path> files = Files.list(WORK.resolve("csharp/src/Statecraft/Api"))) {
            calls = files.map(GeneratedClientsTest::read).collect(Collectors.joining());
        }
        for (ApiDocument.Call call : ApiDocument.committed().calls()) {
            String name = Character.toUpperCase(call.id().charAt(0)) + call.id().substring(1);
            assertTrue(calls.contains(" " + name + "Async("), name);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String comparable(String name, boolean snakeCase) {
        return snakeCase ? name.replace("_", "").toLowerCase(Locale.ROOT) : name;
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

    /** With the library for Unity, against the JSON library that Unity games use and the parts of Unity that it calls. */
    @Test
    void unityClient_compiles() throws Exception {
        assumeTrue(NodeProject.arePresent("mcs"), "The C# client is not compiled: there is no mcs (Mono).");
        install("C#");
        NodeProject.Outcome compiled = PROJECT.run(
                PATIENCE,
                "mcs",
                "-langversion:latest",
                "-define:UNITY_2020_1_OR_NEWER",
                "-define:UNITY_2020_2_OR_NEWER",
                "-target:library",
                "-out:statecraft.dll",
                "-r:node_modules/jillejr.newtonsoft.json-for-unity/Plugins/Newtonsoft.Json Editor/Newtonsoft.Json.dll",
                "-r:System.Runtime.Serialization",
                "-r:System.ComponentModel.DataAnnotations",
                "-r:System.Net.Http",
                "-recurse:csharp/src/Statecraft/*.cs",
                "UnityEngine.cs");
        assertEquals(0, compiled.code(), compiled::output);
    }

    @Test
    void gdScriptClient_isGdScript() throws Exception {
        install("GDScript");
        NodeProject.Outcome parsed = PROJECT.run(PATIENCE, "node", "gdscript.cjs", "gdscript");
        assertEquals(0, parsed.code(), parsed::output);
    }

    @Test
    void pythonClient_compiles() throws Exception {
        assumeTrue(NodeProject.arePresent("python3"), "The Python client is not compiled: there is no python3.");
        NodeProject.Outcome compiled =
                PROJECT.run(PATIENCE, "python3", "-m", "compileall", "-q", "-f", "python/openapi_client");
        assertEquals(0, compiled.code(), compiled::output);
    }

    private static void install(String language) throws Exception {
        assumeTrue(
                NodeProject.isPossible(), "The " + language + " client is not checked: there is no Node.js with npm.");
        NodeProject.Outcome installed = PROJECT.install();
        assumeTrue(
                installed.code() == 0, "The " + language + " client is not checked: npm failed: " + installed.output());
    }

    @Test
    void typeScriptClient_compilesWithItsCallers() throws Exception {
        install("TypeScript");
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
