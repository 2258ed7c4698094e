package dev.statecraft.leaderboard.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OrderKeyTest {

    @ParameterizedTest
    @EnumSource(Order.class)
    void bytesSortFromBestToWorst(Order order) {
        Random random = new Random(4);
        List<OrderKey> keys = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            Score score = new Score(
                    random.nextLong(-Score.LIMIT, Score.LIMIT + 1) >> random.nextInt(54), random.nextInt(-2, 3));
            keys.add(new OrderKey(score, random.nextLong(1L << 44) >> random.nextInt(40), "p" + random.nextInt(50)));
        }
        List<OrderKey> expected = new ArrayList<>(keys);
        expected.sort(Comparator.comparing(OrderKey::score, order.bestFirst())
                .thenComparing(OrderKey::reachedAt)
                .thenComparing(OrderKey::playerId));
        keys.sort((a, b) -> Arrays.compareUnsigned(a.bytes(order), b.bytes(order)));
        assertEquals(expected, keys);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void bytesReadBack(Order order) {
        for (long value : new long[] {0, 1, -1, Score.LIMIT, -Score.LIMIT, 1500}) {
            OrderKey key = new OrderKey(new Score(value, -value), 1_795_400_000_123L, "player:1@x");
            assertEquals(key, OrderKey.parse(key.bytes(order), order));
        }
    }

    @Test
    void shortBytesAreRejected() {
        assertThrows(IllegalArgumentException.class, () -> OrderKey.parse(new byte[5], Order.ASCENDING));
    }
}
