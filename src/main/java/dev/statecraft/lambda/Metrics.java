package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.events.DynamodbEvent.DynamodbStreamRecord;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.table.Counters;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of a function call, as one log line in CloudWatch's embedded metric format. CloudWatch extracts the metrics
 * from the log, so no request is needed. The only dimension is the stack: CloudWatch bills each combination of metric and
 * dimension that receives data in an hour, and a stack has a dozen functions. The name of the function is a field of the
 * line. A call without values writes no line, so an idle stack has no custom metrics.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html">Embedded
 *     metric format</a>
 */
@ApplicationScoped
public class Metrics {

    /** Namespace of the metrics. */
    public static final String NAMESPACE = "Statecraft";

    /** Name of the only dimension. */
    public static final String DIMENSION = "Stack";

    private static final String REQUESTS = "Requests";
    private static final String ERRORS = "Errors";
    private static final String REFUSED = "Refused";
    private static final String VERSION_CONFLICTS = "VersionConflicts";
    private static final String THROTTLED = "Throttled";
    private static final String LATENCY = "LatencyMillis";
    private static final String STREAM_RECORDS = "StreamRecords";
    private static final String STREAM_FAILURES = "StreamFailures";
    private static final String STREAM_LAG = "StreamLagMillis";

    /** Names of all metrics. */
    public static final Set<String> NAMES = Set.of(
            REQUESTS,
            ERRORS,
            REFUSED,
            VERSION_CONFLICTS,
            THROTTLED,
            LATENCY,
            STREAM_RECORDS,
            STREAM_FAILURES,
            STREAM_LAG,
            Counters.COMMIT_RETRIES,
            Counters.CONFLICTS,
            Counters.MIGRATED_RECORDS,
            Counters.RANK_DRIFT,
            Counters.WAKE_UP_FAILURES);

    private static final String MILLIS = "Millis";

    private final MetricsConfig config;
    private final Counters counters;
    private final Clock clock;

    Metrics(MetricsConfig config, Counters counters, Clock clock) {
        this.config = config;
        this.counters = counters;
        this.clock = clock;
    }

    /** Records a request. */
    void recordRequest(int status, long tookNanos) {
        Map<String, Double> values = new TreeMap<>();
        values.put(REQUESTS, 1.0);
        values.put(LATENCY, tookNanos / 1e6);
        // Zeros are written as well, so that an alarm can distinguish "no errors" from "no data".
        values.put(ERRORS, status >= 500 ? 1.0 : 0);
        values.put(REFUSED, status >= 400 && status < 500 ? 1.0 : 0);
        values.put(VERSION_CONFLICTS, status == 409 ? 1.0 : 0);
        values.put(THROTTLED, status == 429 || status == 503 ? 1.0 : 0);
        write(values);
    }

    /** Records a batch of a stream; {@code failed} if a part of it is delivered again. */
    void recordBatch(List<DynamodbStreamRecord> records, boolean failed) {
        Map<String, Double> values = new TreeMap<>();
        values.put(STREAM_RECORDS, (double) records.size());
        values.put(STREAM_FAILURES, failed ? 1.0 : 0);
        records.stream()
                .map(record -> record.getDynamodb().getApproximateCreationDateTime())
                .filter(Objects::nonNull)
                .map(Date::getTime)
                .min(Long::compare)
                .ifPresent(oldest -> values.put(STREAM_LAG, (double) Math.max(0, clock.millis() - oldest)));
        write(values);
    }

    /** Writes the counters after a scheduled step or a step of a migration. */
    void flush() {
        write(new TreeMap<>());
    }

    private void write(Map<String, Double> values) {
        counters.take().forEach((name, amount) -> values.put(name, amount.doubleValue()));
        String line = config.enabled() ? line(config.stack(), config.function(), values, clock.millis()) : null;
        if (line != null) {
            System.out.println(line);
        }
    }

    /** The log line of some values; null if there are none. */
    static @Nullable String line(String stack, String function, Map<String, Double> values, long atMillis) {
        if (values.isEmpty()) {
            return null;
        }
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        ObjectNode aws = line.putObject("_aws").put("Timestamp", atMillis);
        ObjectNode metrics = aws.putArray("CloudWatchMetrics").addObject().put("Namespace", NAMESPACE);
        metrics.putArray("Dimensions").addArray().add(DIMENSION);
        ArrayNode names = metrics.putArray("Metrics");
        line.put(DIMENSION, stack).put("FunctionName", function);
        values.forEach((name, value) -> {
            names.addObject().put("Name", name).put("Unit", name.endsWith(MILLIS) ? "Milliseconds" : "Count");
            line.put(name, value);
        });
        return line.toString();
    }
}
