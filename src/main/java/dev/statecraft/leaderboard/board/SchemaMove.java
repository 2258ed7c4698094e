package dev.statecraft.leaderboard.board;

/** Result of a change of the schema version of metadata. Variants are listed in order of precedence. */
public enum SchemaMove {
    /** A condition of the other writes failed; nothing was written. */
    REJECTED,
    /** Another writer changed the board, or a transaction was in progress; nothing was written. The caller may retry. */
    OVERTAKEN,
    /** The schema version was set already, or the board does not exist; nothing was written. */
    UNCHANGED,
    /** The schema version and the other writes were stored. */
    MOVED
}
