package dev.statecraft.rating;

import java.util.List;

/**
 * One side of a match.
 * @param players ratings of the members before the match, at least one
 * @param place finishing place; a lower number is better, equal places are a draw
 */
public record Team(List<Rating> players, int place) {

    /** Score of this team against another: 1 for a win, ½ for a draw, 0 for a loss. */
    double scoreAgainst(Team other) {
        return place < other.place ? 1 : place == other.place ? 0.5 : 0;
    }
}
