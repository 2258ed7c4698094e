package dev.statecraft.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.statecraft.docs.MarkdownPage.CodeBlock;
import dev.statecraft.http.NodeProject;
import dev.statecraft.openapi.ApiDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code blocks of all Markdown files that {@link GuideBlocksTest} does not run: their language, syntax and schema. */
class CodeBlocksTest {

    private static final List<MarkdownPage> PAGES = MarkdownPage.all();

    private static final Set<String> LANGUAGES =
            Set.of("sh", "json", "text", "lua", "js", "html", "java", "yaml", "properties", "mermaid");

    /** Why a shell block is not run: it needs an AWS account, or it starts the build or dev mode. */
    private static final Set<String> REASONS = Set.of("", "aws", "build");

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    /** A check of a block; returns its faults. */
    private interface Check {
        List<String> faults(MarkdownPage page, CodeBlock block) throws IOException, InterruptedException;
    }

    private static void check(Check check) throws IOException, InterruptedException {
        List<String> faults = new ArrayList<>();
        for (MarkdownPage page : PAGES) {
            for (CodeBlock block : page.blocks()) {
                check.faults(page, block).forEach(fault -> faults.add(page + ":" + block.line() + " " + fault));
            }
        }
        assertEquals("", String.join("\n", faults));
    }

    @Test
    void everyBlockNamesItsLanguage() throws IOException, InterruptedException {
        check((page, block) -> LANGUAGES.contains(block.language()) ? List.of() : List.of("unknown language"));
    }

    @Test
    void shellBlocksThatAreNotRunSayWhy() throws IOException, InterruptedException {
        check((page, block) -> !block.is("sh") || REASONS.contains(block.qualifier())
                ? List.of()
                : List.of("unknown reason " + block.qualifier()));
    }

    @Test
    void shellBlocksHaveValidSyntax() throws IOException, InterruptedException {
        assumeTrue(NodeProject.arePresent("sh"), "sh is not installed, so the syntax of shell blocks was not checked");
        check((page, block) -> block.is("sh") ? syntaxFaults(block, "block.sh", "sh", "-n") : List.of());
    }

    @Test
    void javaScriptBlocksHaveValidSyntax() throws IOException, InterruptedException {
        assumeTrue(NodeProject.isPossible(), "Node.js is not installed, so the syntax of JavaScript was not checked");
        check((page, block) -> block.is("js") ? syntaxFaults(block, "block.mjs", "node", "--check") : List.of());
    }

    private List<String> syntaxFaults(CodeBlock block, String name, String... command)
            throws IOException, InterruptedException {
        Path file = directory.resolve(name);
        Files.writeString(file, block.text() + "\n");
        List<String> whole = new ArrayList<>(List.of(command));
        whole.add(file.toString());
        NodeProject.Outcome outcome =
                new NodeProject(directory, directory.resolve("run")).run(PATIENCE, whole.toArray(String[]::new));
        return outcome.code() == 0 ? List.of() : List.of(outcome.output());
    }

    /** A JSON block is the answer of the script before it, or names a schema of the API, or is an event. */
    @Test
    void jsonBlocksMatchTheirSchema() throws IOException, InterruptedException {
        ApiDocument document = ApiDocument.committed();
        JsonSchema event = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("infra", "event-schema.json")));
        check((page, block) -> {
            if (!block.is("json") || page.isAnswer(block)) {
                return List.of();
            }
            JsonNode value = JSON.readTree(block.text());
            if (block.qualifier().equals("event")) {
                return event.validate(value).stream().map(Object::toString).toList();
            }
            String schema = block.qualifier();
            if (schema.isEmpty()
                    || !document.root().path("components").path("schemas").has(schema)) {
                return List.of("names no schema of infra/openapi.yaml and shows no answer");
            }
            JsonNode reference = JsonNodeFactory.instance.objectNode().put("$ref", "#/components/schemas/" + schema);
            return document.faultsOfAnswer(reference, value).stream()
                    .map(Object::toString)
                    .toList();
        });
    }
}
