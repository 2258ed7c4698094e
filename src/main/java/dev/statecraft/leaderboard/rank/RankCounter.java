package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.entry.EntryItems;
import dev.statecraft.leaderboard.entry.ScoreChange;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.Parallel;
import dev.statecraft.table.StreamRecord;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Counts the changes of entries in the rank trees: a batch of the stream of entries becomes one conditional write for each
 * node and lane it affects, deepest nodes first, roots last. On boards with DENSE ranking the number of distinct scores is
 * propagated too; see {@link DistinctCounts}.
 *
 * <p>Exactly once: every node stores, for each lane, the last change it has counted (invariant R3). A batch that is
 * repeated, cut differently or left from a crash changes a node only where it was not counted yet.
 */
@ApplicationScoped
public class RankCounter {

    private static final Logger LOG = Logger.getLogger(RankCounter.class);

    private final RankStore ranks;
    private final Parallel parallel;

    public RankCounter(RankStore ranks, Parallel parallel) {
        this.ranks = ranks;
        this.parallel = parallel;
    }

    /**
     * Counts a batch of one shard in stream order. Cost: one write for each node and lane that the batch affects.
     *
     * @return empty if everything is counted; otherwise the sequence number of the first record to deliver again
     */
    public Optional<String> count(List<StreamRecord> batch) {
        List<ScoreChange> changes = new ArrayList<>();
        String unreadable = null;
        for (StreamRecord record : batch) {
            try {
                changes.addAll(changesOf(record));
            } catch (IllegalArgumentException e) {
                LOG.errorf(e, "entry record %s cannot be read", record.sequence());
                unreadable = record.sequence();
                break;
            }
        }
        NavigableMap<Integer, List<NodeDelta>> levels = NodeDelta.of(changes).stream()
                .collect(Collectors.groupingBy(NodeDelta::depth, TreeMap::new, Collectors.toList()));
        DistinctCounts distinct = new DistinctCounts();
        try {
            for (int depth = levels.isEmpty() ? -1 : levels.lastKey(); depth >= 0; depth--) {
                // First the numbers from below: a node that counts a change also has the numbers that follow from it.
                parallel.all(distinct.take(depth).stream()
                        .map(note -> (Callable<Boolean>) () -> {
                            RankStore.Written written = ranks.note(note.tree(), note.node(), note.below());
                            distinct.record(
                                    note.tree(),
                                    note.node(),
                                    written.before(),
                                    written.after(),
                                    note.repeated() || written.repeated());
                            return true;
                        })
                        .toList());
                parallel.all(levels.getOrDefault(depth, List.of()).stream()
                        .map(delta -> (Callable<Boolean>) () -> count(delta, distinct))
                        .toList());
            }
        } catch (RuntimeException e) {
            // Written nodes have advanced their watermarks, so the whole batch can be delivered again.
            LOG.warnf(
                    e,
                    "rank batch of %d records from %s is to be delivered again",
                    batch.size(),
                    batch.get(0).sequence());
            return Optional.of(batch.get(0).sequence());
        }
        return Optional.ofNullable(unreadable);
    }

    /** Connects to the table of nodes without a change of it. Cost: 1 WCU. */
    public boolean connect() {
        return ranks.connect();
    }

    private boolean count(NodeDelta delta, DistinctCounts distinct) {
        Optional<NodeDelta> left = Optional.of(delta);
        while (left.isPresent()) {
            NodeDelta next = left.get();
            RankStore.Written written = ranks.write(next);
            if (delta.distinct()) {
                distinct.record(delta.tree(), delta.node(), written.before(), written.after(), written.repeated());
            }
            left = written.watermark().flatMap(next::after);
        }
        return true;
    }

    /** One change; two if an entry moves to another generation of its tree or a lane marker is for both. */
    static List<ScoreChange> changesOf(StreamRecord record) {
        boolean distinct = Image.distinct(record.before()) || Image.distinct(record.after());
        int cut = record.key().lastIndexOf('#');
        if (cut < 0) {
            throw new IllegalArgumentException("not the key of an entry");
        }
        String season = record.key().substring(0, cut + 1);
        int lane = Integer.parseInt(record.key().substring(cut + 1));
        Image before = Image.of(record.before());
        Image after = Image.of(record.after());
        long at = Math.max(before.writtenAt(), after.writtenAt());
        if (after.mark() > 0) {
            return IntStream.of(after.tree(), after.from())
                    .distinct()
                    .mapToObj(
                            tree -> new ScoreChange(season + tree, lane, record.order(), at, null, null, after.mark()))
                    .toList();
        }
        long player = Image.player(record);
        String from = season + (record.before() == null ? after : before).tree();
        String to = season + (record.after() == null ? before : after).tree();
        if (before.score() == null) {
            return List.of(new ScoreChange(to, lane, record.order(), at, null, after.score(), 0, distinct, player));
        }
        if (after.score() == null) {
            return List.of(new ScoreChange(from, lane, record.order(), at, before.score(), null, 0, distinct, player));
        }
        if (from.equals(to)) {
            return List.of(
                    new ScoreChange(to, lane, record.order(), at, before.score(), after.score(), 0, distinct, player));
        }
        return List.of(
                new ScoreChange(from, lane, record.order(), at, before.score(), null, 0, distinct, player),
                new ScoreChange(to, lane, record.order(), at, null, after.score(), 0, distinct, player));
    }

    /** The fields of an entry in a stream image. */
    private record Image(@Nullable Score score, int tree, int from, long writtenAt, long mark) {

        static boolean distinct(@Nullable Map<String, String> attributes) {
            return attributes != null && attributes.containsKey(EntryItems.DISTINCT);
        }

        static long player(StreamRecord record) {
            Map<String, String> image = record.after() == null ? record.before() : record.after();
            String id = image == null ? null : image.get("sk");
            return id == null ? CountedWrites.NOBODY : CountedWrites.tagOf(id);
        }

        static Image of(@Nullable Map<String, String> attributes) {
            if (attributes == null) {
                return new Image(null, 0, 0, 0, 0);
            }
            int tree = Integer.parseInt(attributes.getOrDefault("g", "0"));
            long writtenAt = Long.parseLong(attributes.getOrDefault("w", "0"));
            int from = Integer.parseInt(attributes.getOrDefault("f", attributes.getOrDefault("g", "0")));
            long mark = Long.parseLong(attributes.getOrDefault("k", "0"));
            String value = attributes.get("s");
            Score score = value == null
                    ? null
                    : new Score(Long.parseLong(value), Long.parseLong(attributes.getOrDefault("u", "0")));
            return new Image(score, tree, from, writtenAt, mark);
        }
    }
}
