package dev.statecraft.leaderboard.rank;

import dev.statecraft.table.Sha256;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one lane that a node has counted: for the players whose counted writes are newest, the time of each player's
 * last one; for all other players, a bound.
 *
 * <p>The write times of one player increase with every write, and a lane delivers the writes in that order. Therefore the time
 * of the player's last counted write tells exactly which of the player's writes a node counts. The times of different players
 * cannot be compared for that: their writes may have the same millisecond, and the clocks of instances differ.
 *
 * <p>Counted writes of a player without a time have at most the time of the bound. The converse is an assumption: a write
 * that is not newer than the bound is taken for counted. It fails only for a write that arrives after the writes of as many
 * other players as are kept, all of them with later times, in the same node.
 *
 * @param bound the latest time of a counted write that is not in {@code last}, Unix milliseconds; 0 if there is none
 * @param last time of the last counted write, by tag of the player
 */
public record CountedWrites(long bound, Map<Long, Long> last) {

    /** Bytes of a packed time of one player. */
    static final int PACKED_BYTES = 12;

    /** The tag of a change that is no player's, such as a lane marker. */
    static final long NOBODY = 0;

    private static final int TAG_BITS = 48;

    /** Maximum number of players that a node keeps for each lane: twice as many as after a trim. */
    static final int KEPT = 32;

    private static final int MOST = KEPT / 2;

    private static final int LEAST = 4;

    /** The tag of a player: 48 bits of the hash of the id. */
    public static long tagOf(String playerId) {
        return Math.max(1, ByteBuffer.wrap(Sha256.of(playerId)).getLong() >>> (Long.SIZE - TAG_BITS));
    }

    /** The number of players that a node keeps for each lane, so that a node with many lanes stays small. */
    static int most(int lanes) {
        return Math.max(LEAST, MOST / Math.max(1, lanes));
    }

    /** The time up to which the writes of a player are counted, Unix milliseconds; null if none is. */
    @Nullable Long until(long player) {
        Long own = last.get(player);
        return own != null || bound == 0 ? own : Long.valueOf(bound);
    }

    /** These writes and later ones, with the newest times of at most {@code most} players. */
    CountedWrites with(Map<Long, Long> later, int most) {
        Map<Long, Long> all = new HashMap<>(last);
        later.forEach((player, at) -> all.merge(player, at, Math::max));
        if (all.size() <= most) {
            return new CountedWrites(bound, all);
        }
        List<Map.Entry<Long, Long>> newestFirst = all.entrySet().stream()
                .sorted(Map.Entry.<Long, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        long dropped = Math.max(bound, newestFirst.get(most).getValue());
        Map<Long, Long> kept = new HashMap<>();
        newestFirst.subList(0, most).forEach(one -> kept.put(one.getKey(), one.getValue()));
        return new CountedWrites(dropped, kept);
    }

    /** The writes that two trees have counted together. */
    CountedWrites plus(CountedWrites other) {
        CountedWrites sum = with(other.last, Integer.MAX_VALUE);
        return new CountedWrites(Math.max(bound, other.bound), sum.last);
    }

    /** Stored form of a player's time: six bytes each. */
    static byte[] pack(long player, long at) {
        return ByteBuffer.allocate(PACKED_BYTES)
                .putShort((short) (player >>> Integer.SIZE))
                .putInt((int) player)
                .putShort((short) (at >>> Integer.SIZE))
                .putInt((int) at)
                .array();
    }

    /** Reads what {@link #pack} wrote. */
    static Map.Entry<Long, Long> unpack(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return Map.entry(six(in), six(in));
    }

    private static long six(ByteBuffer in) {
        return (long) Short.toUnsignedInt(in.getShort()) << Integer.SIZE | Integer.toUnsignedLong(in.getInt());
    }
}
