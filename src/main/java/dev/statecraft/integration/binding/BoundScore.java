package dev.statecraft.integration.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.table.Sha256;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Score of a bound board, computed from one version of an entity.
 *
 * @param playerId the state's {@code playerId}, else the entity's owner, else its id
 * @param value the number at the path of the binding, rounded half-even to the decimals of the board
 * @param submissionId depends only on the entity and its version, so a repeated submission is recognized
 * @param operator null for the operator of the board
 */
record BoundScore(
        String playerId,
        BigDecimal value,
        String submissionId,
        @Nullable Operator operator) {

    private static final String PLAYER = "playerId";

    /** Maximum number of digits before the decimal point; longer values do not fit into a score. */
    private static final int MAX_INTEGER_DIGITS = 17;

    private static final int HASH_BYTES = 15;

    /** Operators that add; they are replaced by LAST because an entity already holds the total. */
    private static final Set<Operator> ADDING = Set.of(Operator.SUM, Operator.INCREMENT, Operator.DECREMENT);

    /** Returns the score of an entity version; empty if the path holds no number or its number is too large. */
    static Optional<BoundScore> of(Board board, String path, Entity version) {
        JsonNode at = StatePath.parse(path)
                .map(parsed -> parsed.in(version.json()))
                .filter(JsonNode::isNumber)
                .orElse(null);
        if (at == null) {
            return Optional.empty();
        }
        BigDecimal value = at.decimalValue();
        if (value.precision() - (long) value.scale() > MAX_INTEGER_DIGITS) {
            return Optional.empty();
        }
        BigDecimal rounded = value.scale() > board.settings().decimals()
                ? value.setScale(board.settings().decimals(), RoundingMode.HALF_EVEN)
                : value;
        return Optional.of(new BoundScore(player(version), rounded, submissionId(version), operator(board)));
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
