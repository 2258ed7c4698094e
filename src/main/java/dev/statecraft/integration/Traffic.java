package dev.statecraft.integration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is counted of requests.
 *
 * @param requests how many were answered
 * @param errors those answered with a status of 500 and more
 * @param refused those answered with a status of 400 to 499
 * @param millis how long all took, summed
 * @param buckets how many took at most so long as {@link #BOUNDS} says, and not as the bucket before; the last one has
 *     those that took longer
 */
public record Traffic(long requests, long errors, long refused, long millis, List<Long> buckets) {

    /** Milliseconds. */
    static final List<Long> BOUNDS = List.of(2L, 5L, 10L, 20L, 50L, 100L, 200L, 500L, 1_000L, 2_000L, 5_000L);

    /** Nothing. */
    public static final Traffic NONE = of(Map.of());

    /** Copies the buckets. */
    public Traffic {
        buckets = List.copyOf(buckets);
    }

    /** One request. */
    public static Traffic request(int status, long millis) {
        int bucket = 0;
        while (bucket < BOUNDS.size() && millis > BOUNDS.get(bucket)) {
            bucket++;
        }
        Map<String, Long> numbers = new LinkedHashMap<>();
        numbers.put("rq", 1L);
        numbers.put("er", status >= 500 ? 1L : 0);
        numbers.put("ce", status >= 400 && status < 500 ? 1L : 0);
        numbers.put("ms", millis);
        numbers.put("h" + bucket, 1L);
        return of(numbers);
    }

    /** The numbers by the names they are stored under; what is missing is 0. */
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

    /** The numbers by the names they are stored under. */
    Map<String, Long> numbers() {
        Map<String, Long> numbers = new LinkedHashMap<>();
        numbers.put("rq", requests);
        numbers.put("er", errors);
        numbers.put("ce", refused);
        numbers.put("ms", millis);
        for (int i = 0; i < buckets.size(); i++) {
            numbers.put("h" + i, buckets.get(i));
        }
        return numbers;
    }

    /** Both together. */
    Traffic plus(Traffic other) {
        return combined(other, 1);
    }

    /** What came since. */
    Traffic since(Traffic earlier) {
        return combined(earlier, -1);
    }

    private Traffic combined(Traffic other, int sign) {
        Map<String, Long> sum = new LinkedHashMap<>();
        Map<String, Long> others = other.numbers();
        numbers().forEach((name, value) -> sum.put(name, value + sign * others.getOrDefault(name, 0L)));
        return of(sum);
    }

    /** Milliseconds on average, 0 if there was no request. */
    double mean() {
        return requests == 0 ? 0 : Math.round(10.0 * millis / requests) / 10.0;
    }

    /**
     * Milliseconds within which a part of the requests was answered, to the bound of a bucket.
     *
     * @param part 0 to 1
     */
    long within(double part) {
        long left = (long) Math.ceil(requests * part);
        for (int i = 0; i < BOUNDS.size(); i++) {
            left -= buckets.get(i);
            if (left <= 0) {
                return requests == 0 ? 0 : BOUNDS.get(i);
            }
        }
        return 2 * BOUNDS.get(BOUNDS.size() - 1);
    }
}
