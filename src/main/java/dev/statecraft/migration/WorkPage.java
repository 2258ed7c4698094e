package dev.statecraft.migration;

import dev.statecraft.replication.EntityPlace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of records that a game server was handed.
 *
 * @param token of the lease of the segment; each page has a lease of its own
 * @param records all of the page, in the order of the table
 * @param from how far the segment was before the page
 * @param behind what to go on after once the page is done, null if it is the last of the segment
 * @param answer what it came to; null as long as it is not done
 */
record WorkPage(
        long token,
        List<Record> records,
        Segment.@Nullable Checkpoint from,
        Segment.@Nullable Checkpoint behind,
        @Nullable Answer answer) {

    /** Copies the records. */
    WorkPage {
        records = List.copyOf(records);
    }

    /**
     * A record of the page.
     *
     * @param version it had; 0 if it was not looked at
     * @param handed whether it was handed out: not if there is nothing to do to it, or an earlier migration fails on it
     */
    record Record(String space, String id, long version, boolean handed) {

        EntityPlace place() {
            return new EntityPlace(space, id);
        }
    }

    /**
     * What a page came to.
     *
     * @param done records that were migrated
     * @param failed records that were put aside
     * @param again records from the first one on that somebody wrote meanwhile; they are handed out once more, unless they
     *     are done
     */
    public record Answer(long done, long failed, long again) {}

    /** Where all records of the page are. */
    List<EntityPlace> places() {
        return records.stream().map(Record::place).toList();
    }

    WorkPage answered(Answer answer) {
        return new WorkPage(token, records, from, behind, answer);
    }
}
