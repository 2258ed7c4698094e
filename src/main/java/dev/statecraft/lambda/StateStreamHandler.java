package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.DynamodbEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.socket.ConnectionNotifier;
import dev.statecraft.replication.statistics.ReplicationStatisticsService;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.List;
import java.util.Optional;

/**
 * Entry point of batches of the streams of entities and commit log. Adds new versions to the version history, adds the
 * changes of space heads to the statistics, and pushes commits to connections that have not received them. Returns the
 * first record to be delivered again; records before it are not delivered again.
 */
@ApplicationScoped
@Named("state-stream")
public class StateStreamHandler
        implements RequestHandler<DynamodbEvent, StreamsEventResponse>,
                PrimedHandler<DynamodbEvent, StreamsEventResponse> {

    private final HistoryService history;
    private final ReplicationStatisticsService statistics;
    private final ConnectionNotifier notifier;
    private final TableNames tables;
    private final KeyService keys;
    private final Metrics metrics;

    StateStreamHandler(
            HistoryService history,
            ReplicationStatisticsService statistics,
            ConnectionNotifier notifier,
            TableNames tables,
            KeyService keys,
            Metrics metrics) {
        this.keys = keys;
        this.metrics = metrics;
        this.notifier = notifier;
        this.history = history;
        this.statistics = statistics;
        this.tables = tables;
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
        // All records of a batch are from one shard, so from one table.
        String table = changes.get(0).table();
        Optional<String> failed = table.equals(tables.log())
                // Push changes to clients before updating statistics, because clients wait for them.
                ? notifier.notifySubscribers(changes).or(() -> statistics.count(changes))
                : history.record(changes);
        return new StreamsEventResponse(
                failed.map(StreamsEventResponse.BatchItemFailure::new).stream().toList());
    }
}
