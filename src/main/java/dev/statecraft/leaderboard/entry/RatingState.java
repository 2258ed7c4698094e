package dev.statecraft.leaderboard.entry;

import dev.statecraft.rating.Rating;
import java.nio.ByteBuffer;

/**
 * The rating of a player on a RATING board.
 *
 * @param wins matches in which the team finished alone in the first place
 * @param draws matches in which the team shared the first place
 * @param losses all other matches
 */
public record RatingState(Rating rating, int wins, int draws, int losses) {

    private static final int BYTES = 5 * Double.BYTES + Long.BYTES + 3 * Integer.BYTES;

    /** Number of matches. */
    public int matches() {
        return wins + draws + losses;
    }

    /**
     * The state after one more match.
     *
     * @param better number of better teams
     * @param equal number of other teams with the same place
     */
    public RatingState after(Rating next, long better, long equal) {
        boolean won = better == 0 && equal == 0;
        boolean drew = better == 0 && equal > 0;
        return new RatingState(next, wins + (won ? 1 : 0), draws + (drew ? 1 : 0), losses + (better > 0 ? 1 : 0));
    }

    /** Stored form: every number exactly. */
    public byte[] pack() {
        return ByteBuffer.allocate(BYTES)
                .putDouble(rating.mean())
                .putDouble(rating.deviation())
                .putDouble(rating.volatility())
                .putLong(rating.period())
                .putDouble(rating.information())
                .putDouble(rating.surplus())
                .putInt(wins)
                .putInt(draws)
                .putInt(losses)
                .array();
    }

    /** Reads what {@link #pack} wrote. */
    public static RatingState unpack(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        Rating rating = new Rating(
                in.getDouble(), in.getDouble(), in.getDouble(), in.getLong(), in.getDouble(), in.getDouble());
        return new RatingState(rating, in.getInt(), in.getInt(), in.getInt());
    }
}
