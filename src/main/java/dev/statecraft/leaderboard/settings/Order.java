package dev.statecraft.leaderboard.settings;

import java.util.Comparator;

/** Which end of the scale is best. */
public enum Order {
    /** The lowest score is best. */
    ASCENDING,
    /** The highest score is best. */
    DESCENDING;

    /** Whether {@code a} is strictly better than {@code b}. */
    public boolean better(Score a, Score b) {
        return bestFirst().compare(a, b) < 0;
    }

    /** Orders scores from the best to the worst; score and subscore count as a pair, both in this order. */
    public Comparator<Score> bestFirst() {
        return this == ASCENDING ? Comparator.naturalOrder() : Comparator.reverseOrder();
    }
}
