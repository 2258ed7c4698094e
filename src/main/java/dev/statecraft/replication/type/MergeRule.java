package dev.statecraft.replication.type;

/** How two values of one path become one. A rule that does not fit the values gives way to the one for their type. */
public enum MergeRule {
    /** The larger number. */
    MAX,
    /** The smaller number. */
    MIN,
    /** What both added to the base: stored + sent − base. Without a known base the stored number stays. */
    SUM,
    /** True if either is. */
    OR,
    /** The stored list and, behind it, what of the sent one is not in it yet. */
    UNION,
    /** The stored value. */
    SERVER,
    /** The sent value. */
    CLIENT,
    /** The value that reached the server later. */
    LATEST
}
