package dev.statecraft.migration.run;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.JsonValues;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Entities, definitions and assertions that the tests of runs share. */
final class RunFixture {

    static final String RENAME = "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}";

    private RunFixture() {}

    /** An environment with these configuration values, given as name and value in turn. */
    static Laboratory lab(String... settings) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            map.put(settings[i], settings[i + 1]);
        }
        return new Laboratory(map, List.of(), new ExecutionInterceptor() {});
    }

    /** Creates entities n0 to n(count-1) in two spaces; {@code hp} is their number. */
    static void fill(Laboratory lab, int count) {
        for (int first = 0; first < 2; first++) {
            List<Mutation> mutations = new ArrayList<>();
            for (int i = first; i < count; i += 2) {
                ObjectNode state = JsonFixtures.of("{'hp': " + i + ", 'coins': 1.50}");
                mutations.add(new Mutation(
                        "n" + i,
                        null,
                        "",
                        old -> new Mutation.Write("PLAYER_DATA", state, "0.0.0", null, BY, null, List.of(), 100)));
            }
            lab.realm.commits.commit(GAME, space(first), mutations);
        }
    }

    static String space(int i) {
        return i % 2 == 0 ? "arena" : "global";
    }

    static void assertState(String expected, Entity entity) {
        assertEquals(JsonValues.canonical(JsonFixtures.of(expected)), JsonValues.canonical(entity.json()), entity.id());
    }

    /** Checks that the counts of an ended run add up to its total. */
    static void assertSum(Run run) {
        Progress outcome = run.outcome();
        assertNotNull(outcome, run.toString());
        RunCounts main = outcome.main();
        assertEquals(run.total(), main.done() + main.skipped() + main.failed(), outcome.toString());
    }
}
