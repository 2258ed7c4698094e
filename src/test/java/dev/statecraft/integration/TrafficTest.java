package dev.statecraft.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TrafficTest {

    @Test
    void requestsAreAddedUpAndTakenApart() {
        Traffic all = Traffic.NONE;
        for (int i = 1; i <= 100; i++) {
            all = all.plus(Traffic.request(i <= 3 ? 503 : i <= 10 ? 404 : 200, i));
        }
        assertEquals(100, all.requests());
        assertEquals(3, all.errors());
        assertEquals(7, all.refused());
        assertEquals(50.5, all.mean());
        assertEquals(50, all.within(0.5));
        assertEquals(100, all.within(0.99));
        assertEquals(all, Traffic.of(all.numbers()));
        assertEquals(Traffic.NONE, all.since(all));
    }

    @Test
    void whereNothingWasAskedNothingTookLong() {
        assertEquals(0, Traffic.NONE.mean());
        assertEquals(0, Traffic.NONE.within(0.99));
    }

    @Test
    void whatTakesLongerThanAllBoundsCountsInTheLastBucket() {
        assertEquals(10_000, Traffic.request(200, 60_000).within(0.5));
    }
}
