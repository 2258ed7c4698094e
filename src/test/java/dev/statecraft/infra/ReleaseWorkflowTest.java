package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** .github/workflows/release.yml against pom.xml, and against the rules for workflows that publish. */
class ReleaseWorkflowTest {

    private static final Path FILE = Path.of(".github/workflows/release.yml");

    private final String text = Files.readString(FILE);
    private final JsonNode workflow = new YAMLMapper().readTree(text);
    private final Document pom = DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile());
    private final XPath xpath = XPathFactory.newInstance().newXPath();

    ReleaseWorkflowTest() throws Exception {}

    private List<JsonNode> steps() {
        List<JsonNode> steps = new ArrayList<>();
        workflow.path("jobs").forEach(job -> job.path("steps").forEach(steps::add));
        assertFalse(steps.isEmpty());
        return steps;
    }

    private JsonNode stepUsing(String action) {
        return steps().stream()
                .filter(step -> step.path("uses").asText().startsWith(action + "@"))
                .findFirst()
                .orElseThrow();
    }

    private String ofPom(String path) throws Exception {
        return xpath.evaluate(path, pom);
    }

    @Test
    void onlyTagsStartIt() {
        assertEquals("{\"push\":{\"tags\":[\"v*\"]}}", workflow.path("on").toString());
    }

    @Test
    void eachJobHasTheLeastPermissions() {
        assertEquals("{}", workflow.path("permissions").toString());
        TreeMap<String, String> permissions = new TreeMap<>();
        workflow.path("jobs")
                .properties()
                .forEach(job -> permissions.put(
                        job.getKey(), job.getValue().path("permissions").toString()));
        assertEquals(
                "{build={\"contents\":\"read\"}, publish={\"contents\":\"write\"}}",
                permissions.toString(),
                "the job that runs the build must not be able to write");
        assertFalse(
                stepUsing("actions/checkout").at("/with/persist-credentials").asBoolean(true));
    }

    @Test
    void actionsArePinnedToCommits() {
        List<String> uses = Pattern.compile("uses: (.*)")
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertEquals(steps().stream().filter(step -> step.has("uses")).count(), uses.size());
        uses.forEach(
                action -> assertTrue(action.matches("[\\w-]+/[\\w-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+"), action));
    }

    @Test
    void scriptsContainNoExpressionsAndAreValid() throws Exception {
        for (JsonNode step : steps()) {
            String script = step.path("run").asText();
            assertFalse(script.contains("${{"), () -> "An expression in a script is open to injection: " + script);
            Process shell =
                    new ProcessBuilder("sh", "-n").redirectErrorStream(true).start();
            shell.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
            shell.getOutputStream().close();
            String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, shell.waitFor(), () -> script + out);
        }
    }

    @Test
    void bothArchitecturesOfTheTemplateAreBuiltOnSuchAMachine() throws Exception {
        TreeMap<String, String> runners = new TreeMap<>();
        workflow.at("/jobs/build/strategy/matrix/include")
                .forEach(entry -> runners.put(
                        entry.path("architecture").asText(),
                        entry.path("runner").asText()));
        Set<String> allowed = new HashSet<>();
        new YAMLMapper()
                .readTree(Path.of("template.yaml").toFile())
                .at("/Parameters/Architecture/AllowedValues")
                .forEach(value -> allowed.add(value.asText()));
        assertEquals(allowed, runners.keySet());
        runners.forEach((architecture, runner) ->
                assertEquals(architecture.equals("arm64"), runner.endsWith("-arm"), architecture + " on " + runner));
    }

    @Test
    void mavenBuildsTheNativeZipAndTestsIt() throws Exception {
        List<String> commands = steps().stream()
                .map(step -> step.path("run").asText())
                .filter(script -> script.contains("mvnw"))
                .toList();
        assertEquals(List.of("./mvnw -B -ntp verify -Dnative"), commands);
        assertTrue(Files.isExecutable(Path.of("mvnw")));
        assertEquals("native", ofPom("//profile[id='native']/activation/property/name"));
        assertEquals("true", ofPom("//profile[id='native']/properties/quarkus.native.enabled"));
        String failsafe = "//build/plugins/plugin[artifactId='maven-failsafe-plugin']";
        assertEquals("verify", ofPom(failsafe + "/executions/execution/goals/goal[2]"));
        assertEquals(
                "${project.build.directory}/function.zip",
                ofPom(failsafe + "/configuration/systemPropertyVariables/statecraft.packaged"));
    }

    @Test
    void graalVmIsOfAVersionThatTheNativeProfileAccepts() throws Exception {
        Matcher required =
                Pattern.compile("JDK (\\d+) or newer").matcher(ofPom("//profile[id='native']//fail/@message"));
        assertTrue(required.find());
        int used = stepUsing("graalvm/setup-graalvm").at("/with/java-version").asInt();
        assertTrue(used >= Integer.parseInt(required.group(1)), "JDK " + used);
    }

    @Test
    void publishedFilesAreThoseThatTheBuildWrites() throws Exception {
        assertTrue(text.contains(" target/function.zip "));
        String licenses = "//plugin[artifactId='license-maven-plugin']//execution/configuration/outputDirectory";
        assertEquals("${project.build.outputDirectory}/META-INF", ofPom(licenses));
        assertTrue(text.contains(" target/classes/META-INF/THIRD-PARTY.txt "));
        assertTrue(text.contains("sha256sum \"$zip\" >\"$zip.sha256\""));
        assertEquals(
                "dist/", stepUsing("actions/upload-artifact").at("/with/path").asText());
    }
}
