package dev.statecraft.integration.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.state.PackedJson;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundScoreTest {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private static Entity entity(String state, @Nullable String owner) throws JsonProcessingException {
        PackedJson packed = PackedJson.of(MAPPER.readTree(state.replace('\'', '"')), PackedJson.NEVER);
        return new Entity(
                "global",
                "e1",
                "PURSE",
                3,
                packed,
                "",
                owner,
                0,
                "by",
                null,
                null,
                1,
                1,
                1,
                EntitySession.NONE,
                List.of());
    }

    private static Optional<BoundScore> score(int decimals, String path, Entity entity) {
        Board board = Board.first(
                "default",
                "rich",
                BoardSettings.of(RankingType.SCORE, Order.DESCENDING, null, decimals, 1),
                Instant.EPOCH,
                Instant.EPOCH);
        return BoundScore.of(board, path, entity);
    }

    @ParameterizedTest
    @CsvSource({
        "817959853140, 817959853140",
        "817959853140.0, 817959853140",
        "8.1795985314E11, 817959853140",
        "1.5, owner-1",
        "null, owner-1",
        "[], owner-1"
    })
    void playerIdIsReadFromTextAndInteger(String written, String player) throws JsonProcessingException {
        Entity entity = entity("{'coins': 5, 'playerId': " + written + "}", "owner-1");
        assertEquals(player, score(0, "coins", entity).orElseThrow().playerId());
    }

    @Test
    void valueIsRoundedToTheDecimalsOfTheBoard() throws JsonProcessingException {
        Entity entity = entity("{'stats': {'7': 0.30000000000000004}, 'bag': []}", null);
        BoundScore score = score(2, "/stats/7", entity).orElseThrow();
        assertEquals(0, new BigDecimal("0.3").compareTo(score.value()));
        assertEquals("e1", score.playerId());
        assertEquals(Optional.empty(), score(2, "/bag/7", entity));
    }
}
