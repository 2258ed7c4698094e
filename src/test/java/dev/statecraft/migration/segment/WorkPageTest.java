package dev.statecraft.migration.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.segment.WorkPage.Entry;
import dev.statecraft.migration.segment.WorkPage.Mismatch;
import dev.statecraft.migration.segment.WorkPage.Submitted;
import dev.statecraft.replication.state.EntityKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WorkPageTest {

    private static final WorkPage PAGE = new WorkPage(
            1,
            List.of(new Entry("s", "a", 1, true), new Entry("s", "b", 2, true), new Entry("s", "c", 3, false)),
            null,
            null,
            null);

    private static Optional<Mismatch> mismatch(String... ids) {
        return PAGE.mismatch(
                Stream.of(ids).map(id -> new Submitted("s", id, null, null)).toList());
    }

    private static int index(String... ids) {
        return mismatch(ids).orElseThrow().index();
    }

    @Test
    void eachHandedRecordIsSubmittedOnce() {
        assertEquals(Optional.empty(), mismatch("a", "b"));
        assertEquals(Optional.empty(), mismatch("b", "a"));
        assertEquals(1, index("a", "c", "b"));
        assertEquals(2, index("a", "b", "a"));
        assertEquals(0, index("x"));
        assertEquals(-1, index("a"));
        assertTrue(mismatch("a").orElseThrow().reason().contains("s/b"));
        assertTrue(mismatch("x").orElseThrow().reason().contains("s/x"));
        assertEquals(-1, index());
    }

    @Test
    void keysAreThoseOfAllRecords() {
        assertEquals(List.of(new EntityKey("s", "a"), new EntityKey("s", "b"), new EntityKey("s", "c")), PAGE.keys());
    }
}
