package dev.statecraft.leaderboard.board;

import java.time.Instant;
import java.util.Optional;

/**
 * An epoch of a board that was deleted, on its way out of the tables.
 *
 * <p>It goes in passes over all places where something of it may be. The first removes whatever names a player; rank trees
 * stay, so that the stream can count the entries out of them as it counts anything. From the second pass on, which begins
 * when no record of the first can be in the stream any more, trees are removed too: nothing is left that would count in
 * them again. A pass that still found entries is followed by another, for their records are in the stream in turn.
 *
 * @param board the board as it was deleted, which tells where its items are
 * @param pass counts the passes, from 1
 * @param place where this pass goes on
 * @param found whether this pass has removed entries
 * @param dueAt when it goes on
 * @param version counts the writes of this record, from 1
 */
public record Purge(Board board, int pass, Place place, boolean found, Instant dueAt, long version) {

    /** What is found at a place. */
    public enum Kind {
        /** Entries of a season, and the samples of the players they belong to. */
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
     * A place where something may be.
     *
     * @param season 0 where all seasons are together
     * @param number of the lane or the generation, otherwise 0
     */
    public record Place(Kind kind, int season, int number) {}

    private static final Place FIRST = new Place(Kind.LANE, 1, 0);

    /** What a board leaves when it is deleted. */
    static Purge of(Board board, Instant dueAt) {
        return new Purge(board, 1, FIRST, false, dueAt, 1);
    }

    /** The place that follows one in this pass; nothing if it was the last. */
    public Optional<Place> following(Place done) {
        int season = done.season();
        return Optional.ofNullable(
                switch (done.kind()) {
                    case LANE ->
                        done.number() + 1 < board.settings().lanes()
                                ? new Place(Kind.LANE, season, done.number() + 1)
                                : new Place(Kind.AWARDS, season, 0);
                    case AWARDS -> pass == 1 ? afterSeason(season) : new Place(Kind.TREE, season, 0);
                    case TREE ->
                        done.number() < board.generation(season)
                                ? new Place(Kind.TREE, season, done.number() + 1)
                                : afterSeason(season);
                    case SNAPSHOTS -> new Place(Kind.REVIEWS, 0, 0);
                    case REVIEWS -> new Place(Kind.SEASONS, 0, 0);
                    case SEASONS -> null;
                });
    }

    private Place afterSeason(int season) {
        return season < board.season() ? new Place(Kind.LANE, season + 1, 0) : new Place(Kind.SNAPSHOTS, 0, 0);
    }

    /** This purge when its pass has come further. */
    public Purge at(Place next, boolean foundEntries) {
        return new Purge(board, pass, next, foundEntries, dueAt, version + 1);
    }

    /**
     * This purge at the end of its pass.
     *
     * @param againAt when another pass would begin
     * @return nothing if none is needed
     */
    public Optional<Purge> passed(boolean foundEntries, Instant againAt) {
        return pass > 1 && !foundEntries
                ? Optional.empty()
                : Optional.of(new Purge(board, pass + 1, FIRST, false, againAt, version + 1));
    }
}
