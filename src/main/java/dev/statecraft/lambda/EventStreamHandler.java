package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.DynamodbEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.statecraft.integration.binding.CoordinationService;
import dev.statecraft.integration.event.EventStreamService;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Where batches of the streams of boards, entries, entities, log, conflicts and migrations enter a second time: what
 * happened goes into the event feed, and what follows from it in another system is done. A batch that fails is delivered
 * again as a whole, as what was done of it is not done twice.
 */
@ApplicationScoped
@Named("event-stream")
public class EventStreamHandler implements RequestHandler<DynamodbEvent, StreamsEventResponse> {

    private static final Logger LOG = Logger.getLogger(EventStreamHandler.class);

    private final EventStreamService events;
    private final CoordinationService coordination;
    private final TableNames tables;
    private final Metrics metrics;

    EventStreamHandler(
            EventStreamService events, CoordinationService coordination, TableNames tables, Metrics metrics) {
        this.metrics = metrics;
        this.events = events;
        this.coordination = coordination;
        this.tables = tables;
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
        try {
            take(changes);
            return new StreamsEventResponse(List.of());
        } catch (RuntimeException e) {
            String first = changes.get(0).sequence();
            LOG.warnf(e, "batch of %d records from %s is to be delivered again", changes.size(), first);
            return new StreamsEventResponse(List.of(new StreamsEventResponse.BatchItemFailure(first)));
        }
    }

    /** A batch comes from one shard, so from one table. */
    private void take(List<ItemChange> changes) {
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
