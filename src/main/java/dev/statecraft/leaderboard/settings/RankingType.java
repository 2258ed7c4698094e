package dev.statecraft.leaderboard.settings;

/** Meaning of the values of a board. It determines the default order, operator and decimals. */
public enum RankingType {
    /** Each submission adds its value; the most points are best. */
    POINTS(Order.DESCENDING),
    /** Each submission with a positive value adds one win; the most wins are best. */
    WINS(Order.DESCENDING),
    /** The best time counts. The lowest time is best, unless the board is DESCENDING (survival time). */
    TIME(Order.ASCENDING),
    /** The best score counts; the highest is best. */
    SCORE(Order.DESCENDING),
    /** Matches change the ratings of the players; the highest rating is best. */
    RATING(Order.DESCENDING);

    private final Order order;

    RankingType(Order order) {
        this.order = order;
    }

    /** The default order of a board of this type. */
    public Order defaultOrder() {
        return order;
    }

    /** The default number of digits after the decimal point. */
    public int defaultDecimals() {
        return this == RATING ? 2 : 0;
    }
}
