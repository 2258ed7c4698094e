package dev.statecraft.leaderboard.rank;

import java.math.BigInteger;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * What this instance knows of the nodes that it wrote last, by lane. Each write is conditional on it, so outdated knowledge
 * costs a write and has no other effect.
 */
final class KnownNodes {

    private static final int MOST = 5_000;

    /**
     * A lane of a node.
     *
     * @param watermark sequence number of the last counted change
     * @param newest write time of the newest counted change
     * @param lanes number of lanes that the node has counted changes of
     */
    record Lane(BigInteger watermark, long newest, CountedWrites writes, int lanes) {

        /** The lane as it is stored in a node; null if the node has counted no change of it. */
        static @Nullable Lane of(RankNode node, int lane) {
            BigInteger watermark = node.watermarks().get(lane);
            return watermark == null
                    ? null
                    : new Lane(
                            watermark,
                            node.times().getOrDefault(lane, 0L),
                            node.writes(lane),
                            node.watermarks().size());
        }

        /** This lane in a node of this many lanes. */
        Lane of(int count) {
            return new Lane(watermark, newest, writes, count);
        }

        /** This lane after a delta. */
        Lane after(NodeDelta delta, int most) {
            return new Lane(
                    delta.last(), Math.max(newest, delta.newest()), writes.with(delta.lastByPlayer(), most), lanes);
        }
    }

    private record Key(String tree, String node, int lane) {

        static Key of(NodeDelta delta) {
            return new Key(delta.tree(), delta.node(), delta.lane());
        }
    }

    private final ConcurrentMap<Key, Lane> lanes = new ConcurrentHashMap<>();

    /** The lane and node of a delta as far as this instance knows it. */
    @Nullable Lane of(NodeDelta delta) {
        return lanes.get(Key.of(delta));
    }

    void put(NodeDelta delta, Lane written) {
        if (lanes.size() >= MOST) {
            lanes.clear();
        }
        lanes.put(Key.of(delta), written);
    }
}
