package dev.statecraft.erasure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.table.TableNames;
import dev.statecraft.testing.OnDynamoDbLocal;
import dev.statecraft.testing.TestDatabase;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

@OnDynamoDbLocal
class ErasureStoreTest {

    private static final String GAME = "default";
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    private final TableNames tables = TestDatabase.freshTables();
    private final ErasureStore store = new ErasureStore(
            TestDatabase.client(),
            tables,
            new SmallRyeConfigBuilder()
                    .withConverter(Duration.class, 200, new DurationConverter())
                    .withMapping(ErasureConfig.class)
                    .build()
                    .getConfigMapping(ErasureConfig.class));

    private Erasure through(Erasure begun) {
        Erasure erasure = begun;
        do {
            erasure = erasure.after(null, 1, NOON, Duration.ofMinutes(5));
            assertTrue(store.replace(GAME, erasure));
        } while (!erasure.isFinished() && erasure.part() != Erasure.Part.LEADERBOARDS);
        return erasure;
    }

    @Test
    void erasureInItsFirstPass_isFound() {
        // Their ids determine which one is read first.
        for (String running : List.of("a", "z")) {
            String player = "player-" + running;
            Erasure settling = Erasure.started("m-" + running, player, "key", NOON);
            store.create(GAME, settling);
            assertEquals(Optional.of(settling), store.firstPassOf(GAME, player));
            settling = through(settling);
            assertEquals(Optional.of(settling), store.read(GAME, settling.id()));
            assertEquals(Optional.empty(), store.firstPassOf(GAME, player));
            Erasure begun = Erasure.started(running, player, "key", NOON);
            store.create(GAME, begun);
            assertEquals(Optional.of(begun), store.firstPassOf(GAME, player));
        }
        assertEquals(Set.of("a", "m-a", "m-z", "z"), Set.copyOf(store.running(GAME, 10)));
    }

    @Test
    void finishedErasure_hasNoPlayerAndLostRacesAreReported() {
        Erasure begun = Erasure.started("e", "ada", "key", NOON);
        store.create(GAME, begun);
        Erasure settling = through(begun);
        assertFalse(store.replace(GAME, begun.after("here", 1, NOON, Duration.ZERO)));
        Erasure done = through(settling);
        assertTrue(done.isFinished());
        assertEquals(Optional.of(done), store.read(GAME, "e"));
        assertEquals(List.of(), store.running(GAME, 10));
        assertFalse(TestDatabase.client()
                .scan(scan -> scan.tableName(tables.erasures()))
                .items()
                .toString()
                .contains("ada"));
    }
}
