package dev.statecraft.leaderboard.entry;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The record of a match, stored so that a retry rates no player twice and returns the first result.
 *
 * @param body hash of the request
 * @param season the season that the match belongs to
 * @param at time of the request, Unix milliseconds
 * @param changes effect on each player in the order of the request; null while the match is only announced
 */
public record MatchRecord(String matchId, long body, int season, long at, List<Change> changes) {

    private static final int CHANGE_BYTES = 2 * Long.BYTES + Double.BYTES;

    /**
     * Effect of a match on one player.
     *
     * @param oldValue displayed rating before, in the smallest unit of the board; the initial rating of a new player
     * @param newValue displayed rating after
     * @param deviation uncertainty of the new rating; 0 for Elo
     */
    public record Change(long oldValue, long newValue, double deviation) {}

    /** An announced match, which may or may not have been rated. */
    public static MatchRecord announced(String matchId, long body, int season, long at) {
        return new MatchRecord(matchId, body, season, at, List.of());
    }

    /** Whether the match was rated. */
    public boolean done() {
        return !changes.isEmpty();
    }

    /** The stored form of the changes. */
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
