package dev.statecraft.migration.record;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static dev.statecraft.migration.record.MetadataBoards.RENAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.StartService;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.testing.fault.FaultyDynamo;
import org.junit.jupiter.api.Test;

/** The schema version of boards while a run of another instance changes it. */
class MetadataSchemaTest {

    private final FaultyDynamo faults = new FaultyDynamo();
    private final MetadataBoards boards = new MetadataBoards(faults);
    private final Laboratory lab = boards.lab;

    @Test
    void boardThatIsCreatedWhileARunChangesTheSchemaStartsWithTheNewOne() {
        Laboratory other = boards.other();
        for (int write = 0; write < 2; write++) {
            String board = "board" + write;
            String version = "1." + write + ".0";
            lab.register(JsonFixtures.ofMetadata(version, "*", RENAME, ""));
            // The first write creates the board, the second one prepares it for its first score.
            faults.beforeWrite(write, () -> other.apply(GAME));
            boards.create(board, 1);
            boards.submit(board, "p", 1, "{'place': {'map': 'm'}, 'level': 1}");
            faults.heal();
            assertEquals(MigrationStatus.APPLIED, other.lastRun(GAME).status());
            assertEquals(version, boards.entry(board, "p").metadataSchema(), "before write " + write);
        }
    }

    /** A step is delayed before any of its writes, until the run has ended and was rolled back. */
    @Test
    void delayedStepDoesNotChangeTheSchemaOfBoardsAfterARollback() {
        Laboratory other = boards.other();
        int exercised = 0;
        for (int write = 0; write < 20; write++) {
            String board = "late" + write;
            boards.fill(board, 1, 1);
            String version = "1." + write + ".0";
            lab.register(JsonFixtures.ofMetadata(version, board, RENAME, ""));
            SemanticVersion migration = SemanticVersion.of(version);
            boolean[] rolledBack = new boolean[1];
            faults.beforeWrite(write, () -> {
                other.drive(GAME);
                rolledBack[0] = other.runs.rollBack(GAME, migration, Run.Mode.SMART, "r", BY, 0)
                        instanceof StartService.Started;
                other.drive(GAME);
            });
            lab.apply(GAME);
            faults.heal();
            if (rolledBack[0]) {
                boards.assertMetadata("{'map': 'm0', 'level': 0}", board, "p0");
                assertEquals("0.0.0", other.leaderboards.board(board).metadataSchema(), "before write " + write);
                exercised++;
            }
        }
        assertTrue(exercised > 4, exercised + " rollbacks during a step");
    }
}
