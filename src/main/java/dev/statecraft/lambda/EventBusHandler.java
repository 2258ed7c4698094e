package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.DynamodbEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.statecraft.integration.event.BusService;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.List;

/**
 * Entry point of batches of the events table's stream. Puts the events on the event bus. Returns the first record to be
 * delivered again. Lambda retries a bounded number of times and then sends the batch to the dead letter queue; the
 * event feed contains the events in any case.
 */
@ApplicationScoped
@Named("event-bus")
public class EventBusHandler
        implements RequestHandler<DynamodbEvent, StreamsEventResponse>,
                PrimedHandler<DynamodbEvent, StreamsEventResponse> {

    private final BusService bus;
    private final Metrics metrics;

    EventBusHandler(BusService bus, Metrics metrics) {
        this.metrics = metrics;
        this.bus = bus;
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

    /** The function reads and writes no table, and the event bus has no request without effects. */
    @Override
    public StreamsEventResponse prime(DynamodbEvent event) {
        return PrimingEvents.failures(event);
    }

    private StreamsEventResponse process(DynamodbEvent event) {
        if (event.getRecords() == null || event.getRecords().isEmpty()) {
            return new StreamsEventResponse(List.of());
        }
        List<ItemChange> changes =
                event.getRecords().stream().map(ItemChange::of).toList();
        return new StreamsEventResponse(bus.publish(changes).map(StreamsEventResponse.BatchItemFailure::new).stream()
                .toList());
    }
}
