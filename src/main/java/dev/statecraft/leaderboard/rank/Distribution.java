package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.entry.ScorePath.Range;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Distribution of the values of a season in buckets.
 *
 * @param total number of entries
 * @param asOf includes every score written up to this time
 */
public record Distribution(List<Bucket> buckets, long total, Instant asOf) {

    /** Number of entries with {@code from <= value < to}; the last bucket includes {@code to}. */
    public record Bucket(long from, long to, long count) {}

    /**
     * The entries below one child of a node, at least one.
     *
     * @param node key of the child's node
     * @param from lowest value of the child
     * @param end the value after its highest one
     */
    record Cell(String node, long from, long end, long count) {

        private static Cell of(Step step, Range range, long count) {
            return new Cell(step.next(), range.lowest(), range.highest() + 1, count);
        }

        private long width() {
            return end - from;
        }

        /** The nearer end of this cell for a value inside it; other values do not change. */
        private long outside(long value) {
            if (value <= from || value >= end) {
                return value;
            }
            return value - from <= end - value ? from : end;
        }
    }

    /** The cells of a root in the order of their values. */
    static List<Cell> cells(RankNode root) {
        List<Cell> cells = new ArrayList<>();
        root.counts()
                .forEach((child, count) ->
                        cells.add(Cell.of(new Step(ScorePath.ROOT, child), ScorePath.rangeOfRootChild(child), count)));
        cells.removeIf(cell -> cell.count() <= 0);
        return cells;
    }

    /** The cells, with those of the given nodes divided into the cells of the node's children. */
    static List<Cell> divided(List<Cell> cells, Map<String, RankNode> nodes) {
        List<Cell> divided = new ArrayList<>();
        for (Cell cell : cells) {
            RankNode node = nodes.get(cell.node());
            if (node == null) {
                divided.add(cell);
            } else {
                Range range = new Range(cell.from(), cell.end() - 1);
                node.counts()
                        .forEach((child, count) -> divided.add(
                                Cell.of(new Step(cell.node(), child), ScorePath.rangeOfChild(range, child), count)));
            }
        }
        divided.removeIf(cell -> cell.count() <= 0);
        return divided;
    }

    /** The nodes of cells that are wider than a bucket, those with the most entries first. */
    static Set<String> wide(List<Cell> cells, int buckets, int most) {
        if (cells.isEmpty()) {
            return Set.of();
        }
        long width = (cells.get(cells.size() - 1).end() - cells.get(0).from()) / buckets;
        return cells.stream()
                .filter(cell -> cell.width() > 1 && cell.width() > width)
                .sorted(Comparator.comparingLong(Cell::count).reversed())
                .limit(most)
                .map(Cell::node)
                .collect(Collectors.toSet());
    }

    /** Divides the range of cells into buckets of equal width, and moves the boundaries out of cells to the nearer end. */
    static Distribution of(List<Cell> cells, int buckets, long total, Instant asOf) {
        if (cells.isEmpty()) {
            return new Distribution(List.of(), 0, asOf);
        }
        long lowest = cells.get(0).from();
        long end = cells.get(cells.size() - 1).end();
        NavigableMap<Long, Long> counts = new TreeMap<>(Map.of(lowest, 0L));
        int at = 0;
        for (int i = 1; i < buckets; i++) {
            long bound = boundary(lowest, end, i, buckets);
            while (cells.get(at).end() <= bound) {
                at++;
            }
            counts.put(cells.get(at).outside(bound), 0L);
        }
        counts.remove(end);
        cells.forEach(cell -> counts.merge(counts.floorKey(cell.from()), cell.count(), Long::sum));
        List<Bucket> result = new ArrayList<>();
        counts.forEach((from, count) -> {
            Long next = counts.higherKey(from);
            result.add(new Bucket(from, next == null ? end - 1 : next, count));
        });
        return new Distribution(result, total, asOf);
    }

    /** The lowest value plus a fraction of the range, without overflow. */
    private static long boundary(long lowest, long end, int number, int buckets) {
        return lowest
                + Math.floorDiv(end - lowest, (long) buckets) * number
                + Math.floorMod(end - lowest, (long) buckets) * number / buckets;
    }
}
