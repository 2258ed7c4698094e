package dev.statecraft.combining;

import dev.statecraft.table.ContentionException;
import dev.statecraft.table.PackedNumber;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which requests of a queue are done. Each combined write replaces the state of the last one, in the same transaction.
 *
 * @param generation number of the last write; 0 before the first one
 * @param at time of the last write, Unix milliseconds
 * @param cycleMillis smoothed time between two writes
 * @param combined number of requests of the last write
 * @param next the writer that combines next; 0 if no request was left
 * @param forgotten outcomes up to this time were dropped, Unix milliseconds. Earlier intents may have been done.
 * @param outcomes the last outcome of each writer
 */
record QueueState(
        long generation,
        long at,
        long cycleMillis,
        int combined,
        long next,
        long forgotten,
        Map<Long, Outcome> outcomes) {

    static final QueueState NONE = new QueueState(0, 0, 0, 0, 0, 0, Map.of());

    /** How long the bytes of an outcome are stored, several times as long as a writer waits. */
    private static final long BYTES_MILLIS = 60_000;

    private static final int EXPIRED = -1;

    /** Longer pauses between two writes are no cycle. */
    private static final long LONGEST_CYCLE_MILLIS = 1_000;

    /**
     * The outcome of the last request of a writer that is done.
     *
     * @param number number of the request
     * @param at when it was done, and not before it was submitted, Unix milliseconds
     * @param expired whether the bytes were dropped, because the writer has long given up
     * @param bytes the outcome in the form of the queue's user; empty if the request was returned: it had no effect, and
     *     its writer decides
     */
    record Outcome(long number, long at, boolean expired, ByteBuffer bytes) {

        Outcome(long number, long at, ByteBuffer bytes) {
            this(number, at, false, bytes);
        }

        /** Without the bytes if they are older than {@link #BYTES_MILLIS}; the number stays, so nothing is done twice. */
        Outcome shortened(long now) {
            return at < now - BYTES_MILLIS && bytes.hasRemaining()
                    ? new Outcome(number, at, true, ByteBuffer.allocate(0))
                    : this;
        }
    }

    QueueState {
        outcomes = Collections.unmodifiableMap(new TreeMap<>(outcomes));
    }

    /**
     * The outcome of a request; empty if it is not done.
     *
     * @throws ContentionException if the outcome has expired
     */
    Optional<ByteBuffer> outcomeOf(Intent intent) {
        Outcome last = outcomes.get(intent.writer());
        if (last == null || last.number() < intent.number()) {
            return Optional.empty();
        }
        if (last.number() == intent.number() && last.expired()) {
            throw new ContentionException("a request was done, but its instance stalled until the outcome had expired");
        }
        return Optional.of(last.number() == intent.number() ? last.bytes() : ByteBuffer.allocate(0));
    }

    private boolean isDone(Intent intent) {
        Outcome last = outcomes.get(intent.writer());
        return last != null && last.number() >= intent.number();
    }

    /** The requests that are not done, in their order. */
    List<Intent> waiting(List<Intent> intents) {
        return intents.stream()
                .filter(intent -> !isDone(intent))
                .sorted(Intent.ORDER)
                .toList();
    }

    /**
     * The state after a write.
     *
     * @param waiting the requests that were waiting, in order
     * @param done the outcomes of the first of them
     * @param retentionMillis older outcomes are dropped
     */
    QueueState after(List<Intent> waiting, List<ByteBuffer> done, QueueTime time, long retentionMillis) {
        Map<Long, Outcome> all = new TreeMap<>();
        long dropped = forgotten;
        for (Map.Entry<Long, Outcome> outcome : outcomes.entrySet()) {
            if (outcome.getValue().at() < time.earlier() - retentionMillis) {
                dropped = Math.max(dropped, outcome.getValue().at());
            } else {
                all.put(outcome.getKey(), outcome.getValue().shortened(time.earlier()));
            }
        }
        for (int i = 0; i < done.size(); i++) {
            Intent intent = waiting.get(i);
            all.put(intent.writer(), new Outcome(intent.number(), Math.max(time.later(), intent.at()), done.get(i)));
        }
        long cycle = time.now() - at;
        return new QueueState(
                generation + 1,
                time.now(),
                cycle < 0 || cycle > LONGEST_CYCLE_MILLIS ? cycleMillis : (3 * cycleMillis + cycle) / 4,
                done.size(),
                done.size() < waiting.size() ? waiting.get(done.size()).writer() : 0,
                dropped,
                all);
    }

    /** When the last outcome was stored, Unix milliseconds. */
    long latest() {
        return outcomes.values().stream().mapToLong(Outcome::at).reduce(at, Math::max);
    }

    /**
     * The outcomes as they are stored. For each writer: its id in 8 bytes; the number, the difference of its time to
     * {@link #at} and the length of the outcome, -1 if it has expired, as numbers of variable length; the outcome.
     */
    byte[] packedOutcomes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        outcomes.forEach((writer, outcome) -> {
            out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(writer).array());
            PackedNumber.write(out, outcome.number());
            PackedNumber.write(out, at - outcome.at());
            PackedNumber.write(
                    out, outcome.expired() ? EXPIRED : outcome.bytes().remaining());
            byte[] bytes = new byte[outcome.bytes().remaining()];
            outcome.bytes().duplicate().get(bytes);
            out.writeBytes(bytes);
        });
        return out.toByteArray();
    }

    /** Reads the bytes that {@link #packedOutcomes} wrote for a state of a time. */
    static Map<Long, Outcome> unpackOutcomes(byte[] packed, long at) {
        ByteBuffer in = ByteBuffer.wrap(packed);
        Map<Long, Outcome> outcomes = new TreeMap<>();
        while (in.hasRemaining()) {
            long writer = in.getLong();
            long number = PackedNumber.read(in);
            long outcomeAt = at - PackedNumber.read(in);
            int length = Math.toIntExact(PackedNumber.read(in));
            byte[] bytes = new byte[Math.max(0, length)];
            in.get(bytes);
            outcomes.put(writer, new Outcome(number, outcomeAt, length == EXPIRED, ByteBuffer.wrap(bytes)));
        }
        return outcomes;
    }
}
