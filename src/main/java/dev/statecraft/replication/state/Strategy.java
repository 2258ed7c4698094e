package dev.statecraft.replication.state;

/** How conflicts between an update and the stored state are resolved. */
public enum Strategy {
    /** The stored value stays. */
    SERVER_WINS,
    /** The value of the update replaces the stored value. */
    CLIENT_WINS,
    /** Both values are merged by the rule of the path, or by the default for their JSON type. */
    MERGE,
    /** The value that reached the server later wins. Clocks of clients are not used. */
    LATEST,
    /** The update is parked until a caller resolves the conflict or the deadline passes. */
    MANUAL
}
