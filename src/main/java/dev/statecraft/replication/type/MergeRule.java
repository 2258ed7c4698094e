package dev.statecraft.replication.type;

/** How two values of a path are merged. If the values do not fit the rule, the default for their JSON type applies. */
public enum MergeRule {
    /** The larger number. */
    MAX,
    /** The smaller number. */
    MIN,
    /** Adds the changes of both: stored + sent − base. Without a known base the stored number stays. */
    SUM,
    /** True if either value is true. */
    OR,
    /** The stored list followed by the elements of the sent list that it does not contain. */
    UNION,
    /** The stored value. */
    SERVER,
    /** The sent value. */
    CLIENT,
    /** The value that reached the server later. */
    LATEST
}
