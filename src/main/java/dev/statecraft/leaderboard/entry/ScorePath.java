package dev.statecraft.leaderboard.entry;

import dev.statecraft.leaderboard.settings.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The path of a score in the rank tree: the nodes from the root to the exact score and the child taken in each.
 *
 * <p>The tree is a trie over an order-preserving code of a 54-bit signed number. The class of a number is its number of
 * significant bits with its sign, so no range has to be declared and small numbers have short paths. The bits after the
 * leading one are cut into digits of six, most significant first; the remainder of that division (0 to 5 bits) belongs to
 * the root's child together with the class. Therefore a score below 64 needs one node, one below 2^18 three, one below 2^24
 * four, and the largest nine. A higher child means a higher number at every level.
 *
 * <p>A subscore other than 0 is counted in a tree of the same kind below its score. The entries with subscore 0 are the
 * count of the score minus that tree, so boards without subscores pay nothing for them.
 */
public final class ScorePath {

    /** Key of the root node. */
    public static final String ROOT = "r";

    private static final String SUBSCORES = "s";
    private static final String SUBSCORE_ROOT = "." + SUBSCORES;
    private static final int DIGIT_BITS = 6;
    private static final int CLASSES_BELOW_ZERO = 53;
    private static final int HEADS = 32;
    private static final int ZERO_CHILD = CLASSES_BELOW_ZERO * HEADS;

    private ScorePath() {}

    /** One node of a path and the child taken in it. */
    public record Step(String node, int child) {

        /** Key of the node that this step leads to. */
        public String next() {
            return node + "." + child;
        }
    }

    /**
     * The steps of a pair: those of the score, then those of the subscore unless it is 0. All nodes follow from the pair, so one
     * batch read fetches them.
     */
    public static List<Step> of(Score score) {
        List<Step> steps = new ArrayList<>(10);
        walk(ROOT, score.value(), steps);
        if (score.subscore() != 0) {
            walk(subscoreRoot(steps.get(steps.size() - 1)), score.subscore(), steps);
        }
        return steps;
    }

    /** Key of the root of the subscores that belong to the exact score a step leads to. */
    public static String subscoreRoot(Step leaf) {
        return leaf.next() + SUBSCORE_ROOT;
    }

    /** The child of a root that counts 0; positive numbers have higher children, negative ones lower. */
    public static int zeroChild() {
        return ZERO_CHILD;
    }

    /** The signed number of significant bits, −53 to 53. */
    public static int classOf(long value) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.abs(value));
        return value < 0 ? -bits : bits;
    }

    /** The class of the numbers below a root's child. */
    public static int classOfRootChild(int child) {
        return Math.floorDiv(child, HEADS) - CLASSES_BELOW_ZERO;
    }

    /** Range of the numbers below a step of a path, both ends included. */
    public record Range(long lowest, long highest) {

        /** Whether the range is one number, so that the count of the step is that of an exact score. */
        public boolean exact() {
            return lowest == highest;
        }
    }

    /** The numbers below a root's child. */
    public static Range rangeOfRootChild(int child) {
        int cls = classOfRootChild(child);
        int bits = Math.abs(cls);
        if (bits == 0) {
            return new Range(0, 0);
        }
        int rest = bits - 1;
        int below = rest - rest % DIGIT_BITS;
        long head = child % HEADS;
        long size = 1L << below;
        if (cls > 0) {
            long lowest = (1L << rest) + (head << below);
            return new Range(lowest, lowest + size - 1);
        }
        long lowest = -((1L << bits) - 1) + (head << below);
        return new Range(lowest, lowest + size - 1);
    }

    /** The numbers below a child of a node whose own numbers are {@code range}. */
    public static Range rangeOfChild(Range range, int child) {
        long size = (range.highest() - range.lowest() + 1) >> DIGIT_BITS;
        long lowest = range.lowest() + child * size;
        return new Range(lowest, lowest + size - 1);
    }

    /** The number of children of a node whose own numbers are {@code range}. */
    public static int childrenOf(Range range) {
        return range.exact() ? 0 : 1 << DIGIT_BITS;
    }

    /** Whether the range below a child is one number, so that its count is that of an exact score. */
    public static boolean exact(String node, int child) {
        String own = node.substring(node.lastIndexOf(node.contains(SUBSCORES) ? SUBSCORES : ROOT) + 1);
        int firstDot = own.indexOf('.');
        if (firstDot < 0) {
            return digits(child) == 0;
        }
        int secondDot = own.indexOf('.', firstDot + 1);
        int rootChild = Integer.parseInt(own.substring(firstDot + 1, secondDot < 0 ? own.length() : secondDot));
        long taken = own.chars().filter(c -> c == '.').count() - 1;
        return taken + 1 == digits(rootChild);
    }

    /** The step that leads to a node; empty for the root. */
    public static Optional<Step> stepTo(String node) {
        String below = node.endsWith(SUBSCORE_ROOT) ? node.substring(0, node.length() - SUBSCORE_ROOT.length()) : node;
        int dot = below.lastIndexOf('.');
        return dot < 0
                ? Optional.empty()
                : Optional.of(new Step(below.substring(0, dot), Integer.parseInt(below.substring(dot + 1))));
    }

    /** Whether a node is the root of the subscores of one score. */
    public static boolean isSubscoreRoot(String node) {
        return node.endsWith(SUBSCORE_ROOT);
    }

    /** Number of six-bit digits after the child of a root. */
    private static int digits(int rootChild) {
        return Math.max(0, Math.abs(classOfRootChild(rootChild)) - 1) / DIGIT_BITS;
    }

    private static void walk(String root, long value, List<Step> steps) {
        int cls = classOf(value);
        int bits = Math.abs(cls);
        int rest = Math.max(0, bits - 1);
        int headBits = rest % DIGIT_BITS;
        int below = rest - headBits;
        // Counted from the lowest number of the class, so that negative numbers keep their order as well.
        long offset = value >= 0 ? value - (bits == 0 ? 0 : 1L << rest) : value + ((1L << bits) - 1);
        int child = (cls + CLASSES_BELOW_ZERO) * HEADS + (int) (offset >> below);
        Step step = new Step(root, child);
        steps.add(step);
        for (int shift = below - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
            step = new Step(step.next(), (int) (offset >> shift) & 63);
            steps.add(step);
        }
    }
}
