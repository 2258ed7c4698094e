package dev.statecraft.leaderboard.settings;

/** How a board ranks its entries, in particular ties: entries with equal (score, subscore). */
public enum Ranking {
    /** Tied entries share a rank, and the next ranks are skipped: 1, 2, 2, 4. */
    COMPETITION,
    /** Tied entries share a rank, and no rank is skipped: 1, 2, 2, 3. */
    DENSE,
    /** The rank of each entry is its position in the list: 1, 2, 3, 4. */
    UNIQUE;

    /**
     * Returns the rank of an entry.
     *
     * @param place 1 + the number of better entries; used for COMPETITION only
     * @param distinct 1 + the number of distinct better (score, subscore) pairs; used for DENSE only
     * @param position the position in the list, from 1; used for UNIQUE only
     */
    public long of(long place, long distinct, long position) {
        return switch (this) {
            case COMPETITION -> place;
            case DENSE -> distinct;
            case UNIQUE -> position;
        };
    }

    /**
     * Returns the rank that a percentile is computed from. Dense ranks count scores, not entries. Therefore the
     * percentile of a DENSE board is computed from the number of better entries.
     */
    public long ofPercentile(long rank, long place) {
        return this == DENSE ? place : rank;
    }
}
