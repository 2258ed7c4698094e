package dev.statecraft.migration.segment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.replication.state.EntityKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
public record WorkPage(
        long token,
        List<Entry> records,
        Segment.@Nullable Checkpoint from,
        Segment.@Nullable Checkpoint behind,
        @Nullable Answer answer) {

    /** Copies the records. */
    public WorkPage {
        records = List.copyOf(records);
    }

    /**
     * A record of the page.
     *
     * @param version it had; 0 if it was not looked at
     * @param handed whether it was handed out: not if there is nothing to do to it, or an earlier migration fails on it
     */
    public record Entry(String space, String id, long version, boolean handed) {

        public EntityKey place() {
            return new EntityKey(space, id);
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
    List<EntityKey> places() {
        return records.stream().map(Entry::place).toList();
    }

    public WorkPage answered(Answer answer) {
        return new WorkPage(token, records, from, behind, answer);
    }

    /**
     * A record that comes back.
     *
     * @param state as it is to be; null if it cannot be migrated
     * @param error why not
     */
    public record Returned(
            String space,
            String id,
            @Nullable ObjectNode state,
            @Nullable String error) {}

    /** The place of the record that is wrong, -1 if one is missing, and what is wrong. */
    public record Mismatch(int index, String reason) {}

    /** Why records are not those that were handed out, each once; nothing if they are. */
    public Optional<Mismatch> mismatch(List<Returned> returned) {
        Set<EntityKey> open = new HashSet<>();
        records.stream().filter(Entry::handed).forEach(record -> open.add(record.place()));
        for (int i = 0; i < returned.size(); i++) {
            Returned record = returned.get(i);
            if (!open.remove(new EntityKey(record.space(), record.id()))) {
                return Optional.of(new Mismatch(
                        i,
                        "The record " + record.space() + "/" + record.id()
                                + " is not leased, or appears twice. Submit each leased record exactly once."));
            }
        }
        return open.stream()
                .findFirst()
                .map(missing -> new Mismatch(
                        -1, "The record " + missing.space() + "/" + missing.id() + " is leased and is missing."));
    }
}
