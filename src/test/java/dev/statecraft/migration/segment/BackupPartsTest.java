package dev.statecraft.migration.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.migration.run.Run;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackupPartsTest {

    private static List<String> restored(BackupParts parts, int segment) {
        List<String> restored = new ArrayList<>();
        for (int part = parts.first(segment); parts.restores(segment, part); part = parts.after(part)) {
            BackupParts.Part of = parts.part(part);
            restored.add(of.run() + of.segment() + (parts.isEarlier(part) ? "*" : ""));
        }
        return restored;
    }

    @Test
    void partsOfTheNewestSourceAreDistributedAndTheLastSegmentRestoresTheEarlierSources() {
        BackupParts parts =
                new BackupParts(List.of(new Run.Source("a", 1), new Run.Source("b", 2), new Run.Source("c", 3)), 2);
        assertEquals(List.of("c0", "c2"), restored(parts, 0));
        assertEquals(List.of("c1", "b0*", "b1*", "a0*"), restored(parts, 1));
    }

    @Test
    void segmentsWithoutAPartRestoreNothing() {
        BackupParts parts = new BackupParts(List.of(new Run.Source("a", 1), new Run.Source("b", 1)), 3);
        assertEquals(List.of("b0"), restored(parts, 0));
        assertEquals(List.of(), restored(parts, 1));
        assertEquals(List.of("a0*"), restored(parts, 2));
        assertEquals(List.of(), restored(new BackupParts(List.of(), 1), 0));
    }
}
