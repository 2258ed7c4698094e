package dev.statecraft.replication.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found in a part of the table of entities.
 *
 * @param found the entities of the type looked for, in the order of the table; those of a space stand together
 * @param next what to go on after, null at the end of the part
 */
public record EntityScan(List<Found> found, @Nullable Position next) {

    /** Where an entity was found, and the migration its state went through last. */
    public record Found(EntityKey place, String schemaVersion) {}

    /** How far a part was looked through: a key of the table, of whatever game. */
    public record Position(String partition, String sort) {}

    /**
     * A part of the table.
     *
     * @param number from 0
     * @param of how many parts there are
     * @param consistent whether everything is seen that was written before; twice the price
     */
    public record Part(int number, int of, boolean consistent) {}
}
