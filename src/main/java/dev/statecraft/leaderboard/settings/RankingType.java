package dev.statecraft.leaderboard.settings;

/** What the values of a board mean; decides the order and the operator a board has unless it names its own. */
public enum RankingType {
    /** Each submission adds its value; the most points are best. */
    POINTS(Order.DESCENDING),
    /** Each submission with a positive value adds one win; the most wins are best. */
    WINS(Order.DESCENDING),
    /** The best time is kept; the lowest is best unless the board is DESCENDING (survival). */
    TIME(Order.ASCENDING),
    /** The best score is kept; the highest is best. */
    SCORE(Order.DESCENDING),
    /** Matches decide; the highest rating is best. */
    RATING(Order.DESCENDING);

    private final Order order;

    RankingType(Order order) {
        this.order = order;
    }

    /** The order of a board of this type that does not name one. */
    public Order defaultOrder() {
        return order;
    }

    /** The digits after the point that the values of a board of this type have if it does not say how many. */
    public int defaultDecimals() {
        return this == RATING ? 2 : 0;
    }
}
