package dev.statecraft.integration;

/** What can happen. Consumers bear types they do not know, as more may come. */
public enum EventType {
    ENTITY_CREATED,
    ENTITY_UPDATED,
    ENTITY_DELETED,
    /** An update waits for somebody to decide. */
    CONFLICT_PARKED,
    /** Conflicting values were resolved, by a strategy or by somebody. */
    CONFLICT_RESOLVED,
    LEADERBOARD_CREATED,
    /** What a studio decides about a board was changed. */
    LEADERBOARD_CHANGED,
    /** Scores changed; one event for all that were handed over together. */
    LEADERBOARD_UPDATED,
    LEADERBOARD_DELETED,
    /** A season was closed and the next one began. */
    SEASON_RESET,
    /** A board closed for good with its last season; no other begins. */
    LEADERBOARD_CLOSED,
    /** The end of a season has been worked off: all counted, all awards given. */
    SEASON_COMPLETED,
    /** A player gets something for a season that is over. */
    AWARD_GIVEN,
    MIGRATION_REGISTERED,
    /** A migration counts as applied without having run. */
    MIGRATION_BASELINED,
    MIGRATION_REPAIRED,
    MIGRATION_STARTED,
    MIGRATION_ROLLBACK_STARTED,
    MIGRATION_COMPLETED,
    MIGRATION_ROLLED_BACK,
    MIGRATION_FAILED,
    MIGRATION_CANCELLED,
    /** Something else was done with a migration; {@code action} says what. */
    MIGRATION_CHANGED,
    /** The automatic trigger left a pending migration alone; {@code reason} says why. */
    MIGRATION_TRIGGER_SKIPPED,
    /** Somebody had the systems synchronized. */
    SYSTEM_SYNCHRONIZED
}
