package dev.statecraft.leaderboard.entry;

import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.settings.Score;
import java.math.BigInteger;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream record, as far as one rank tree is concerned: an entry that was counted at {@code before} is to be counted
 * at {@code after}.
 *
 * @param tree partition key of the tree
 * @param lane the lane of the entry; changes of one lane arrive in the order of their sequence numbers
 * @param sequence stream sequence number
 * @param at when the entry was written, epoch milliseconds
 * @param before where the entry was counted, null if nowhere
 * @param after where it is to be counted, null if nowhere
 * @param mark the number of the mark that the record is, 0 if it is an entry
 * @param distinct whether the tree also counts different scores, for dense ranking
 */
public record ScoreChange(
        String tree,
        int lane,
        BigInteger sequence,
        long at,
        @Nullable Score before,
        @Nullable Score after,
        long mark,
        boolean distinct) {

    /** A change in a tree that counts entries only. */
    public ScoreChange(
            String tree,
            int lane,
            BigInteger sequence,
            long at,
            @Nullable Score before,
            @Nullable Score after,
            long mark) {
        this(tree, lane, sequence, at, before, after, mark, false);
    }

    /** Calls back with −1 and +1 for every step that differs; steps both paths share are left alone. */
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
