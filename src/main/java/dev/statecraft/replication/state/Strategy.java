package dev.statecraft.replication.state;

/** Who decides where an update and the state it meets disagree about a path. */
public enum Strategy {
    /** What is stored stays. */
    SERVER_WINS,
    /** What the update brings counts. */
    CLIENT_WINS,
    /** A rule for each path, or for each type of value, brings both together. */
    MERGE,
    /** What reached the server later counts; the clocks of clients are not asked. */
    LATEST,
    /** Nothing is done until somebody decides or the time for it is up. */
    MANUAL
}
