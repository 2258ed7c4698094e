package dev.statecraft.migration.upkeep;

import dev.statecraft.migration.run.QuarantineStore;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.segment.BackupStore;
import dev.statecraft.migration.work.WorkStore;
import dev.statecraft.table.ScanPage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Erases a player from the data of runs: backups, quarantined records, and pages of game servers. */
@ApplicationScoped
public class MigrationErasureService {

    private static final int PARTS_PER_CALL = 20;

    private final RunStore runs;
    private final BackupStore backups;
    private final QuarantineStore quarantine;
    private final WorkStore work;

    public MigrationErasureService(RunStore runs, BackupStore backups, QuarantineStore quarantine, WorkStore work) {
        this.work = work;
        this.runs = runs;
        this.backups = backups;
        this.quarantine = quarantine;
    }

    /**
     * Position of the erasure: a run, one of its segments, and the last processed part of its backup, empty before the
     * first.
     */
    private record Position(String run, int segment, String after) {

        static Position read(String cursor) {
            String[] parts = cursor.split("/", 3);
            return new Position(parts[0], Integer.parseInt(parts[1]), parts[2]);
        }

        String text() {
            return run + "/" + segment + "/" + after;
        }
    }

    /**
     * Erases the player from the next parts of the game's backups, the newest run first. Repeated calls are harmless.
     *
     * @param cursor cursor of the previous result, null to start
     */
    public ScanPage erase(String game, String playerId, @Nullable String cursor) {
        Position position = cursor == null ? null : Position.read(cursor);
        Optional<Run> found =
                position == null ? runs.list(game, null, 1).stream().findFirst() : runs.read(game, position.run());
        if (found.isEmpty()) {
            return new ScanPage(null, 0);
        }
        Run run = found.get();
        Position at = position == null ? new Position(run.id(), 0, "") : position;
        long touched = 0;
        for (int part = 0; part < PARTS_PER_CALL && at.segment() < run.segments(); part++) {
            Optional<BackupStore.Erased> erased =
                    backups.erase(game, run.id(), at.segment(), at.after().isEmpty() ? null : at.after(), playerId);
            touched += erased.map(BackupStore.Erased::records).orElse(0);
            String after = erased.map(BackupStore.Erased::key).orElse("");
            at = new Position(run.id(), erased.isPresent() ? at.segment() : at.segment() + 1, after);
        }
        if (at.segment() < run.segments()) {
            return new ScanPage(at.text(), touched);
        }
        touched += quarantine.delete(game, run.id(), playerId);
        if (!run.active()) {
            // The pages of an ended run are no longer needed, and they contain entity ids.
            touched += work.delete(game, run.id());
        }
        String next = runs.list(game, run.id(), 1).stream()
                .findFirst()
                .map(older -> new Position(older.id(), 0, "").text())
                .orElse(null);
        return new ScanPage(next, touched);
    }
}
