package dev.statecraft.replication.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a scan of the entities table.
 *
 * @param found entities of the requested type, in table order; the entities of a space are adjacent
 * @param next the position to continue after; null at the end of the part
 */
public record EntityScan(List<Found> found, @Nullable Position next) {

    /** An entity that was found, and the schema version of its state. */
    public record Found(EntityKey place, String schemaVersion) {}

    /** A position in a scan: a key of the table, which may belong to any game. */
    public record Position(String partition, String sort) {}

    /**
     * A part of the table (a segment of a parallel scan).
     *
     * @param number the number of the part, from 0
     * @param of the number of parts
     * @param consistent whether reads are strongly consistent, which doubles the cost
     */
    public record Part(int number, int of, boolean consistent) {}
}
