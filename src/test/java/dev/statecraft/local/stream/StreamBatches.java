package dev.statecraft.local.stream;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.Record;

/** Records of a stream as the events that Lambda sends. */
public final class StreamBatches {

    private StreamBatches() {}

    /** The events of full batches. */
    public static List<String> of(List<Record> records, int size) {
        List<String> events = new ArrayList<>();
        for (int from = 0; from + size <= records.size(); from += size) {
            events.add(StreamEventJson.of("arn:aws:dynamodb:local", records.subList(from, from + size)));
        }
        return events;
    }
}
