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
 * What a call of a function comes to, in numbers, as one line in CloudWatch's embedded metric format: CloudWatch makes metrics
 * of what functions log, so there is no request to make and nothing to wait for. The only dimension is the function. A call
 * that has nothing to tell writes nothing.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html">Embedded
 *     metric format</a>
 */
@ApplicationScoped
public class Metrics {

    /** What the metrics are found under. */
    public static final String NAMESPACE = "Statecraft";

    private static final String REQUESTS = "Requests";
    private static final String ERRORS = "Errors";
    private static final String REFUSED = "Refused";
    private static final String VERSION_CONFLICTS = "VersionConflicts";
    private static final String THROTTLED = "Throttled";
    private static final String LATENCY = "LatencyMillis";
    private static final String STREAM_RECORDS = "StreamRecords";
    private static final String STREAM_FAILURES = "StreamFailures";
    private static final String STREAM_LAG = "StreamLagMillis";

    /** All there are. */
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
            Counters.RANK_DRIFT);

    private static final String MILLIS = "Millis";

    private final MetricsConfig config;
    private final Counters counters;
    private final Clock clock;

    Metrics(MetricsConfig config, Counters counters, Clock clock) {
        this.config = config;
        this.counters = counters;
        this.clock = clock;
    }

    /** A request was answered. */
    void answered(int status, long startedNanos) {
        Map<String, Double> values = new TreeMap<>();
        values.put(REQUESTS, 1.0);
        values.put(LATENCY, (System.nanoTime() - startedNanos) / 1e6);
        // Zeros are told as well, so that an alarm can tell that all is well from that nothing is known.
        values.put(ERRORS, status >= 500 ? 1.0 : 0);
        values.put(REFUSED, status >= 400 && status < 500 ? 1.0 : 0);
        values.put(VERSION_CONFLICTS, status == 409 ? 1.0 : 0);
        values.put(THROTTLED, status == 429 || status == 503 ? 1.0 : 0);
        tell(values);
    }

    /** A batch of a stream was taken, or some of it is to be delivered again. */
    void consumed(List<DynamodbStreamRecord> records, boolean failed) {
        Map<String, Double> values = new TreeMap<>();
        values.put(STREAM_RECORDS, (double) records.size());
        values.put(STREAM_FAILURES, failed ? 1.0 : 0);
        records.stream()
                .map(record -> record.getDynamodb().getApproximateCreationDateTime())
                .filter(Objects::nonNull)
                .map(Date::getTime)
                .min(Long::compare)
                .ifPresent(oldest -> values.put(STREAM_LAG, (double) Math.max(0, clock.millis() - oldest)));
        tell(values);
    }

    /** A step by the clock, of a migration or of a socket was done; what was counted meanwhile is told. */
    void stepped() {
        tell(new TreeMap<>());
    }

    private void tell(Map<String, Double> values) {
        counters.take().forEach((name, amount) -> values.put(name, amount.doubleValue()));
        String line = config.enabled() ? line(config.function(), values, clock.millis()) : null;
        if (line != null) {
            System.out.println(line);
        }
    }

    /** The line for some values; null if there are none. */
    static @Nullable String line(String function, Map<String, Double> values, long atMillis) {
        if (values.isEmpty()) {
            return null;
        }
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        ObjectNode aws = line.putObject("_aws").put("Timestamp", atMillis);
        ObjectNode metrics = aws.putArray("CloudWatchMetrics").addObject().put("Namespace", NAMESPACE);
        metrics.putArray("Dimensions").addArray().add("FunctionName");
        ArrayNode names = metrics.putArray("Metrics");
        line.put("FunctionName", function);
        values.forEach((name, value) -> {
            names.addObject().put("Name", name).put("Unit", name.endsWith(MILLIS) ? "Milliseconds" : "Count");
            line.put(name, value);
        });
        return line.toString();
    }
}
