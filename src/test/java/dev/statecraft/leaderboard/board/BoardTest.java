package dev.statecraft.leaderboard.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoardTest {

    @ParameterizedTest
    @CsvSource({
        "0, 1500, 1500",
        "0, 15e2, 1500",
        "0, 1500.0, 1500",
        "2, 12.5, 1250",
        "2, -0.01, -1",
        "2, 0.00, 0",
        "0, 9007199254740991, 9007199254740991",
        "6, 9007199254.740991, 9007199254740991",
        "2, 0.30000000000000004, 30",
        "2, 0.29999999999999998, 30",
        "2, 5.55e-17, 0",
        "0, 1500.0000009, 1500",
        "0, 2.9999999999999996, 3",
        "6, -0.1000000000000000055511151231257827, -100000"
    })
    void valuesBecomeUnits(int decimals, BigDecimal value, long units) {
        assertEquals(Optional.of(units), board(decimals, 1).units(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.5",
                "1.5",
                "0.000002",
                "1.0000011",
                "9007199254740992",
                "-9007199254740992",
                "1e400",
                "1e-400",
                "1e999999999"
            })
    void valuesThatDoNotFitAreRefused(String value) {
        assertEquals(Optional.empty(), board(0, 1).units(new BigDecimal(value)));
    }

    @ParameterizedTest
    @CsvSource({"2, 1250, 12.5", "2, 1200, 12", "2, 100000, 1000", "0, 0, 0", "6, -1, -0.000001"})
    void units_areConvertedToPlainNumbers(int decimals, long units, String shown) {
        assertEquals(shown, board(decimals, 1).value(units).toPlainString());
        assertTrue(board(decimals, 1).value(units).scale() >= 0);
    }

    @Test
    void lanes_areStableAndEvenlyFilled() {
        Board board = board(0, 16);
        int[] players = new int[16];
        for (int i = 0; i < 16_000; i++) {
            players[board.laneOf("player_" + i)]++;
        }
        for (int lane = 0; lane < 16; lane++) {
            assertTrue(players[lane] > 800 && players[lane] < 1_200, "lane " + lane + " has " + players[lane]);
        }
        assertEquals(board.laneOf("player_1"), board(2, 16).laneOf("player_1"));
    }

    private static Board board(int decimals, int lanes) {
        return Board.first(
                "default",
                "board",
                BoardSettings.of(RankingType.SCORE, Order.DESCENDING, null, decimals, lanes),
                Instant.EPOCH,
                Instant.EPOCH);
    }
}
