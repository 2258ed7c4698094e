package dev.statecraft.leaderboard.board;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The event that triggered a leaderboard snapshot. */
@Schema(name = "SnapshotEventType")
public enum SnapshotTrigger {
    /** A reset request closed the season. */
    RESET,
    /** The season reached its scheduled end. */
    SEASON,
    /** The snapshot interval of the current season elapsed. */
    SCHEDULED
}
