package dev.statecraft.leaderboard.entry;

import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The sort key of the order index: bytes that sort from the best entry to the worst by (score, subscore) in the board's
 * order, then by time (earlier first), then by player id. 7 bytes each for score and subscore, 6 for the time, the rest is
 * the player id.
 *
 * @param score score and subscore
 * @param reachedAt when the score was reached, Unix milliseconds
 * @param playerId the player; empty for the position before all entries with that score and time
 */
public record OrderKey(Score score, long reachedAt, String playerId) {

    private static final int NUMBER_BYTES = 7;
    private static final int TIME_BYTES = 6;
    private static final int HEAD_BYTES = 2 * NUMBER_BYTES + TIME_BYTES;
    private static final long OFFSET = 1L << 53;

    /** The key of a listed entry. */
    public static OrderKey of(RankedEntry listed) {
        return new OrderKey(listed.score(), listed.reachedAt(), listed.playerId());
    }

    /** The key before all entries with this score. */
    public static OrderKey before(Score score) {
        return new OrderKey(score, 0, "");
    }

    /** The bytes that sort best first in the given order. */
    public byte[] bytes(Order order) {
        byte[] player = playerId.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocate(HEAD_BYTES + player.length);
        number(buffer, code(score.value(), order), NUMBER_BYTES);
        number(buffer, code(score.subscore(), order), NUMBER_BYTES);
        number(buffer, reachedAt, TIME_BYTES);
        buffer.put(player);
        return buffer.array();
    }

    /** Whether this key sorts before another one in the given order. */
    public boolean precedes(OrderKey other, Order order) {
        return Arrays.compareUnsigned(bytes(order), other.bytes(order)) < 0;
    }

    /** The greatest bytes that sort before this key; ids of players are ASCII. */
    byte[] lastBefore(Order order) {
        byte[] own = bytes(order);
        byte[] before = Arrays.copyOf(own, own.length + 1);
        before[own.length - 1]--;
        before[own.length] = (byte) 0xff;
        return before;
    }

    /** The smallest bytes that sort after this key. */
    byte[] firstAfter(Order order) {
        byte[] own = bytes(order);
        return Arrays.copyOf(own, own.length + 1);
    }

    /**
     * Parses a key.
     *
     * @throws IllegalArgumentException if the bytes are not a key
     */
    public static OrderKey parse(byte[] bytes, Order order) {
        if (bytes.length < HEAD_BYTES) {
            throw new IllegalArgumentException("not an order key");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long value = decode(number(buffer, NUMBER_BYTES), order);
        long subscore = decode(number(buffer, NUMBER_BYTES), order);
        long reachedAt = number(buffer, TIME_BYTES);
        String player = StandardCharsets.UTF_8.decode(buffer).toString();
        return new OrderKey(new Score(value, subscore), reachedAt, player);
    }

    private static long code(long value, Order order) {
        return OFFSET + (order == Order.ASCENDING ? value : -value);
    }

    private static long decode(long code, Order order) {
        long value = code - OFFSET;
        return order == Order.ASCENDING ? value : -value;
    }

    private static void number(ByteBuffer buffer, long number, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            buffer.put((byte) (number >> shift));
        }
    }

    private static long number(ByteBuffer buffer, int bytes) {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number = (number << 8) | (buffer.get() & 0xff);
        }
        return number;
    }
}
