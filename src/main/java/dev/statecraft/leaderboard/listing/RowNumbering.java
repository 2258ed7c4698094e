package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.OrderKey;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import org.jspecify.annotations.Nullable;

/** Gives ranks and positions to rows that follow each other in the order index. */
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
     * Begins with a score that no row before it has.
     *
     * @param better how many rows lie before
     * @param distinctBetter how many different scores they have; read for DENSE only
     */
    static RowNumbering behind(Ranking ranking, long better, long distinctBetter) {
        return new RowNumbering(ranking, null, better, better, Math.min(better, distinctBetter));
    }

    /** Begins after a row that was numbered before. */
    static RowNumbering after(Ranking ranking, RankedEntry last) {
        return new RowNumbering(ranking, last.score(), last.position(), last.place(), last.rank());
    }

    /**
     * Begins with a row whose position is known, and the place and the rank of its score. They may have been read at
     * different times; a place never lies behind the position.
     */
    static RowNumbering at(Ranking ranking, Score score, long position, long place, long rank) {
        return new RowNumbering(ranking, score, position - 1, Math.min(position, place), Math.min(position, rank));
    }

    /** The next row. */
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
