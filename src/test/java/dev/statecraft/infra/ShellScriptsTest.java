package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The shell scripts of the repository, and those of the tests. */
class ShellScriptsTest {

    private static List<String> scripts() throws Exception {
        List<String> scripts = new ArrayList<>(List.of(".ci/run"));
        for (String folder : List.of("infra", "infra/cli", "src/test/resources/dev/statecraft/infra")) {
            try (Stream<Path> files = Files.list(Path.of(folder))) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    if (Files.readString(file).startsWith("#!")) {
                        scripts.add(file.toString());
                    }
                }
            }
        }
        assertTrue(
                scripts.containsAll(
                        List.of("infra/apply", "infra/cli/run", "infra/deploy", "infra/delete-data", "infra/migrate")),
                scripts::toString);
        return scripts;
    }

    private static void succeeds(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), command + "\n" + out);
    }

    @Test
    void scriptsOfInfraAreExecutableAndValid() throws Exception {
        for (String script : scripts()) {
            if (script.startsWith("infra/")) {
                assertTrue(Files.isExecutable(Path.of(script)), script);
                succeeds(List.of("sh", "-n", script));
            }
        }
    }

    @Test
    void shellcheckFindsNothing() throws Exception {
        assumeTrue(ScriptSandbox.onPath("shellcheck").isPresent(), "shellcheck is not installed");
        List<String> command = new ArrayList<>(List.of("shellcheck"));
        command.addAll(scripts());
        succeeds(command);
    }
}
