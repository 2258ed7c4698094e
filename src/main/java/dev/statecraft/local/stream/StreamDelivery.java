package dev.statecraft.local.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.local.stream.DeadLetter.Condition;
import dev.statecraft.local.template.Template.StreamMapping;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Record;

/**
 * Delivers one batch of a shard to a function by the rules of Lambda's event source mapping:
 *
 * <ul>
 *   <li>An exception fails the whole batch. If the mapping reports partial failures, the records before the lowest
 *       reported one are processed and the others are delivered retry. A reported identifier that is not in the batch
 *       fails the whole batch.
 *   <li>With bisection, a failed batch is halved, down to a single record. Halving does not count as a retry. A partial
 *       failure splits the batch at the reported record.
 *   <li>Records without remaining retries, and records beyond the maximum age, are reported as a dead letter; delivery
 *       continues with the next records.
 * </ul>
 * The wait after a failure doubles with each consecutive failure.
 */
final class StreamDelivery {

    private static final Logger LOG = Logger.getLogger(StreamDelivery.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NOTHING_FAILED = -1;

    private record Attempt(List<Record> records, int retries) {}

    private final StreamMapping mapping;
    private final LambdaFunction function;
    private final PumpGate gate;
    private final Duration firstBackOff;
    private final Duration longestBackOff;
    private final Clock clock;
    private final Consumer<DeadLetter> deadLetters;

    StreamDelivery(
            StreamMapping mapping,
            LambdaFunction function,
            PumpGate gate,
            StreamPace pace,
            Clock clock,
            Consumer<DeadLetter> deadLetters) {
        this.mapping = mapping;
        this.function = function;
        this.gate = gate;
        this.firstBackOff = pace.firstBackOff();
        this.longestBackOff = pace.longestBackOff();
        this.clock = clock;
        this.deadLetters = deadLetters;
    }

    /**
     * Delivers a batch and returns when every record is processed or discarded.
     *
     * @return false if the pump was stopped before
     */
    boolean deliver(String streamArn, String shardId, List<Record> batch) {
        Deque<Attempt> pending = new ArrayDeque<>(List.of(new Attempt(batch, 0)));
        int failuresInARow = 0;
        while (!pending.isEmpty()) {
            if (!gate.startCall()) {
                return false;
            }
            Attempt attempt = pending.pop();
            int failedAt;
            try {
                failedAt = call(streamArn, attempt.records());
            } finally {
                gate.endCall();
            }
            if (failedAt == NOTHING_FAILED) {
                failuresInARow = 0;
                continue;
            }
            failuresInARow = failedAt == 0 ? failuresInARow + 1 : 1;
            Attempt rest = failedAt == 0
                    ? attempt
                    : new Attempt(
                            attempt.records()
                                    .subList(failedAt, attempt.records().size()),
                            0);
            retry(shardId, rest, failedAt == 0, pending);
            if (!pending.isEmpty()) {
                gate.backOff(backOff(failuresInARow));
            }
        }
        return true;
    }

    /**
     * Schedules the next deliveries after a failed attempt. {@code counts} is true if the failure counts as a retry.
     */
    private void retry(String shardId, Attempt failed, boolean counts, Deque<Attempt> pending) {
        List<Record> records = failed.records();
        int expired = expired(records);
        if (expired > 0) {
            discard(Condition.RECORD_AGE_EXCEEDED, shardId, records.subList(0, expired));
            if (expired < records.size()) {
                pending.push(new Attempt(records.subList(expired, records.size()), 0));
            }
        } else if (!counts) {
            pending.push(failed);
        } else if (mapping.bisectOnError() && records.size() > 1) {
            int half = records.size() / 2;
            pending.push(new Attempt(records.subList(half, records.size()), failed.retries()));
            pending.push(new Attempt(records.subList(0, half), failed.retries()));
        } else if (mapping.maximumRetries() >= 0 && failed.retries() >= mapping.maximumRetries()) {
            discard(Condition.RETRY_ATTEMPTS_EXHAUSTED, shardId, records);
        } else {
            pending.push(new Attempt(records, failed.retries() + 1));
        }
    }

    private int call(String streamArn, List<Record> records) {
        try {
            return firstFailure(records, function.invoke(StreamEventJson.of(streamArn, records)));
        } catch (Throwable e) {
            // Lambda treats any exception of a function as a failure of the batch.
            LOG.warnf(e, "Stream batch failed: function=%s records=%d", mapping.function(), records.size());
            return 0;
        }
    }

    private int firstFailure(List<Record> records, @Nullable String result) throws JsonProcessingException {
        if (!mapping.reportsBatchItemFailures() || result == null || result.isBlank()) {
            return NOTHING_FAILED;
        }
        JsonNode failures = JSON.readTree(result).path("batchItemFailures");
        if (failures.isEmpty()) {
            return NOTHING_FAILED;
        }
        List<String> sequenceNumbers = records.stream()
                .map(record -> record.dynamodb().sequenceNumber())
                .toList();
        int first = records.size();
        for (JsonNode failure : failures) {
            int index = sequenceNumbers.indexOf(failure.path("itemIdentifier").asText());
            first = Math.min(first, Math.max(0, index));
        }
        LOG.warnf(
                "Stream batch failed partially: function=%s processed=%d left=%d",
                mapping.function(), first, records.size() - first);
        return first;
    }

    private int expired(List<Record> records) {
        if (mapping.maximumRecordAge() == null) {
            return 0;
        }
        Instant oldest = clock.instant().minus(mapping.maximumRecordAge());
        int count = 0;
        while (count < records.size() && isBefore(records.get(count), oldest)) {
            count++;
        }
        return count;
    }

    private static boolean isBefore(Record record, Instant oldest) {
        @Nullable Instant created = record.dynamodb().approximateCreationDateTime();
        return created != null && created.isBefore(oldest);
    }

    private void discard(Condition condition, String shardId, List<Record> records) {
        DeadLetter letter = new DeadLetter(
                mapping.function(),
                mapping.onFailure(),
                condition,
                shardId,
                records.get(0).dynamodb().sequenceNumber(),
                records.get(records.size() - 1).dynamodb().sequenceNumber(),
                records.size());
        LOG.errorf("Stream records discarded: %s", letter);
        deadLetters.accept(letter);
    }

    private Duration backOff(int failuresInARow) {
        Duration grown = firstBackOff.multipliedBy(1L << Math.min(failuresInARow - 1, 20));
        return grown.compareTo(longestBackOff) < 0 ? grown : longestBackOff;
    }
}
