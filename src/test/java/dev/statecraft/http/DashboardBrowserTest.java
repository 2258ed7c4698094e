package dev.statecraft.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The dashboard and the example of the JavaScript client in headless Chromium, driven by {@code src/test/browser}. Needs Node.js with npm, and
 * Chromium; npm brings Playwright and axe into {@code target}. Where something is missing the test is skipped and says
 * what; a build machine that lets it ({@code CI=true}, root, apt) gets Chromium installed.
 */
@Tag("application-profile")
@QuarkusTest
@WithTestResource(DynamoDbLocalResource.class)
@TestProfile(BrowserPages.class)
class DashboardBrowserTest {

    private static final NodeProject PROJECT = new NodeProject(Path.of("src/test/browser"), Path.of("target/browser"));
    private static final Duration INSTALL_PATIENCE = Duration.ofMinutes(3);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TestHTTPResource
    URL application;

    @Test
    void dashboard_worksInABrowser() throws Exception {
        assertRuns("dashboard.mjs", ".", "ok the console has no errors");
    }

    /** The example page of the JavaScript client. */
    @Test
    void example_worksInTwoTabs() throws Exception {
        assertRuns(
                "example.mjs",
                Path.of("src/main/js").toAbsolutePath().toString(),
                "ok two tabs edit the same entity and show the board");
    }

    private void assertRuns(String script, String folder, String last) throws Exception {
        assumeTrue(NodeProject.isPossible(), script + " does not run: there is no Node.js with npm.");
        Optional<Path> chromium = chromium();
        assumeTrue(chromium.isPresent(), script + " does not run: there is no Chromium.");
        NodeProject.Outcome installed = PROJECT.install();
        assumeTrue(installed.code() == 0, script + " does not run: npm failed: " + installed.output());

        NodeProject.Outcome outcome = PROJECT.run(
                PATIENCE, "node", script, application.toString(), chromium.get().toString(), folder);
        System.out.println(outcome.output());
        assertEquals(0, outcome.code(), outcome::output);
        assertTrue(outcome.output().contains(last), outcome::output);
    }

    private static Optional<Path> chromium() throws IOException, InterruptedException {
        List<Path> found = NodeProject.find("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
        if (found.isEmpty()
                && "true".equals(System.getenv("CI"))
                && "root".equals(System.getProperty("user.name"))
                && !NodeProject.find("apt-get").isEmpty()) {
            PROJECT.run(
                    INSTALL_PATIENCE, "apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium");
            found = NodeProject.find("chromium");
        }
        return found.stream().findFirst();
    }
}
