package dev.statecraft.leaderboard.board;

import java.time.Instant;
import java.util.Optional;

/**
 * Progress of the purge of a deleted board: the deletion of all items of one board epoch.
 *
 * <p>A purge runs in passes over all partitions that can contain items of the board. The first pass deletes entries and all
 * other items except rank trees. Rank trees remain, because the stream consumer subtracts the deleted entries from them.
 * The second pass starts when the stream no longer contains records of the first pass. From the second pass on, rank trees
 * are deleted too. A pass that deleted entries is followed by another pass, because the stream contains their records.
 *
 * @param board the board before its deletion; determines the keys of its items
 * @param pass the number of the pass, from 1
 * @param target the partition at which this pass continues
 * @param found whether this pass has deleted entries
 * @param dueAt when the purge continues
 * @param version number of writes of this record, from 1
 */
public record Purge(Board board, int pass, Target target, boolean found, Instant dueAt, long version) {

    /** Content of a target. */
    public enum Kind {
        /** Entries in one lane of a season, and the samples of their players. */
        LANE,
        /** Awards of a season. */
        AWARDS,
        /** One generation of the rank tree of a season. */
        TREE,
        /** Snapshots of all seasons. */
        SNAPSHOTS,
        /** Reviews of all seasons. */
        REVIEWS,
        /** Records of closed seasons. */
        SEASONS
    }

    /**
     * A partition that can contain items of the board.
     *
     * @param season the season; 0 if the partition contains all seasons
     * @param number the number of the lane or of the rank tree generation; 0 for other kinds
     */
    public record Target(Kind kind, int season, int number) {}

    private static final Target FIRST = new Target(Kind.LANE, 1, 0);

    /** Creates the purge of a deleted board. */
    static Purge of(Board board, Instant dueAt) {
        return new Purge(board, 1, FIRST, false, dueAt, 1);
    }

    /** Returns the target after a completed one in this pass; empty if it was the last. */
    public Optional<Target> following(Target done) {
        int season = done.season();
        return Optional.ofNullable(
                switch (done.kind()) {
                    case LANE ->
                        done.number() + 1 < board.settings().lanes()
                                ? new Target(Kind.LANE, season, done.number() + 1)
                                : new Target(Kind.AWARDS, season, 0);
                    case AWARDS -> pass == 1 ? afterSeason(season) : new Target(Kind.TREE, season, 0);
                    case TREE ->
                        done.number() < board.generation(season)
                                ? new Target(Kind.TREE, season, done.number() + 1)
                                : afterSeason(season);
                    case SNAPSHOTS -> new Target(Kind.REVIEWS, 0, 0);
                    case REVIEWS -> new Target(Kind.SEASONS, 0, 0);
                    case SEASONS -> null;
                });
    }

    private Target afterSeason(int season) {
        return season < board.season() ? new Target(Kind.LANE, season + 1, 0) : new Target(Kind.SNAPSHOTS, 0, 0);
    }

    /** Returns this purge with its pass advanced to a target. */
    public Purge at(Target next, boolean foundEntries) {
        return new Purge(board, pass, next, foundEntries, dueAt, version + 1);
    }

    /**
     * Returns this purge at the start of its next pass.
     *
     * @param againAt when the next pass starts
     * @return empty if no further pass is needed
     */
    public Optional<Purge> passed(boolean foundEntries, Instant againAt) {
        return pass > 1 && !foundEntries
                ? Optional.empty()
                : Optional.of(new Purge(board, pass + 1, FIRST, false, againAt, version + 1));
    }
}
