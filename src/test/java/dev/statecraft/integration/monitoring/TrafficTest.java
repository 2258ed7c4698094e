package dev.statecraft.integration.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TrafficTest {

    @Test
    void sumsAndPercentilesOfRequests() {
        Traffic all = Traffic.NONE;
        for (int i = 1; i <= 100; i++) {
            all = all.plus(Traffic.request(i <= 3 ? 503 : i <= 10 ? 404 : 200, i));
        }
        assertEquals(100, all.requests());
        assertEquals(3, all.serverErrors());
        assertEquals(7, all.clientErrors());
        assertEquals(50.5, all.mean());
        assertEquals(50, all.percentile(0.5));
        assertEquals(100, all.percentile(0.99));
        assertEquals(all, Traffic.of(all.numbers()));
        assertEquals(Traffic.NONE, all.minus(all));
    }

    @Test
    void noRequestsHaveZeroDuration() {
        assertEquals(0, Traffic.NONE.mean());
        assertEquals(0, Traffic.NONE.percentile(0.99));
    }

    @Test
    void durationAboveAllBoundsIsInTheLastBucket() {
        assertEquals(10_000, Traffic.request(200, 60_000).percentile(0.5));
    }
}
