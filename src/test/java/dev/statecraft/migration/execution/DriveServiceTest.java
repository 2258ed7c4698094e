package dev.statecraft.migration.execution;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.Meter;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.run.MigrationStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The cost of a request that waits for a run, on DynamoDB Local. */
class DriveServiceTest {

    private static final int WAIT_MILLIS = 1_200;

    @Test
    void waitingForGameServersReadsTheRunRarely() {
        Meter meter = new Meter();
        Laboratory lab = new Laboratory(Map.of("lease", "15s"), List.of(), meter);
        lab.create("arena", "p1", "{'coins': 1}");
        lab.register(Laboratory.definition("1.0.0", "{'worker': true}", ""));
        meter.take();

        lab.runs.apply(GAME, null, null, Laboratory.BY, WAIT_MILLIS);

        Meter.Reading used = meter.take();
        assertEquals(MigrationStatus.RUNNING, lab.lastRun(GAME).status());
        assertTrue(used.requests() < 60, used.requests() + " requests in " + WAIT_MILLIS + " ms");
    }
}
