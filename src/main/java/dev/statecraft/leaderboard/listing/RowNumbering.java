package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.OrderKey;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import org.jspecify.annotations.Nullable;

/** Assigns ranks and positions to consecutive rows of the order index. */
final class RowNumbering {

    private final Ranking ranking;
    private @Nullable Score score;
    private long position;
    private long place;
    private long distinct;

    private RowNumbering(Ranking ranking, @Nullable Score score, long position, long place, long distinct) {
        this.ranking = ranking;
        this.score = score;
        this.position = position;
        this.place = place;
        this.distinct = distinct;
    }

    /**
     * Starts with a score that no earlier row has.
     *
     * @param better number of rows before
     * @param distinctBetter number of distinct scores of those rows; used for DENSE only
     */
    static RowNumbering afterBetter(Ranking ranking, long better, long distinctBetter) {
        return new RowNumbering(ranking, null, better, better, Math.min(better, distinctBetter));
    }

    /** Starts after a row that was numbered before. */
    static RowNumbering after(Ranking ranking, RankedEntry last) {
        return new RowNumbering(ranking, last.score(), last.position(), last.place(), last.rank());
    }

    /**
     * Starts with a row whose position is known, together with the first position of its tie and its rank. These may have
     * been read at different times; the first position of the tie is limited to the position of the row.
     */
    static RowNumbering at(Ranking ranking, Score score, long position, long place, long rank) {
        return new RowNumbering(ranking, score, position - 1, Math.min(position, place), Math.min(position, rank));
    }

    /** The next row with its rank and position. */
    RankedEntry next(OrderKey key, @Nullable String metadata) {
        position++;
        if (!key.score().equals(score)) {
            score = key.score();
            place = position;
            distinct++;
        }
        return new RankedEntry(
                ranking.of(place, distinct, position),
                place,
                position,
                key.playerId(),
                key.score(),
                key.reachedAt(),
                metadata);
    }
}
