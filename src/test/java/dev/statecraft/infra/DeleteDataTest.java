package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.statecraft.infra.ScriptSandbox.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code infra/delete-data} with a stand-in for the AWS CLI. */
class DeleteDataTest {

    private ScriptSandbox sandbox;

    @BeforeEach
    void prepare(@TempDir Path folder) throws Exception {
        sandbox = ScriptSandbox.withAws(folder);
    }

    /** The names that template.yaml gives the tables of a stack. */
    static Set<String> tablesOf(String stack) throws Exception {
        Set<String> names = new TreeSet<>();
        for (JsonNode resource :
                new YAMLMapper().readTree(Path.of("template.yaml").toFile()).path("Resources")) {
            if (resource.path("Type").asText().equals("AWS::DynamoDB::Table")) {
                names.add(resource.at("/Properties/TableName").asText().replace("${AWS::StackName}", stack));
            }
        }
        return names;
    }

    private void list(Collection<String> tables) {
        sandbox.set("FAKE_TABLES", String.join(" ", tables));
    }

    private Set<String> deleted() throws Exception {
        return sandbox.calls().stream()
                .filter(call -> call.startsWith("aws dynamodb delete-table "))
                .map(call -> call.replaceAll(".*--table-name ", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void exactlyTheTablesOfTheStackAreDeleted() throws Exception {
        Set<String> all = new TreeSet<>(tablesOf("statecraft"));
        assertTrue(all.containsAll(Set.of("statecraft-limits", "statecraft-erasures")), all::toString);
        all.addAll(tablesOf("statecraft-prod"));
        all.addAll(tablesOf("mystatecraft"));
        all.add("statecraft-boards-restored");
        list(all);
        Run run = sandbox.runTyping("statecraft\n", "delete-data", "statecraft");
        assertEquals(0, run.code(), run::toString);
        assertEquals(tablesOf("statecraft"), deleted());
        assertTrue(run.out().contains("kept: statecraft-boards-restored\n"), run::toString);
        assertTrue(run.out().contains("kept: statecraft-prod-boards\n"), run::toString);
    }

    @Test
    void aTableThatTheTemplateNoLongerHas_isFoundByItsTag() throws Exception {
        list(List.of("statecraft-boards", "statecraft-former"));
        sandbox.set("FAKE_TAG", "statecraft");
        assertEquals(
                0,
                sandbox.runTyping("statecraft\n", "delete-data", "statecraft").code());
        assertEquals(Set.of("statecraft-boards", "statecraft-former"), deleted());
    }

    @Test
    void withoutTheTypedName_nothingChanges() throws Exception {
        list(tablesOf("statecraft"));
        for (String typed : List.of("", "yes\n", "statecraft-prod\n")) {
            Run run = sandbox.runTyping(typed, "delete-data", "statecraft");
            assertEquals(1, run.code(), run::toString);
            assertTrue(run.err().contains("nothing was changed"), run::toString);
        }
        Run plan = sandbox.run("delete-data", "statecraft", "--plan");
        assertEquals(0, plan.code(), plan::toString);
        assertTrue(plan.out().contains("  statecraft-limits\n"), plan::toString);
        assertTrue(sandbox.calls().stream().noneMatch(call -> call.matches("aws dynamodb (update|delete)-.*")));
    }

    @Test
    void tablesOfAnExistingStack_areNotDeleted() throws Exception {
        list(tablesOf("statecraft"));
        sandbox.set("FAKE_STATUS", "CREATE_COMPLETE");
        Run run = sandbox.runTyping("statecraft\n", "delete-data", "statecraft");
        assertEquals(17, run.code(), run::toString);
        assertTrue(run.err().contains("The stack statecraft exists; delete it first"), run::toString);
    }

    @Test
    void withoutTables_thereIsNothingToDelete() throws Exception {
        list(tablesOf("statecraft-prod"));
        Run run = sandbox.run("delete-data", "statecraft");
        assertEquals(0, run.code(), run::toString);
        assertTrue(run.out().contains("There are no tables of the stack statecraft"), run::toString);
    }

    @Test
    void missingRequirements_areRefused() throws Exception {
        assertEquals(2, sandbox.run("delete-data").code());
        assertEquals(2, sandbox.run("delete-data", "a", "b").code());
        assertEquals(2, sandbox.run("delete-data", "--force", "a").code());
        sandbox.unset("AWS_REGION");
        assertEquals(12, sandbox.run("delete-data", "statecraft").code());
        sandbox.unset("FAKE_ACCOUNT");
        assertEquals(
                11,
                sandbox.run("delete-data", "statecraft", "--region", "eu-west-1")
                        .code());
        Files.delete(sandbox.file("bin/aws"));
        assertEquals(
                10,
                sandbox.run("delete-data", "statecraft", "--region", "eu-west-1")
                        .code());
    }
}
