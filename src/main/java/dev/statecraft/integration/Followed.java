package dev.statecraft.integration;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.leaderboard.Board;
import dev.statecraft.leaderboard.Operator;
import dev.statecraft.leaderboard.RankingType;
import dev.statecraft.replication.Entity;
import dev.statecraft.replication.JsonValues;
import dev.statecraft.replication.StatePath;
import dev.statecraft.table.Sha256;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a version of an entity means for a board that follows it.
 *
 * @param playerId the state's {@code playerId}, else the entity's owner, else its id
 * @param value what stands at the path, rounded to the digits of the board
 * @param submissionId the same for this version whenever it is worked out
 * @param operator null for the board's own
 */
record Followed(
        String playerId,
        BigDecimal value,
        String submissionId,
        @Nullable Operator operator) {

    private static final String PLAYER = "playerId";

    /** Digits before the point; more cannot be kept, and an exponent would make them many. */
    private static final int MOST_DIGITS = 17;

    private static final int HASH_BYTES = 15;

    /** An entity holds the total already, so what adds up elsewhere is taken as it stands. */
    private static final Set<Operator> ADDING = Set.of(Operator.SUM, Operator.INCREMENT, Operator.DECREMENT);

    /** The score that a version stands for; nothing if there is no number at the path. */
    static Optional<Followed> of(Board board, String path, Entity version) {
        JsonNode at = StatePath.parse(path)
                .map(where -> where.in(version.json()))
                .filter(JsonNode::isNumber)
                .orElse(null);
        if (at == null) {
            return Optional.empty();
        }
        BigDecimal value = at.decimalValue();
        if (value.precision() - (long) value.scale() > MOST_DIGITS) {
            return Optional.empty();
        }
        BigDecimal rounded = value.scale() > board.settings().decimals()
                ? value.setScale(board.settings().decimals(), RoundingMode.HALF_EVEN)
                : value;
        return Optional.of(new Followed(player(version), rounded, submissionId(version), operator(board)));
    }

    private static String player(Entity version) {
        return JsonValues.id(version.json().path(PLAYER))
                .orElseGet(() -> version.owner() == null ? version.id() : version.owner());
    }

    private static @Nullable Operator operator(Board board) {
        RankingType type = board.settings().rankingType();
        Operator own = board.settings().operator();
        boolean adds = own == null ? type == RankingType.POINTS || type == RankingType.WINS : ADDING.contains(own);
        return adds ? Operator.LAST : null;
    }

    private static String submissionId(Entity version) {
        byte[] part = Arrays.copyOf(Sha256.of(version.space() + "/" + version.id()), HASH_BYTES);
        return "entity:" + Base64.getUrlEncoder().withoutPadding().encodeToString(part) + ":" + version.version();
    }
}
