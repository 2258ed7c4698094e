package dev.statecraft.migration;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static dev.statecraft.migration.Laboratory.definition;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.replication.state.Entity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Players write while records are migrated and rolled back. */
class LiveWritersTest {

    private static final int RECORDS = 20;
    private static final int WRITERS = 3;

    private final Laboratory lab = new Laboratory();
    private final AtomicIntegerArray increments = new AtomicIntegerArray(RECORDS);
    private final ExecutorService players = Executors.newFixedThreadPool(WRITERS);

    @Test
    void concurrentIncrementsAreNotLostAndStatesAreNeverMixed() throws Exception {
        for (int i = 0; i < RECORDS; i++) {
            lab.create(space(i), "n" + i, "{'hp': " + i + ", 'coins': 0}");
        }
        lab.register(definition(
                "1.1.0",
                "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}",
                ", 'options': {'segments': 2, 'pageSize': 4}"));
        during(() -> lab.apply(GAME));
        assertEquals(
                MigrationStatus.APPLIED,
                lab.lastRun(GAME).status(),
                String.valueOf(lab.lastRun(GAME).error()));
        check("health", "hp", "1.1.0");
        during(() -> lab.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "r", BY, 60_000));
        assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
        check("hp", "health", "0.0.0");
        players.shutdownNow();
    }

    private void during(Runnable work) throws Exception {
        AtomicBoolean playing = new AtomicBoolean(true);
        List<Future<?>> games = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            int first = w;
            games.add(players.submit(() -> play(first, playing)));
        }
        work.run();
        playing.set(false);
        for (Future<?> game : games) {
            game.get(60, TimeUnit.SECONDS);
        }
    }

    private void play(int first, AtomicBoolean playing) {
        for (int i = first; playing.get(); i = (i + WRITERS) % RECORDS) {
            lab.update(GAME, space(i), "n" + i, "{'increment': {'coins': 1}}");
            increments.incrementAndGet(i);
            Entity seen = lab.read(space(i), "n" + i);
            boolean up = seen.schemaVersion().equals("1.1.0");
            assertTrue(seen.json().has("health") == up && seen.json().has("hp") == !up, seen.toString());
        }
    }

    private void check(String present, String absent, String schema) {
        int all = 0;
        for (int i = 0; i < RECORDS; i++) {
            Entity entity = lab.read(space(i), "n" + i);
            assertEquals(increments.get(i), entity.json().path("coins").intValue(), entity.id());
            assertEquals(i, entity.json().path(present).intValue(), entity.id());
            assertTrue(entity.json().path(absent).isMissingNode(), entity.id());
            assertEquals(schema, entity.schemaVersion());
            all += increments.get(i);
        }
        assertTrue(all > 0, "no player wrote");
    }

    private static String space(int i) {
        return "match" + i % 3;
    }
}
