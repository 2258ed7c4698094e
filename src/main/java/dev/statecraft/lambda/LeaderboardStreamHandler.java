package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.DynamodbEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.models.dynamodb.AttributeValue;
import dev.statecraft.leaderboard.rank.RankCounter;
import dev.statecraft.table.StreamRecord;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of batches of the entries table's stream. Counts the changes in the rank trees. Returns the first record
 * to be delivered again; records before it are not delivered again.
 */
@ApplicationScoped
@Named("leaderboard-stream")
public class LeaderboardStreamHandler
        implements RequestHandler<DynamodbEvent, StreamsEventResponse>,
                PrimedHandler<DynamodbEvent, StreamsEventResponse> {

    private final RankCounter counter;
    private final Metrics metrics;

    LeaderboardStreamHandler(RankCounter counter, Metrics metrics) {
        this.metrics = metrics;
        this.counter = counter;
    }

    @Override
    public StreamsEventResponse handleRequest(DynamodbEvent event, Context context) {
        StreamsEventResponse response = process(event);
        if (event.getRecords() != null) {
            metrics.recordBatch(
                    event.getRecords(), !response.getBatchItemFailures().isEmpty());
        }
        return response;
    }

    @Override
    public Class<DynamodbEvent> eventType() {
        return DynamodbEvent.class;
    }

    @Override
    public String primingEvent() {
        return PrimingEvents.STREAM;
    }

    /** A write of a node whose condition never holds: the function may only write nodes. */
    @Override
    public StreamsEventResponse prime(DynamodbEvent event) {
        counter.connect();
        return PrimingEvents.failures(event);
    }

    private StreamsEventResponse process(DynamodbEvent event) {
        List<DynamodbEvent.DynamodbStreamRecord> records = event.getRecords();
        if (records == null || records.isEmpty()) {
            return new StreamsEventResponse(List.of());
        }
        return counter.count(
                        records.stream().map(LeaderboardStreamHandler::record).toList())
                .map(failed -> new StreamsEventResponse(List.of(new StreamsEventResponse.BatchItemFailure(failed))))
                .orElseGet(() -> new StreamsEventResponse(List.of()));
    }

    private static StreamRecord record(DynamodbEvent.DynamodbStreamRecord record) {
        var change = record.getDynamodb();
        return new StreamRecord(
                change.getSequenceNumber(),
                partitionKey(change.getKeys()),
                scalars(change.getOldImage()),
                scalars(change.getNewImage()));
    }

    private static String partitionKey(Map<String, AttributeValue> keys) {
        AttributeValue key = keys.get("pk");
        return key == null ? "" : key.getS();
    }

    private static @Nullable Map<String, String> scalars(@Nullable Map<String, AttributeValue> image) {
        if (image == null) {
            return null;
        }
        Map<String, String> scalars = new HashMap<>();
        image.forEach((name, value) -> {
            String scalar = value.getS() != null ? value.getS() : value.getN();
            if (scalar != null) {
                scalars.put(name, scalar);
            }
        });
        return scalars;
    }
}
