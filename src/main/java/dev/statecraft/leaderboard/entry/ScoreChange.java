package dev.statecraft.leaderboard.entry;

import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.settings.Score;
import java.math.BigInteger;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The effect of one stream record on one rank tree: an entry moves from {@code before} to {@code after}.
 *
 * @param tree partition key of the tree
 * @param lane the lane of the entry; changes of a lane arrive in the order of their sequence numbers
 * @param sequence stream sequence number
 * @param at write time of the entry, Unix milliseconds
 * @param before path of the counted score, null for none
 * @param after path of the score to count, null for none
 * @param mark number of the lane marker if the record is one, otherwise 0
 * @param distinct whether the tree also counts distinct scores (DENSE ranking)
 * @param player the tag of the player, 0 if the record is a lane marker
 */
public record ScoreChange(
        String tree,
        int lane,
        BigInteger sequence,
        long at,
        @Nullable Score before,
        @Nullable Score after,
        long mark,
        boolean distinct,
        long player) {

    /** A change of no player in a tree that counts entries only. */
    public ScoreChange(
            String tree,
            int lane,
            BigInteger sequence,
            long at,
            @Nullable Score before,
            @Nullable Score after,
            long mark) {
        this(tree, lane, sequence, at, before, after, mark, false, 0);
    }

    /** Calls back with −1 and +1 for every step that differs; shared steps are skipped. */
    public void forEachStep(ObjIntConsumer<Step> consumer) {
        List<Step> from = before == null ? List.of() : ScorePath.of(before);
        List<Step> to = after == null ? List.of() : ScorePath.of(after);
        int shared = 0;
        while (shared < from.size() && shared < to.size() && from.get(shared).equals(to.get(shared))) {
            shared++;
        }
        from.subList(shared, from.size()).forEach(step -> consumer.accept(step, -1));
        to.subList(shared, to.size()).forEach(step -> consumer.accept(step, 1));
    }
}
