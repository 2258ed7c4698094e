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
 * A page of records that a game server has leased.
 *
 * @param token fencing token of the lease; each page has a lease of its own
 * @param records all records of the page, in the order of the table
 * @param from checkpoint of the segment before the page
 * @param behind checkpoint of the segment after the page, null if it is the last page of the segment
 * @param answer result of the page; null until it is complete
 */
public record WorkPage(
        long token,
        List<Entry> records,
        Segment.@Nullable Checkpoint from,
        Segment.@Nullable Checkpoint behind,
        @Nullable Answer answer) {

    /** Copies the list. */
    public WorkPage {
        records = List.copyOf(records);
    }

    /**
     * A record of the page.
     *
     * @param version entity version at the time of the lease; 0 if the entity was not read
     * @param handed whether the record was sent to the game server. It is not if it needs no change, or if an earlier
     *     migration fails for it.
     */
    public record Entry(String space, String id, long version, boolean handed) {

        public EntityKey key() {
            return new EntityKey(space, id);
        }
    }

    /**
     * Result of a page.
     *
     * @param done number of migrated records
     * @param failed number of quarantined records
     * @param again number of records from the first one on that was written concurrently; those that are not migrated
     *     are leased again
     */
    public record Answer(long done, long failed, long again) {}

    /** Keys of all records of the page. */
    List<EntityKey> keys() {
        return records.stream().map(Entry::key).toList();
    }

    public WorkPage answered(Answer answer) {
        return new WorkPage(token, records, from, behind, answer);
    }

    /**
     * A record that a game server submits.
     *
     * @param state the migrated state; null if the record cannot be migrated
     * @param error why the record cannot be migrated
     */
    public record Submitted(
            String space,
            String id,
            @Nullable ObjectNode state,
            @Nullable String error) {}

    /** A submitted record that does not match the lease: its index, or -1 if a record is missing, and the reason. */
    public record Mismatch(int index, String reason) {}

    /** Compares submitted records with the leased ones. Returns nothing if each leased record occurs exactly once. */
    public Optional<Mismatch> mismatch(List<Submitted> submitted) {
        Set<EntityKey> open = new HashSet<>();
        records.stream().filter(Entry::handed).forEach(record -> open.add(record.key()));
        for (int i = 0; i < submitted.size(); i++) {
            Submitted record = submitted.get(i);
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
