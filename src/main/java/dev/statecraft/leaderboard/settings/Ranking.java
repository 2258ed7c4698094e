package dev.statecraft.leaderboard.settings;

/** How a board numbers its entries, in particular those with equal (score, subscore). */
public enum Ranking {
    /** Equal entries share a rank, and the ranks after a tie are skipped: 1, 2, 2, 4. */
    COMPETITION,
    /** Equal entries share a rank, and no rank is skipped: 1, 2, 2, 3. */
    DENSE,
    /** Every entry has a rank of its own, its position in the list: 1, 2, 3, 4. */
    UNIQUE;

    /**
     * The rank of an entry.
     *
     * @param place 1 + the number of better entries
     * @param distinct 1 + the number of better (score, subscore) pairs; read for DENSE only
     * @param position the position in the list; read for UNIQUE only
     */
    public long of(long place, long distinct, long position) {
        return switch (this) {
            case COMPETITION -> place;
            case DENSE -> distinct;
            case UNIQUE -> position;
        };
    }

    /**
     * The rank that a percentile is computed from. Dense ranks count scores and not entries, so the percentile of a
     * DENSE board comes from the number of better entries.
     */
    public long ofPercentile(long rank, long place) {
        return this == DENSE ? place : rank;
    }
}
