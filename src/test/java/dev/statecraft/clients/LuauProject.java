package dev.statecraft.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.http.NodeProject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The Luau SDK in a Luau VM, on a test double of Roblox: {@code src/test/luau/sdk.mjs}. */
final class LuauProject {

    /** In place of a URL: the test has a network of its own. */
    static final String NO_APPLICATION = "-";

    /** In place of a URL: the Mock of the SDK answers. */
    static final String MOCK = "http://mock";

    /** The guide whose Luau blocks {@code guide-test.luau} runs. */
    static final String GUIDE =
            "--guide=" + Path.of("src/site/markdown/roblox.md").toAbsolutePath();

    private static final Path SDK = Path.of("src/main/luau").toAbsolutePath();
    private static final Path TESTS = Path.of("src/test/luau");
    private static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("statecraft.luau.patience", 120));

    private LuauProject() {}

    /** The Node.js project of the tests; the calling test is skipped without Node.js or without packages from npm. */
    private static NodeProject installed(String work) throws IOException, InterruptedException {
        assumeTrue(NodeProject.isPossible(), "The Luau SDK is not tested: there is no Node.js with npm.");
        NodeProject project = new NodeProject(TESTS, Path.of("target", work));
        NodeProject.Outcome installed = project.install();
        assumeTrue(installed.code() == 0, "The Luau SDK is not tested: npm failed: " + installed.output());
        return project;
    }

    /**
     * Checks the format of all Luau files, and the types of functions. There is no type checker of Luau on npm; the Luau VM
     * compiles each file.
     */
    static void checkStyle() throws IOException, InterruptedException {
        NodeProject.Outcome outcome = installed("luau-style")
                .run(
                        PATIENCE,
                        "node",
                        "style.mjs",
                        SDK.toString(),
                        TESTS.toAbsolutePath().toString());
        assertEquals(0, outcome.code(), outcome::output);
    }

    /**
     * Runs tests of the SDK. The calling test is skipped without Node.js or without packages from npm.
     *
     * @param work name of the directory in {@code target}, which no other test uses at the same time
     * @param key the credential of the application
     * @param files the tests, files of {@code src/test/luau}; {@code --name=value} gives them a value
     * @return what the tests print
     */
    static String run(String work, String url, String key, String... files) throws IOException, InterruptedException {
        return run(work, List.of("node", "sdk.mjs", SDK.resolve("src").toString(), url, key), files);
    }

    /** Runs the list of steps in {@code src/test/conformance} with the SDK, and prints the result of each case. */
    static void conform(String work, String url, String key) throws IOException, InterruptedException {
        Path list = Path.of("src/test/conformance").toAbsolutePath();
        List<String> command = List.of(
                "node", "conformance.mjs", list.toString(), SDK.resolve("src").toString(), url, key);
        System.out.println(run(work, command, "conformance-test.luau"));
    }

    private static String run(String work, List<String> program, String... files)
            throws IOException, InterruptedException {
        NodeProject project = installed(work);
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(files));
        NodeProject.Outcome outcome = project.run(PATIENCE, command.toArray(String[]::new));
        assertEquals(0, outcome.code(), outcome::output);
        for (String file : files) {
            if (!file.startsWith("--")) {
                assertTrue(outcome.output().lines().anyMatch(("ok " + file)::equals), outcome::output);
            }
        }
        return outcome.output();
    }
}
