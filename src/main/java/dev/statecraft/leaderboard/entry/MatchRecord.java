package dev.statecraft.leaderboard.entry;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A match that was sent, kept so that sending it again rates nobody twice and answers the same.
 *
 * @param body hash of the match as it was sent
 * @param season the season it counts in
 * @param at when it came in, epoch milliseconds
 * @param changes what it did, in the order in which the match names the players; nothing while it is only announced
 */
public record MatchRecord(String matchId, long body, int season, long at, List<Change> changes) {

    private static final int CHANGE_BYTES = 2 * Long.BYTES + Double.BYTES;

    /**
     * What a match did to one player.
     *
     * @param oldValue the rating shown before, in the board's smallest unit; a newcomer's if there was none
     * @param newValue the rating shown after
     * @param deviation how uncertain it is then; 0 for Elo
     */
    public record Change(long oldValue, long newValue, double deviation) {}

    /** A match of which it is not known whether it was rated. */
    public static MatchRecord announced(String matchId, long body, int season, long at) {
        return new MatchRecord(matchId, body, season, at, List.of());
    }

    /** Whether the match was rated. */
    public boolean done() {
        return !changes.isEmpty();
    }

    /** The changes as they are stored. */
    public byte[] packedChanges() {
        ByteBuffer out = ByteBuffer.allocate(changes.size() * CHANGE_BYTES);
        for (Change change : changes) {
            out.putLong(change.oldValue).putLong(change.newValue).putDouble(change.deviation);
        }
        return out.array();
    }

    /** Reads what {@link #packedChanges} wrote. */
    public static List<Change> unpackedChanges(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<Change> changes = new ArrayList<>();
        while (in.hasRemaining()) {
            changes.add(new Change(in.getLong(), in.getLong(), in.getDouble()));
        }
        return changes;
    }
}
