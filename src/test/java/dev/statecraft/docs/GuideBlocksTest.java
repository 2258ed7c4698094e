package dev.statecraft.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.Keyring;
import dev.statecraft.access.Scope;
import dev.statecraft.docs.MarkdownPage.CodeBlock;
import dev.statecraft.http.NodeProject;
import dev.statecraft.integration.synchronization.IntegrationMaintenance;
import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.replication.commit.ConflictService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the shell blocks of every Markdown file against the application, each page in a game of its own, and compares the
 * answers that the page shows. {@code -Ddocs.page=guides/state} runs one page.
 */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class GuideBlocksTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A request that may have changed something, so that its block cannot run again. */
    private static final Pattern CHANGES =
            Pattern.compile("curl[^|;)]*\\s(-d|--data\\S*|-X\\s*(POST|PUT|PATCH|DELETE)|-F)(\\s|$)");

    @TestHTTPResource
    URI root;

    @Inject
    LocalRuntime local;

    @Inject
    LeaderboardMaintenance leaderboards;

    @Inject
    IntegrationMaintenance integration;

    @Inject
    ConflictService conflicts;

    static Stream<MarkdownPage> pages() {
        String wanted = System.getProperty("docs.page", "");
        return MarkdownPage.all().stream()
                .filter(page -> page.path().toString().contains(wanted))
                .filter(page -> page.blocks().stream().anyMatch(CodeBlock::isScript));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyScriptRunsAndAnswersAsShown(MarkdownPage page) throws IOException {
        assumeTrue(NodeProject.arePresent("sh", "curl"), "sh or curl is not installed, so no block was run");
        assumeTrue(
                page.blocks().stream()
                                .noneMatch(block ->
                                        block.isScript() && block.text().contains("openssl"))
                        || NodeProject.arePresent("openssl"),
                "openssl is not installed, so the page was not run");
        String game = "docs_" + page.path().toString().replaceAll("[^a-zA-Z0-9]", "_");
        Path directory = Path.of("target", "docs", game);
        List<String> faults = new ArrayList<>();
        try (ShellSession shell = new ShellSession(directory, Keyring.key(game, List.copyOf(Scope.ALL)))) {
            for (CodeBlock block : page.blocks()) {
                if (block.isScript()) {
                    run(shell, game, page, block)
                            .ifPresent(fault -> faults.add(page + ":" + block.line() + " " + fault));
                }
            }
        }
        assertEquals("", String.join("\n\n", faults));
    }

    private Optional<String> run(ShellSession shell, String game, MarkdownPage page, CodeBlock block)
            throws IOException {
        String script = block.text().replace("localhost:8080", "localhost:" + root.getPort());
        boolean repeatable = !CHANGES.matcher(script).find();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            ShellSession.Outcome outcome = shell.run(script);
            Optional<String> fault = fault(page, block, outcome);
            if (fault.isEmpty() || !repeatable || System.nanoTime() > deadline) {
                return fault.map(text -> text + "\n  " + outcome.errors());
            }
            process(game);
        }
    }

    /** Does the background work of a page's game, as streams and the schedule do on AWS. */
    private void process(String game) {
        local.pump().drain(PATIENCE);
        conflicts.resolveOverdue(game, () -> true);
        leaderboards.run(game, () -> true);
        integration.run(game, () -> true);
        local.pump().drain(PATIENCE);
    }

    private static Optional<String> fault(MarkdownPage page, CodeBlock block, ShellSession.Outcome outcome) {
        List<CodeBlock> answers = page.answerOf(block);
        if (answers.isEmpty() || answers.get(0).is("text")) {
            return outcome.statuses().stream()
                    .filter(ShellSession.Status::isError)
                    .map(status -> status + " " + outcome.output())
                    .findFirst()
                    .or(() -> outcome.code() == 0 ? Optional.empty() : Optional.of("ended with " + outcome.code()))
                    .or(() -> answers.isEmpty()
                                    || ShownAnswer.linesMatch(answers.get(0).text(), outcome.output())
                            ? Optional.empty()
                            : Optional.of("printed " + outcome.output()));
        }
        try {
            return fault(
                    ShownAnswer.documents(answers.get(0).text()), ShownAnswer.documents(outcome.output()), outcome);
        } catch (JsonProcessingException e) {
            return Optional.of("no JSON: " + e.getMessage() + "\n" + outcome.output());
        }
    }

    private static Optional<String> fault(List<JsonNode> shown, List<JsonNode> actual, ShellSession.Outcome outcome) {
        if (shown.isEmpty() || actual.size() < shown.size()) {
            return Optional.of(shown.size() + " answers are shown, " + actual.size() + " were printed: "
                    + outcome.output() + outcome.statuses());
        }
        int skipped = actual.size() - shown.size();
        for (int i = 0; i < shown.size(); i++) {
            Optional<String> found = ShownAnswer.difference(shown.get(i), actual.get(skipped + i));
            if (found.isPresent()) {
                return found;
            }
        }
        int unshown = outcome.statuses().size() - shown.size();
        for (int i = 0; i < outcome.statuses().size(); i++) {
            boolean problem = i >= unshown && isProblem(shown.get(i - unshown));
            if (outcome.statuses().get(i).isError() != problem) {
                return Optional.of(outcome.statuses().get(i) + " " + outcome.output());
            }
        }
        return Optional.empty();
    }

    private static boolean isProblem(JsonNode answer) {
        return answer.path("type").asText().startsWith("/problems/");
    }
}
