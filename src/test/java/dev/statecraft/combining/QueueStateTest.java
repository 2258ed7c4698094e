package dev.statecraft.combining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.statecraft.combining.QueueState.Outcome;
import dev.statecraft.table.ContentionException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are done, who is next, and the stored form of it. */
class QueueStateTest {

    private static final ByteBuffer RETURNED = ByteBuffer.allocate(0);

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    private static QueueTime at(long millis) {
        return new QueueTime(millis, millis, millis);
    }

    private static Intent intent(long writer, long number, long at) {
        return new Intent(writer, number, at, bytes(1));
    }

    private static QueueState state(long at, Map<Long, Outcome> outcomes) {
        return new QueueState(1, at, 0, outcomes.size(), 0, 0, outcomes);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void outcomesSurvivePacking(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < 100; run++) {
            long at = random.nextLong(1L << 42);
            Map<Long, Outcome> outcomes = new HashMap<>();
            int writers = random.nextInt(300);
            for (int i = 0; i < writers; i++) {
                byte[] bytes = new byte[random.nextInt(20)];
                random.nextBytes(bytes);
                // An outcome may be later than the state, if the clock of the last writer is behind.
                long outcomeAt = at - random.nextInt(900_000) + random.nextInt(1_000);
                outcomes.put(
                        random.nextLong(1, Long.MAX_VALUE),
                        new Outcome(random.nextLong(1L << random.nextInt(1, 62)), outcomeAt, ByteBuffer.wrap(bytes)));
            }
            byte[] packed = state(at, outcomes).packedOutcomes();
            assertEquals(outcomes, new HashMap<>(QueueState.unpackOutcomes(packed, at)), "seed " + seed);
        }
    }

    @Test
    void typicalOutcomeHasSixteenBytes() {
        Outcome outcome = new Outcome(5_000, 1_000_000, bytes(1, 2));
        assertEquals(16, state(1_009_000, Map.of(7L, outcome)).packedOutcomes().length);
    }

    @Test
    void outcomeIsThatOfTheSameNumberAndLaterRequestsAreNotDone() {
        QueueState state = state(100, Map.of(7L, new Outcome(5, 90, bytes(9))));
        assertEquals(Optional.of(bytes(9)), state.outcomeOf(intent(7, 5, 1)));
        assertEquals(Optional.empty(), state.outcomeOf(intent(7, 6, 1)));
        assertEquals(Optional.empty(), state.outcomeOf(intent(8, 5, 1)));
    }

    /** The writer of an earlier request has left it; nobody may do it. */
    @Test
    void earlierRequestsOfAWriterAreReturned() {
        QueueState state = state(100, Map.of(7L, new Outcome(5, 90, bytes(9))));
        assertEquals(Optional.of(RETURNED), state.outcomeOf(intent(7, 4, 1)));
        assertEquals(List.of(), state.waiting(List.of(intent(7, 4, 1), intent(7, 5, 1))));
    }

    @Test
    void requestsWaitInOrderOfTimeAndThenOfWriter() {
        Intent first = intent(9, 1, 10);
        Intent second = intent(3, 1, 20);
        Intent third = intent(4, 1, 20);
        QueueState state = state(100, Map.of(5L, new Outcome(2, 90, bytes(1))));
        assertEquals(List.of(first, second, third), state.waiting(List.of(third, intent(5, 2, 1), second, first)));
    }

    @Test
    void nextIsTheFirstRequestThatIsLeft() {
        List<Intent> waiting = List.of(intent(1, 1, 1), intent(2, 1, 2), intent(3, 1, 3));
        QueueState after = QueueState.NONE.after(waiting, List.of(bytes(1), RETURNED), at(50), 1_000);
        assertEquals(1, after.generation());
        assertEquals(50, after.at());
        assertEquals(2, after.combined());
        assertEquals(3, after.next());
        assertEquals(Optional.of(bytes(1)), after.outcomeOf(waiting.get(0)));
        assertEquals(Optional.of(RETURNED), after.outcomeOf(waiting.get(1)));
        assertEquals(List.of(waiting.get(2)), after.waiting(waiting));
        QueueState end = after.after(after.waiting(waiting), List.of(bytes(3)), at(60), 1_000);
        assertEquals(2, end.generation());
        assertEquals(0, end.next());
        assertEquals(List.of(), end.waiting(waiting));
    }

