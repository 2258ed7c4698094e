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
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
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

    private static final Pattern MODULE = Pattern.compile("(?s)<script type=\"module\">(.*?)</script>");

    private static final Pattern PUBLIC_CLASS = Pattern.compile("public (?:final )?(?:class|record) (\\w+)");

    /** Surefire starts the tests with a jar that names the class path; the property holds the class path itself. */
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

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
        check((page, block) -> block.is("sh") ? faults(run(block.text(), "block.sh", "sh", "-n")) : List.of());
    }

    /** JavaScript blocks, and the modules of HTML blocks. */
    @Test
    void javaScriptHasValidSyntax() throws IOException, InterruptedException {
        assumeTrue(NodeProject.isPossible(), "Node.js is not installed, so the syntax of JavaScript was not checked");
        check((page, block) -> {
            List<String> faults = new ArrayList<>();
            for (String script : scriptsOf(block)) {
                faults.addAll(faults(run(script, "block.mjs", "node", "--check")));
            }
            return faults;
        });
    }

    private static List<String> scriptsOf(CodeBlock block) {
        if (block.is("js")) {
            return List.of(block.text());
        }
        return block.is("html")
                ? MODULE.matcher(block.text())
                        .results()
                        .map(found -> found.group(1))
                        .toList()
                : List.of();
    }

    @Test
    void javaScriptPrintsWhatThePageShows() throws IOException, InterruptedException {
        assumeTrue(NodeProject.isPossible(), "Node.js is not installed, so no JavaScript was run");
        check((page, block) -> {
            List<CodeBlock> shown = block.is("js") ? page.answerOf(block) : List.of();
            if (shown.isEmpty()) {
                return List.of();
            }
            NodeProject.Outcome outcome = run(block.text(), "block.mjs", "node");
            return ShownAnswer.linesMatch(shown.get(0).text(), outcome.output())
                    ? List.of()
                    : List.of(outcome.output());
        });
    }

    @Test
    void javaBlocksCompile() throws IOException, InterruptedException {
        check((page, block) -> {
            Matcher type = PUBLIC_CLASS.matcher(block.text());
            if (!block.is("java")) {
                return List.of();
            }
            if (!type.find()) {
                return List.of("has no public class");
            }
            Path source = directory.resolve(type.group(1) + ".java");
            Files.writeString(source, block.text());
            StringWriter messages = new StringWriter();
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
                boolean compiled = compiler.getTask(
                                messages,
                                files,
                                null,
                                List.of("-proc:none", "-nowarn", "-cp", CLASS_PATH, "-d", directory.toString()),
                                null,
                                files.getJavaFileObjects(source))
                        .call();
                return compiled ? List.of() : List.of(messages.toString());
            }
        });
    }

    private static List<String> faults(NodeProject.Outcome outcome) {
        return outcome.code() == 0 ? List.of() : List.of(outcome.output());
    }

    private NodeProject.Outcome run(String text, String name, String... command)
            throws IOException, InterruptedException {
        Path file = directory.resolve(name);
        Files.writeString(file, text + "\n");
        List<String> whole = new ArrayList<>(List.of(command));
        whole.add(file.toString());
        return new NodeProject(directory, directory.resolve("run")).run(PATIENCE, whole.toArray(String[]::new));
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
