package dev.statecraft.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The dashboard in headless Chromium, driven by {@code src/test/browser/dashboard.mjs}. Needs Node.js with npm, and
 * Chromium; npm brings Playwright and axe into {@code target}. Where something is missing the test is skipped and says
 * what; a build machine that lets it ({@code CI=true}, root, apt) gets Chromium installed.
 */
@Tag("application")
@QuarkusTest
@WithTestResource(DynamoDbLocalResource.class)
@TestProfile(DashboardBrowserTest.OwnGame.class)
class DashboardBrowserTest {

    private static final Path SOURCES = Path.of("src/test/browser");
    private static final Path WORK = Path.of("target/browser");
    private static final Duration INSTALL_PATIENCE = Duration.ofMinutes(3);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TestHTTPResource
    URL application;

    /** An application and tables of its own, since migrations change what others may register; time to decide. */
    public static final class OwnGame implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("statecraft.replication.conflict-resolution-timeout", "60s");
        }
    }

    /** What a process printed, and the code it ended with. */
    private record Outcome(int code, String output) {}

    @Test
    void aBrowserFollowsTheGame() throws Exception {
        assumeTrue(find("node", "npm").size() == 2, "The dashboard is not tested: there is no Node.js with npm.");
        Optional<Path> chromium = chromium();
        assumeTrue(chromium.isPresent(), "The dashboard is not tested: there is no Chromium.");
        Outcome installed = install();
        assumeTrue(installed.code() == 0, "The dashboard is not tested: npm failed: " + installed.output());

        Outcome outcome = run(
                PATIENCE,
                "node",
                "dashboard.mjs",
                application.toString(),
                chromium.get().toString(),
                ".");
        System.out.println(outcome.output());
        assertEquals(0, outcome.code(), outcome::output);
        assertTrue(outcome.output().contains("ok nothing is complained about"), outcome::output);
    }

    private static Optional<Path> chromium() throws IOException, InterruptedException {
        List<Path> found = find("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
        if (found.isEmpty()
                && "true".equals(System.getenv("CI"))
                && "root".equals(System.getProperty("user.name"))
                && !find("apt-get").isEmpty()) {
            run(INSTALL_PATIENCE, "apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium");
            found = find("chromium");
        }
        return found.stream().findFirst();
    }

    /** Copies the script and has npm fetch what it imports, at the versions and hashes of the lock file. */
    private static Outcome install() throws IOException, InterruptedException {
        Files.createDirectories(WORK);
        boolean same = Files.isDirectory(WORK.resolve("node_modules/playwright-core"));
        for (String file : List.of("package.json", "package-lock.json", "dashboard.mjs")) {
            Path from = SOURCES.resolve(file);
            Path to = WORK.resolve(file);
            boolean unchanged = Files.exists(to) && Files.mismatch(from, to) == -1;
            same &= unchanged || file.endsWith(".mjs");
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
        return same
                ? new Outcome(0, "")
                : run(INSTALL_PATIENCE, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline");
    }

    private static Outcome run(Duration patience, String... command) throws IOException, InterruptedException {
        Files.createDirectories(WORK);
        Path log = WORK.resolve(command[0] + ".log");
        Process process = new ProcessBuilder(command)
                .directory(WORK.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            boolean ended = process.waitFor(patience.toSeconds(), TimeUnit.SECONDS);
            return new Outcome(ended ? process.exitValue() : -1, Files.readString(log));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** The programs of these names that there are on the path. */
    private static List<Path> find(String... names) {
        return Arrays.stream(names)
                .flatMap(name -> Arrays.stream(
                                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(directory -> Path.of(directory, name))
                        .filter(Files::isExecutable)
                        .limit(1))
                .toList();
    }
}
