package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.DynamodbEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.integration.binding.CoordinationService;
import dev.statecraft.integration.event.EventStreamService;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Entry point of batches of the streams of boards, entries, entities, commit log, conflicts and migrations, in addition
 * to their own consumers. Appends events to the event feed and coordinates the other systems. A failed batch is
 * delivered again as a whole; processing is idempotent.
 *
 * <p>Wakes the schedule after each batch with a change that may make scheduled work due. The streams of erasures, request
 * counts and wake-ups are consumed only for this. A failed batch wakes the schedule too, because the work is due whether
 * its events are processed or not.
 */
@ApplicationScoped
@Named("event-stream")
public class EventStreamHandler
        implements RequestHandler<DynamodbEvent, StreamsEventResponse>,
                PrimedHandler<DynamodbEvent, StreamsEventResponse> {

    private static final Logger LOG = Logger.getLogger(EventStreamHandler.class);

    private final EventStreamService events;
    private final CoordinationService coordination;
    private final TableNames tables;
    private final TickScheduler ticks;
    private final KeyService keys;
    private final Metrics metrics;

    EventStreamHandler(
            EventStreamService events,
            CoordinationService coordination,
            TableNames tables,
            TickScheduler ticks,
            KeyService keys,
            Metrics metrics) {
        this.keys = keys;
        this.ticks = ticks;
        this.metrics = metrics;
        this.events = events;
        this.coordination = coordination;
        this.tables = tables;
    }

    @Override
    public StreamsEventResponse handleRequest(DynamodbEvent event, Context context) {
        StreamsEventResponse response = process(event);
        if (event.getRecords() != null) {
            // Last, because processing a batch may leave work for the schedule.
            if (DueRecords.wake(event.getRecords(), tables)) {
                ticks.wake();
            }
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

    /** A read of an unknown key, as before each push. */
    @Override
    public StreamsEventResponse prime(DynamodbEvent event) {
        keys.isValid(PrimingEvents.KEY_ID);
        return PrimingEvents.failures(event);
    }

    private StreamsEventResponse process(DynamodbEvent event) {
        if (event.getRecords() == null || event.getRecords().isEmpty()) {
            return new StreamsEventResponse(List.of());
        }
        List<ItemChange> changes =
                event.getRecords().stream().map(ItemChange::of).toList();
        try {
            process(changes);
            return new StreamsEventResponse(List.of());
        } catch (RuntimeException e) {
            String first = changes.get(0).sequence();
            LOG.warnf(e, "Batch failed and is delivered again: records=%d first=%s", changes.size(), first);
            return new StreamsEventResponse(List.of(new StreamsEventResponse.BatchItemFailure(first)));
        }
    }

    /** Processes a batch. All records of a batch are from one shard, so from one table. */
    private void process(List<ItemChange> changes) {
        String table = changes.get(0).table();
        if (table.equals(tables.log())) {
            events.commits(changes);
        } else if (table.equals(tables.entities())) {
            coordination.entitiesChanged(changes);
        } else if (table.equals(tables.entries())) {
            events.scores(changes);
            coordination.scoresChanged(changes);
        } else if (table.equals(tables.boards())) {
            events.boards(changes);
            coordination.boardsChanged(changes);
        } else if (table.equals(tables.replication())) {
            events.conflicts(changes);
        } else if (table.equals(tables.migrations())) {
            events.migrations(changes);
            coordination.migrationsChanged(changes);
        }
    }
}
