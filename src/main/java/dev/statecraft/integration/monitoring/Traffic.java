package dev.statecraft.integration.monitoring;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Request counts with a histogram of durations.
 *
 * @param requests number of completed requests
 * @param serverErrors number of responses with status 500 or higher
 * @param clientErrors number of responses with status 400 to 499
 * @param millis sum of the durations in milliseconds
 * @param buckets number of requests by duration; bucket {@code i} ends at {@code BOUNDS.get(i)}, inclusive, and the
 *     last bucket holds all longer requests
 */
public record Traffic(long requests, long serverErrors, long clientErrors, long millis, List<Long> buckets) {

    /** Upper bounds of the buckets in milliseconds, inclusive. */
    static final List<Long> BOUNDS = List.of(2L, 5L, 10L, 20L, 50L, 100L, 200L, 500L, 1_000L, 2_000L, 5_000L);

    /** Counts without a request. */
    public static final Traffic NONE = of(Map.of());

    /** Copies the buckets. */
    public Traffic {
        buckets = List.copyOf(buckets);
    }

    /** Returns the counts of one request with a status and a duration in milliseconds. */
    public static Traffic request(int status, long millis) {
        int bucket = 0;
        while (bucket < BOUNDS.size() && millis > BOUNDS.get(bucket)) {
            bucket++;
        }
        List<Long> buckets = new ArrayList<>(NONE.buckets);
        buckets.set(bucket, 1L);
        return new Traffic(1, status >= 500 ? 1 : 0, status >= 400 && status < 500 ? 1 : 0, millis, buckets);
    }

    /** Creates counts from the numbers by their stored names; missing numbers are 0. */
    static Traffic of(Map<String, Long> numbers) {
        List<Long> buckets = new ArrayList<>();
        for (int i = 0; i <= BOUNDS.size(); i++) {
            buckets.add(numbers.getOrDefault("h" + i, 0L));
        }
        return new Traffic(
                numbers.getOrDefault("rq", 0L),
                numbers.getOrDefault("er", 0L),
                numbers.getOrDefault("ce", 0L),
                numbers.getOrDefault("ms", 0L),
                buckets);
    }

    /** Returns the numbers by their stored names. */
    Map<String, Long> numbers() {
        Map<String, Long> numbers = new LinkedHashMap<>();
        numbers.put("rq", requests);
        numbers.put("er", serverErrors);
        numbers.put("ce", clientErrors);
        numbers.put("ms", millis);
        for (int i = 0; i < buckets.size(); i++) {
            numbers.put("h" + i, buckets.get(i));
        }
        return numbers;
    }

    /** Returns the sum of both counts. */
    Traffic plus(Traffic other) {
        return combined(other, 1);
    }

    /** Returns the counts that were added since earlier total counts. */
    Traffic minus(Traffic earlier) {
        return combined(earlier, -1);
    }

    private Traffic combined(Traffic other, int sign) {
        List<Long> sums = new ArrayList<>(buckets.size());
        for (int i = 0; i < buckets.size(); i++) {
            sums.add(buckets.get(i) + sign * other.buckets.get(i));
        }
        return new Traffic(
                requests + sign * other.requests,
                serverErrors + sign * other.serverErrors,
                clientErrors + sign * other.clientErrors,
                millis + sign * other.millis,
                sums);
    }

    /** Returns the mean duration in milliseconds, rounded to one decimal; 0 without a request. */
    double mean() {
        return requests == 0 ? 0 : Math.round(10.0 * millis / requests) / 10.0;
    }

    /**
     * Returns a percentile of the durations in milliseconds, rounded up to the bound of a bucket; 0 without a request,
     * and twice the highest bound if it is in the last bucket.
     *
     * @param fraction 0 to 1, such as 0.99 for p99
     */
    long percentile(double fraction) {
        long left = (long) Math.ceil(requests * fraction);
        for (int i = 0; i < BOUNDS.size(); i++) {
            left -= buckets.get(i);
            if (left <= 0) {
                return requests == 0 ? 0 : BOUNDS.get(i);
            }
        }
        return 2 * BOUNDS.get(BOUNDS.size() - 1);
    }
}
