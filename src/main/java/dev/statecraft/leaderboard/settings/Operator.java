package dev.statecraft.leaderboard.settings;

/** How a submitted (score, subscore) pair changes the player's stored pair. */
public enum Operator {
    /** The better of the old and the submitted pair, in the board's order. */
    BEST,
    /** The submitted pair replaces the old one. */
    LAST,
    /** The submitted pair is added. */
    SUM,
    /** The submitted pair is added. */
    INCREMENT,
    /** The submitted pair is subtracted. */
    DECREMENT,
    /** The smaller pair. */
    MIN,
    /** The larger pair. */
    MAX
}
