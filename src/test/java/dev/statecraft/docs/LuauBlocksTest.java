package dev.statecraft.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.docs.MarkdownPage.CodeBlock;
import dev.statecraft.http.NodeProject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Luau blocks of all Markdown files compile, and those with a shown output print it. */
class LuauBlocksTest {

    private static final NodeProject PROJECT =
            new NodeProject(Path.of("src", "test", "luau"), Path.of("target", "luau"));

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final List<MarkdownPage> PAGES = MarkdownPage.all();

    @TempDir
    Path directory;

    @BeforeEach
    void install() throws IOException, InterruptedException {
        assumeTrue(NodeProject.isPossible(), "Luau is not checked: there is no Node.js with npm.");
        NodeProject.Outcome installed = PROJECT.install();
        assumeTrue(installed.code() == 0, "Luau is not checked: npm failed: " + installed.output());
    }

    @Test
    void luauBlocksCompile() throws IOException, InterruptedException {
        List<String> files = new ArrayList<>();
        for (MarkdownPage page : PAGES) {
            for (CodeBlock block : page.blocks()) {
                if (block.is("lua")) {
                    files.add(write(page, block).toString());
                }
            }
        }
        assertFalse(files.isEmpty(), "no page has a Luau block");
        NodeProject.Outcome outcome = luau("compile", files);
        assertEquals(0, outcome.code(), outcome::output);
    }

    @Test
    void luauBlocksPrintWhatThePageShows() throws IOException, InterruptedException {
        for (MarkdownPage page : PAGES) {
            for (CodeBlock block : page.blocks()) {
                List<CodeBlock> shown = block.is("lua") ? page.answerOf(block) : List.of();
                if (!shown.isEmpty()) {
                    NodeProject.Outcome outcome =
                            luau("run", List.of(write(page, block).toString()));
                    assertTrue(
                            ShownAnswer.linesMatch(shown.get(0).text(), outcome.output()),
                            () -> page + ":" + block.line() + " " + outcome.output());
                }
            }
        }
    }

    private Path write(MarkdownPage page, CodeBlock block) throws IOException {
        String name = page.path().toString().replaceAll("[^a-zA-Z0-9]", "_") + "_line_" + block.line() + ".luau";
        return Files.writeString(directory.resolve(name), block.text());
    }

    private static NodeProject.Outcome luau(String mode, List<String> files) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("node", "run.mjs", mode));
        command.addAll(files);
        return PROJECT.run(PATIENCE, command.toArray(String[]::new));
    }
}
