package dev.statecraft.rating;

import java.util.List;

/**
 * One side of a match.
 *
 * @param players the ratings of its members before the match, one at least
 * @param place the better the smaller; teams with the same place have drawn
 */
public record Team(List<Rating> players, int place) {

    /** What this team won against another: 1 for a win, ½ for a draw, 0 for a loss. */
    double scoreAgainst(Team other) {
        return place < other.place ? 1 : place == other.place ? 0.5 : 0;
    }
}
