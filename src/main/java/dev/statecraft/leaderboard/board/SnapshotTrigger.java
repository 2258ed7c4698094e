package dev.statecraft.leaderboard.board;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a snapshot was taken for. */
@Schema(name = "SnapshotEventType")
public enum SnapshotTrigger {
    /** Somebody reset the board. */
    RESET,
    /** A season ended by its schedule. */
    SEASON,
    /** The regular snapshot of a running season. */
    SCHEDULED
}
