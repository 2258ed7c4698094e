package dev.statecraft.migration.work;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.segment.WorkPage.Submitted;
import dev.statecraft.migration.work.WorkService.Completed;
import dev.statecraft.migration.work.WorkService.Done;
import dev.statecraft.migration.work.WorkService.Leased;
import dev.statecraft.migration.work.WorkService.Nothing;
import dev.statecraft.migration.work.WorkService.Page;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A game server that leases and completes pages of version 1.0.0. */
final class WorkServer {

    static final SemanticVersion VERSION = SemanticVersion.of("1.0.0");
    static final int RECORDS = 23;

    final Laboratory lab;

    WorkServer() {
        this(new Laboratory());
    }

    /** A game server of an instance in any database. */
    WorkServer(Laboratory lab) {
        this.lab = lab;
    }

    static ObjectNode doubled(ObjectNode state) {
        return state.put("gold", state.path("coins").asInt() * 2).without("coins");
    }

    void start(String more) {
        for (int i = 0; i < RECORDS; i++) {
            lab.create(i % 2 == 0 ? "arena" : "guild", "p" + i, "{'coins': " + i + "}");
        }
        lab.create("arena", "other", "{'coins': 1}");
        lab.register(Laboratory.definition("1.0.0", "{'worker': true}", more));
        lab.runs.apply(GAME, null, null, "tester", 0);
    }

    Page page() {
        for (int i = 0; i < 20; i++) {
            if (lease(Map.of()) instanceof Page page) {
                return page;
            }
        }
        throw new AssertionError("no page");
    }

    Leased lease(Map<Integer, Long> seen) {
        return lab.work.lease(GAME, VERSION, 10, seen);
    }

    Completed complete(Page page, UnaryOperator<ObjectNode> up) {
        List<Submitted> records = page.tasks().stream()
                .map(task -> new Submitted(
                        task.space(), task.id(), up.apply(task.state().deepCopy()), null))
                .toList();
        return lab.work.complete(GAME, VERSION, page.lease(), records);
    }

    /** Leases and completes pages until no work is left, as a game server does. */
    void work(UnaryOperator<ObjectNode> up) {
        for (int i = 0; i < 500; i++) {
            Leased leased = lease(Map.of());
            if (leased instanceof Nothing) {
                return;
            }
            if (leased instanceof Page page) {
                assertInstanceOf(Done.class, complete(page, up));
            }
        }
        throw new AssertionError("the run does not end: " + lab.lastRun(GAME));
    }

    Map<String, ObjectNode> states() {
        Map<String, ObjectNode> states = new HashMap<>();
        for (int i = 0; i < RECORDS; i++) {
            states.put(
                    "p" + i, lab.read(i % 2 == 0 ? "arena" : "guild", "p" + i).json());
        }
        return states;
    }
}
