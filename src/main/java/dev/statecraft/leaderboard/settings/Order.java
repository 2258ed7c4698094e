package dev.statecraft.leaderboard.settings;

import java.util.Comparator;

/** Whether low or high scores are best. */
public enum Order {
    /** The lowest score is best. */
    ASCENDING,
    /** The highest score is best. */
    DESCENDING;

    /** Whether {@code a} is strictly better than {@code b}. */
    public boolean better(Score a, Score b) {
        return bestFirst().compare(a, b) < 0;
    }

    /** Orders (score, subscore) pairs from the best to the worst. The subscore is compared if the scores are equal. */
    public Comparator<Score> bestFirst() {
        return this == ASCENDING ? Comparator.naturalOrder() : Comparator.reverseOrder();
    }
}
