package dev.statecraft.local.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.local.template.Template.StreamMapping;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;

class StreamDeliveryTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The calls of the function, as the sequence numbers of their records. */
    private final List<List<Integer>> calls = new ArrayList<>();

    private final List<DeadLetter> deadLetters = new ArrayList<>();

    @Test
    void successfulBatch_isDeliveredOnce() {
        assertTrue(deliver(mapping(true, 3), records(1, 3), batch -> null));
        assertEquals(List.of(List.of(1, 2, 3)), calls);
    }

    @Test
    void emptyListOfFailures_isSuccess() {
        deliver(mapping(true, 3), records(1, 2), batch -> "{\"batchItemFailures\":[]}");
        assertEquals(List.of(List.of(1, 2)), calls);
    }

    @Test
    void partialFailure_redeliversTheRest() {
        deliver(mapping(true, 3), records(1, 4), batch -> calls.size() == 1 ? failures(4, 3) : null);
        assertEquals(List.of(List.of(1, 2, 3, 4), List.of(3, 4)), calls);
    }

    @Test
    void unknownIdentifier_failsTheWholeBatch() {
        deliver(mapping(false, 3), records(1, 2), batch -> calls.size() == 1 ? failures(99) : null);
        assertEquals(List.of(List.of(1, 2), List.of(1, 2)), calls);
    }

    @Test
    void unreportedPartialFailures_areIgnored() {
        StreamMapping silent = new StreamMapping("F", "h", "t", 10, Duration.ZERO, 1, false, 3, null, false, null);
        deliver(silent, records(1, 2), batch -> failures(1));
        assertEquals(1, calls.size());
    }

    @Test
    void exception_redeliversTheWholeBatch() {
        deliver(mapping(false, 3), records(1, 3), batch -> {
            if (calls.size() < 3) {
                throw new IllegalStateException("not yet");
            }
            return null;
        });
        assertEquals(List.of(List.of(1, 2, 3), List.of(1, 2, 3), List.of(1, 2, 3)), calls);
        assertEquals(List.of(), deadLetters);
    }

    @Test
    void bisection_discardsOnlyThePoisonRecord() {
        List<Integer> handled = new ArrayList<>();
        deliver(mapping(true, 2), records(1, 8), batch -> {
            if (batch.contains(6)) {
                throw new IllegalStateException("poison");
            }
            handled.addAll(batch);
            return null;
        });
        assertEquals(List.of(1, 2, 3, 4, 5, 7, 8), handled);
        assertEquals(
                List.of(new DeadLetter("F", "Q", DeadLetter.Condition.RETRY_ATTEMPTS_EXHAUSTED, "shard", "6", "6", 1)),
                deadLetters);
        assertEquals(3, calls.stream().filter(List.of(6)::equals).count(), "one call and two retries");
    }

    @Test
    void reportedPoisonRecord_isIsolatedImmediately() {
        deliver(mapping(true, 0), records(1, 4), batch -> batch.contains(3) ? failures(3) : null);
        assertEquals(List.of(List.of(1, 2, 3, 4), List.of(3, 4), List.of(3), List.of(4)), calls);
        assertEquals(1, deadLetters.size());
        assertEquals("3", deadLetters.get(0).firstSequenceNumber());
    }

    @Test
    void withoutBisection_theWholeBatchIsDiscarded() {
        deliver(mapping(false, 1), records(1, 3), batch -> {
            throw new IllegalStateException("always");
        });
        assertEquals(2, calls.size());
        assertEquals(3, deadLetters.get(0).records());
    }

    @Test
    void expiredRecord_isDiscardedWithoutRetries() {
        StreamMapping aging =
                new StreamMapping("F", "h", "t", 10, Duration.ZERO, 1, false, -1, Duration.ofHours(1), true, "Q");
        List<Record> batch = List.of(record(1, NOW.minusSeconds(7200)), record(2, NOW));
        deliver(aging, batch, records -> {
            if (records.contains(1)) {
                throw new IllegalStateException("old");
            }
            return null;
        });
        assertEquals(List.of(List.of(1, 2), List.of(2)), calls);
        assertEquals(
                DeadLetter.Condition.RECORD_AGE_EXCEEDED, deadLetters.get(0).condition());
    }

    @Test
    void stop_endsUnlimitedRetries() {
        PumpGate gate = new PumpGate();
        assertFalse(deliver(mapping(false, -1), records(1, 1), gate, batch -> {
            if (calls.size() == 5) {
                gate.stop();
            }
            throw new IllegalStateException("always");
        }));
        assertEquals(5, calls.size());
        assertEquals(List.of(), deadLetters);
    }

    @FunctionalInterface
    private interface Answer {
        @Nullable String to(List<Integer> batch);
    }

    private boolean deliver(StreamMapping mapping, List<Record> batch, Answer answer) {
        return deliver(mapping, batch, new PumpGate(), answer);
    }

    private boolean deliver(StreamMapping mapping, List<Record> batch, PumpGate gate, Answer answer) {
        LambdaFunction function = event -> {
            List<Integer> numbers = new ArrayList<>();
            for (JsonNode record : JSON.readTree(event).path("Records")) {
                numbers.add(record.path("dynamodb").path("SequenceNumber").asInt());
            }
            calls.add(numbers);
            return answer.to(numbers);
        };
        StreamPace pace =
                new StreamPace(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofNanos(1), Duration.ofMillis(1));
        return new StreamDelivery(mapping, function, gate, pace, Clock.fixed(NOW, ZoneOffset.UTC), deadLetters::add)
                .deliver("arn", "shard", batch);
    }

    private static StreamMapping mapping(boolean bisect, int retries) {
        return new StreamMapping("F", "h", "t", 10, Duration.ZERO, 1, bisect, retries, null, true, "Q");
    }

    private static String failures(int... sequenceNumbers) {
        return "{\"batchItemFailures\":["
                + String.join(
                        ",",
                        IntStream.of(sequenceNumbers)
                                .mapToObj(number -> "{\"itemIdentifier\":\"" + number + "\"}")
                                .toList())
                + "]}";
    }

    private static List<Record> records(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(number -> record(number, NOW))
                .toList();
    }

    private static Record record(int number, Instant created) {
        return Record.builder()
                .eventName(OperationType.INSERT)
                .dynamodb(change -> change.sequenceNumber(String.valueOf(number))
                        .approximateCreationDateTime(created)
                        .sizeBytes(10L)
                        .keys(Map.of("pk", AttributeValue.fromS("k"))))
                .build();
    }
}
