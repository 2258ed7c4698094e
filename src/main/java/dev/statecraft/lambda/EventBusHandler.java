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
 * Where batches of the events table's stream enter: they are put on the event bus. Answers with the first record to be
 * delivered again; Lambda does so a bounded number of times and then tells the dead letter queue, while the feed has the
 * events all along.
 */
@ApplicationScoped
@Named("event-bus")
public class EventBusHandler implements RequestHandler<DynamodbEvent, StreamsEventResponse> {

    private final BusService bus;
    private final Metrics metrics;

    EventBusHandler(BusService bus, Metrics metrics) {
        this.metrics = metrics;
        this.bus = bus;
    }

    @Override
    public StreamsEventResponse handleRequest(DynamodbEvent event, Context context) {
        StreamsEventResponse answer = take(event);
        if (event.getRecords() != null) {
            metrics.consumed(event.getRecords(), !answer.getBatchItemFailures().isEmpty());
        }
        return answer;
    }

    private StreamsEventResponse take(DynamodbEvent event) {
        if (event.getRecords() == null || event.getRecords().isEmpty()) {
            return new StreamsEventResponse(List.of());
        }
        List<ItemChange> changes =
                event.getRecords().stream().map(ItemChange::of).toList();
        return new StreamsEventResponse(bus.publish(changes).map(StreamsEventResponse.BatchItemFailure::new).stream()
                .toList());
    }
}
