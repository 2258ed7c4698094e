package dev.statecraft.leaderboard.match;

import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.runtime.RandomUuid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Input of a match. Without {@code matchId} or the header {@code Idempotency-Key} a retry rates the match again. */
public record MatchRequest(
        @Nullable String matchId, @Nullable List<@Nullable TeamRequest> teams) {

    private static final int MAX_PLACE = 1_000_000;

    /** A team and its finishing place, 1 for the best. Teams with the same place have drawn. */
    public record TeamRequest(
            @Nullable List<@Nullable String> players,
            @Nullable Integer place) {}

    /**
     * Validates the request and returns the match.
     *
     * @param random makes the id of a match whose caller gave none
     * @throws ProblemException 400 with the name of the invalid field
     */
    Match match(@Nullable String idempotencyKey, RandomGenerator random) {
        String id = matchId != null
                ? Ids.check("matchId", matchId)
                : idempotencyKey != null ? Ids.check("Idempotency-Key", idempotencyKey) : RandomUuid.next(random);
        if (teams == null || teams.size() < 2 || teams.size() > MatchService.MOST_PLAYERS) {
            throw refused("teams", "A match has 2 to " + MatchService.MOST_PLAYERS + " teams.");
        }
        Set<String> named = new HashSet<>();
        List<Match.Side> sides = new ArrayList<>();
        for (int i = 0; i < teams.size(); i++) {
            sides.add(side("teams[" + i + "]", teams.get(i), named));
        }
        if (named.size() > MatchService.MOST_PLAYERS) {
            throw refused("teams", "A match has at most " + MatchService.MOST_PLAYERS + " players.");
        }
        return new Match(id, sides);
    }

    private static Match.Side side(String field, @Nullable TeamRequest team, Set<String> named) {
        if (team == null) {
            throw refused(field, "A team is an object with players and place.");
        }
        List<@Nullable String> members = team.players();
        if (members == null || members.isEmpty()) {
            throw refused(field + ".players", "A team has at least one player.");
        }
        List<String> players = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            String player = Ids.check(field + ".players[" + i + "]", members.get(i));
            if (!named.add(player)) {
                throw refused(field + ".players[" + i + "]", "The player " + player + " appears twice in the match.");
            }
            players.add(player);
        }
        Integer place = team.place();
        if (place == null || place < 1 || place > MAX_PLACE) {
            throw refused(
                    field + ".place", "Give the finishing place of the team: an integer from 1 to " + MAX_PLACE + ".");
        }
        return new Match.Side(List.copyOf(players), place);
    }

    private static ProblemException refused(String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }
}
