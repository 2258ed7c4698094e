package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.DynamodbEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
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
 * Where batches of the streams of entities and log enter: new versions go into the history, the heads of spaces into
 * the statistics, and open connections are told of commits they were not told of. Answers with the first record to be delivered again, so that what lies before it is not.
 */
@ApplicationScoped
@Named("state-stream")
public class StateStreamHandler implements RequestHandler<DynamodbEvent, StreamsEventResponse> {

    private final HistoryService history;
    private final ReplicationStatisticsService statistics;
    private final ConnectionNotifier notifier;
    private final TableNames tables;
    private final Metrics metrics;

    StateStreamHandler(
            HistoryService history,
            ReplicationStatisticsService statistics,
            ConnectionNotifier notifier,
            TableNames tables,
            Metrics metrics) {
        this.metrics = metrics;
        this.notifier = notifier;
        this.history = history;
        this.statistics = statistics;
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
        // A batch comes from one shard, so from one table.
        String table = changes.get(0).table();
        Optional<String> failed = table.equals(tables.log())
                // Players wait for news, nobody for numbers.
                ? notifier.notifySubscribers(changes).or(() -> statistics.count(changes))
                : history.record(changes);
        return new StreamsEventResponse(
                failed.map(StreamsEventResponse.BatchItemFailure::new).stream().toList());
    }
}
