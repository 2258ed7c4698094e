package dev.statecraft.replication.command;

/** The updates with the strategy MANUAL that were parked. */
public interface ParkedUpdates {

    /** True if an earlier request with this mutation id was parked and its resolution is still stored. Cost: 1 RCU. */
    boolean isParked(String game, String space, String entityId, String mutationId);
}
