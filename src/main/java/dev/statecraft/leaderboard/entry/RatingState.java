package dev.statecraft.leaderboard.entry;

import dev.statecraft.rating.Rating;
import java.nio.ByteBuffer;

/**
 * What an entry of a RATING board keeps beside its score.
 *
 * @param wins matches in which nobody was as good
 * @param draws matches in which others were as good and nobody better
 * @param losses all others
 */
public record RatingState(Rating rating, int wins, int draws, int losses) {

    private static final int BYTES = 5 * Double.BYTES + Long.BYTES + 3 * Integer.BYTES;

    /** How many matches were played. */
    public int matches() {
        return wins + draws + losses;
    }

    /**
     * After one match more.
     *
     * @param better how many teams were better
     * @param equal how many other teams were as good
     */
    public RatingState after(Rating next, long better, long equal) {
        boolean won = better == 0 && equal == 0;
        boolean drew = better == 0 && equal > 0;
        return new RatingState(next, wins + (won ? 1 : 0), draws + (drew ? 1 : 0), losses + (better > 0 ? 1 : 0));
    }

    /** As it is stored: every number to its last bit. */
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
