package dev.statecraft.integration.event;

/** Types of events. Consumers must ignore types that they do not know, because later versions may add types. */
public enum EventType {
    ENTITY_CREATED,
    ENTITY_UPDATED,
    ENTITY_DELETED,
    /** A conflicting update was parked. */
    CONFLICT_PARKED,
    /** A conflict was resolved, by a strategy or by a caller. */
    CONFLICT_RESOLVED,
    LEADERBOARD_CREATED,
    /** The settings of a board were changed. */
    LEADERBOARD_CHANGED,
    /** Scores of a board and season changed; one event covers all score changes of a batch. */
    LEADERBOARD_UPDATED,
    LEADERBOARD_DELETED,
    /** A season was closed and the next one started. */
    SEASON_RESET,
    /** A board was closed with its last season; no further season starts. */
    LEADERBOARD_CLOSED,
    /** A closed season was finalized: all scores are counted and all awards are granted. */
    SEASON_COMPLETED,
    /** A player was granted an award for a closed season. */
    AWARD_GIVEN,
    MIGRATION_REGISTERED,
    /** A version was adopted as the baseline: migrations up to it count as applied and were not run. */
    MIGRATION_BASELINED,
    MIGRATION_REPAIRED,
    MIGRATION_STARTED,
    MIGRATION_ROLLBACK_STARTED,
    MIGRATION_COMPLETED,
    MIGRATION_ROLLED_BACK,
    MIGRATION_FAILED,
    MIGRATION_CANCELLED,
    /** Any other action on a migration; {@code action} names it. */
    MIGRATION_CHANGED,
    /** The automatic migration trigger did not apply a pending migration; {@code reason} explains why. */
    MIGRATION_TRIGGER_SKIPPED,
    /** A caller requested a system synchronization. */
    SYSTEM_SYNCHRONIZED
}