    @Test
    void cycleIsSmoothedAndIgnoresQuietTimesAndClocksThatGoBack() {
        QueueState state = new QueueState(1, 10_000, 40, 1, 0, 0, Map.of());
        assertEquals(50, state.after(List.of(), List.of(), at(10_080), 1_000).cycleMillis());
        assertEquals(40, state.after(List.of(), List.of(), at(20_000), 1_000).cycleMillis());
        assertEquals(40, state.after(List.of(), List.of(), at(9_000), 1_000).cycleMillis());
        assertEquals(
                0,
                QueueState.NONE
                        .after(List.of(), List.of(), at(1_000_000), 1_000)
                        .cycleMillis());
    }

    @Test
    void oldOutcomesAreForgottenAndTheTimeOfTheLastOneIsKept() {
        QueueState state = state(100, Map.of(1L, new Outcome(1, 39, bytes(1)), 2L, new Outcome(1, 40, bytes(2))));
        QueueState after = state.after(List.of(intent(3, 1, 95)), List.of(bytes(3)), at(100), 60);
        assertEquals(Set.of(2L, 3L), after.outcomes().keySet());
        assertEquals(39, after.forgotten());
        QueueState later = after.after(List.of(), List.of(), at(110), 60);
        assertEquals(Set.of(3L), later.outcomes().keySet());
        assertEquals(40, later.forgotten());
        assertEquals(40, later.after(List.of(), List.of(), at(110), 60).forgotten());
    }

    @Test
    void outcomesAreStoredWithTheLaterAndForgottenByTheEarlierClock() {
        Intent other = intent(1, 1, 5_000);
        Intent own = intent(2, 1, 9_000);
        QueueTime time = QueueTime.of(9_100, List.of(other, own), 2);
        assertEquals(new QueueTime(9_100, 5_000, 9_100), time);
        assertEquals(new QueueTime(400, 400, 5_000), QueueTime.of(400, List.of(other, own), 2));
        assertEquals(new QueueTime(400, 400, 400), QueueTime.of(400, List.of(own), 2));
        QueueState state = state(4_000, Map.of(7L, new Outcome(1, 4_000, bytes(1))));
        QueueState after = state.after(List.of(other), List.of(bytes(2)), time, 1_000);
        assertEquals(Set.of(1L, 7L), after.outcomes().keySet());
        assertEquals(9_100, storedAt(after, 1));
        assertEquals(9_100, after.latest());
        assertEquals(
                9_000,
                storedAt(state.after(List.of(own), List.of(bytes(2)), at(300), 1_000), 2),
                "not before the intent, so an intent is never later than its forgotten outcome");
    }

    private static long storedAt(QueueState state, long writer) {
        return Objects.requireNonNull(state.outcomes().get(writer)).at();
    }

    @Test
    void outcomesLoseTheirBytesAfterAMinuteButStayDone() {
        Intent first = new Intent(1, 1, 1_000, bytes(1));
        Intent second = new Intent(2, 1, 1_000, bytes(1));
        QueueState done = QueueState.NONE.after(
                List.of(first, second), List.of(bytes(7), ByteBuffer.allocate(0)), at(1_000), 900_000);
        assertEquals(Optional.of(bytes(7)), done.outcomeOf(first));
        Intent later = new Intent(3, 1, 62_000, bytes(1));
        QueueState after = done.after(List.of(later), List.of(bytes(8)), at(62_000), 900_000);
        QueueState stored = new QueueState(
                after.generation(),
                after.at(),
                after.cycleMillis(),
                after.combined(),
                after.next(),
                after.forgotten(),
                QueueState.unpackOutcomes(after.packedOutcomes(), after.at()));
        assertEquals(after, stored);
        assertEquals(List.of(), stored.waiting(List.of(first, second, later)));
        assertThrows(ContentionException.class, () -> stored.outcomeOf(first));
        assertEquals(Optional.of(ByteBuffer.allocate(0)), stored.outcomeOf(second));
        assertEquals(Optional.of(bytes(8)), stored.outcomeOf(later));
    }
}
