package dev.statecraft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalSchedulerTest {

    @Test
    void rates_areParsed() {
        assertEquals(Optional.of(Duration.ofMinutes(1)), LocalScheduler.rate("rate(1 minute)"));
        assertEquals(Optional.of(Duration.ofHours(12)), LocalScheduler.rate("rate(12 hours)"));
        assertEquals(Optional.of(Duration.ofDays(7)), LocalScheduler.rate("rate(7 days)"));
    }

    @Test
    void cronExpressions_areNotCalled() {
        assertEquals(Optional.empty(), LocalScheduler.rate("cron(0 10 * * ? *)"));
    }
}
