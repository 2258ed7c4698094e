package dev.statecraft.testing.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyProfileTest {

    private static final int DRAWS = 100_000;

    @ParameterizedTest
    @CsvSource({
        "GET_ITEM, 4, 10",
        "QUERY, 5, 12",
        "SCAN, 5, 12",
        "BATCH_GET, 6, 14",
        "PUT_ITEM, 8, 16",
        "UPDATE_ITEM, 8, 16",
        "DELETE_ITEM, 8, 16",
        "TRANSACT_WRITE, 25.15, 92.15",
        "POST_TO_CONNECTION, 15, 40",
        "STREAM_DELIVERY, 213, 552"
    })
    void drawnQuantiles_areThePublishedOnes(AwsOperation operation, double p50, double p99) {
        LatencyProfile aws = LatencyProfile.aws(new Random(11));
        long[] sorted = LongStream.generate(() -> aws.nanos(operation, 1))
                .limit(DRAWS)
                .sorted()
                .toArray();
        assertEquals(p50, sorted[DRAWS / 2] / 1e6, p50 * 0.02);
        assertEquals(p99, sorted[DRAWS * 99 / 100] / 1e6, p99 * 0.04);
    }

    @Test
    void transactions_takeLongerByTheItem() {
        long one = LatencyProfile.aws(new Random(3)).nanos(AwsOperation.TRANSACT_WRITE, 1);
        long hundred = LatencyProfile.aws(new Random(3)).nanos(AwsOperation.TRANSACT_WRITE, 101);
        assertEquals(15_000_000L, hundred - one);
    }

    @Test
    void equalSeeds_drawEqualDurations() {
        LatencyProfile one = LatencyProfile.aws(new Random(1));
        LatencyProfile same = LatencyProfile.aws(new Random(1));
        for (int i = 0; i < 10; i++) {
            for (AwsOperation operation : AwsOperation.values()) {
                assertEquals(one.nanos(operation, 1), same.nanos(operation, 1));
            }
        }
    }

    @Test
    void profilesHaveNames() {
        assertEquals(0, LatencyProfile.named("none", new Random(1)).nanos(AwsOperation.PUT_ITEM, 1));
        assertEquals(
                LatencyProfile.aws(new Random(1)).nanos(AwsOperation.PUT_ITEM, 1),
                LatencyProfile.named("aws", new Random(1)).nanos(AwsOperation.PUT_ITEM, 1));
        assertThrows(IllegalArgumentException.class, () -> LatencyProfile.named("moon", new Random(1)));
    }
}
