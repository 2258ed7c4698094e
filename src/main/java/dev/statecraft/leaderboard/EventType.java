package dev.statecraft.leaderboard;

/** What a snapshot was taken for. */
public enum EventType {
    /** Somebody reset the board. */
    RESET,
    /** A season ended by its schedule. */
    SEASON,
    /** The regular snapshot of a running season. */
    SCHEDULED
}
