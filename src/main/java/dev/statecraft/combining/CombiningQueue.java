package dev.statecraft.combining;

import dev.statecraft.combining.IntentStore.Queue;
import dev.statecraft.combining.Round.Combined;
import dev.statecraft.combining.Round.QueueWrite;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.ContentionException;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Combines the writes of many instances to the same items (flat combining: Hendler, Incze, Shavit, Tzafrir, SPAA 2010). A
 * writer stores its request as an intent. The writer of the oldest intent decides all waiting requests and writes them in
 * one transaction, which also stores the outcome of each. The others find their outcome.
 *
 * <p>Safety does not depend on who combines: each write has the condition that the state of the queue is the one that was
 * read, so a request is done at most once. If the first writer stops, another one combines after {@code takeover-after}.
 */
@ApplicationScoped
public class CombiningQueue {

    private static final Logger LOG = Logger.getLogger(CombiningQueue.class);

    /** A write of so many requests names a crowded queue, whose intents are not read to find the first one. */
    private static final int CROWD = 24;

    /** Intents deleted by one write. */
    private static final int DELETED_PER_WRITE = 4;

    private static final int WITHDRAWALS = 5;
    private static final ByteBuffer RETURNED = ByteBuffer.allocate(0);

    private final IntentStore intents;
    private final CombiningConfig config;
    private final Clock clock;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Deque<Writer> writers = new ConcurrentLinkedDeque<>();
    private final BusyQueues busy = new BusyQueues();

    public CombiningQueue(
            IntentStore intents, CombiningConfig config, Clock clock, Ticker ticker, RandomGenerator random) {
        this.intents = intents;
        this.config = config;
        this.clock = clock;
        this.ticker = ticker;
        this.random = random;
    }

    /** One of the writers of this instance. It has at most one request at a time. */
    private static final class Writer {

        private final long id;
        private long numbers;

        Writer(long id) {
            this.id = id;
        }

        Intent next(long at, @Nullable ByteBuffer payload) {
            return new Intent(id, ++numbers, at, payload);
        }
    }

    /** Runs the request of a writer that has no other request. */
    private <T> T asWriter(Function<Writer, T> request) {
        Writer free = writers.pollFirst();
        Writer writer = free == null ? new Writer(random.nextLong(1, Long.MAX_VALUE)) : free;
        T result = request.apply(writer);
        // A writer whose request failed is not used again: its request may still be done.
        writers.addFirst(writer);
        return result;
    }

    /** Result of waiting in a queue. Variants are listed in order of precedence. */
    private sealed interface Wait {}

    /** Another writer has done the request. */
    private record Done(ByteBuffer outcome) implements Wait {}

    /** The writer combines, on the queue that it has read. */
    private record First(Queue queue) implements Wait {}

    /** The time is over. */
    private record TimeOver() implements Wait {}

    /** Whether this instance recently met other writers of the items. */
    public boolean isBusy(QueueKey key) {
        return busy.isBusy(key, ticker.nanos());
    }

    /** Records that a write of this instance lost a race against another instance. */
    public void collided(QueueKey key) {
        met(key, false);
    }

    /** Whether a request can be combined. Larger ones write alone, {@link #inTurn}. */
    public boolean accepts(ByteBuffer payload) {
        return payload.remaining() <= config.intentBytes();
    }

    /**
     * Submits a request and returns when it is done. Cost: 1 WCU for each KB of the payload, about 3 reads, and the
     * request's share of a combined write.
     *
     * @param round decides and writes waiting requests if this instance is first
     * @param read reads the outcome that another instance stored; the bytes are empty if the request had no effect and
     *     this instance decides
     * @return empty if the time is over: nobody has done the request, and nobody will
     * @throws ContentionException if the time is over and another writer may still do the request
     */
    public <T> Optional<T> submit(QueueKey key, ByteBuffer payload, Round<T> round, Function<ByteBuffer, T> read) {
        return asWriter(writer -> submit(key, writer.next(clock.millis(), payload), round, read));
    }

    private <T> Optional<T> submit(QueueKey key, Intent own, Round<T> round, Function<ByteBuffer, T> read) {
        intents.put(key, own);
        Deadline deadline = longestWait();
        WaitingIntent waiting = waiting(own);
        while (true) {
            Wait wait = await(key, own, waiting, deadline);
            if (wait instanceof Done done) {
                return Optional.of(read.apply(done.outcome()));
            }
            if (wait instanceof TimeOver) {
                return withdraw(key, own).map(read);
            }
            Optional<T> result = combine(key, ((First) wait).queue(), waiting, round);
            if (result.isPresent()) {
                return result;
            }
        }
    }

    /**
     * Waits until earlier requests are done, and runs a write that cannot be combined. The write must be correct without
     * the turn, which only avoids lost races. Cost: 2 WCU and about 3 reads more than the write.
     */
    public <T> T inTurn(QueueKey key, Supplier<T> write) {
        return inTurn(key, longestWait(), write);
    }

    /** The same with another end of the wait. A write to several queues waits for all turns until one deadline. */
    public <T> T inTurn(QueueKey key, Deadline deadline, Supplier<T> write) {
        return asWriter(writer -> inTurn(key, writer.next(clock.millis(), null), deadline, write));
    }

    /** The end of a wait that starts now. */
    public Deadline longestWait() {
        return Deadline.in(ticker, config.longestWait());
    }

    private <T> T inTurn(QueueKey key, Intent own, Deadline deadline, Supplier<T> write) {
        intents.put(key, own);
        await(key, own, waiting(own), deadline);
        T result = write.get();
        endTurn(key, own);
        return result;
    }

    /** Lets the next writer continue. Without it, the next writer continues after {@code takeover-after}. */
    private void endTurn(QueueKey key, Intent own) {
        try {
            withdraw(key, own);
        } catch (RuntimeException e) {
            LOG.warnf(e, "the end of a turn in the queue of a %s was not stored", key.kind());
        }
    }

    private WaitingIntent waiting(Intent own) {
        long patience = config.takeoverAfter().toNanos();
        return new WaitingIntent(own, patience + random.nextLong(patience), ticker.nanos());
    }

    private Wait await(QueueKey key, Intent own, WaitingIntent waiting, Deadline deadline) {
        boolean readsIntents = !busy.isCrowded(key);
        while (true) {
            Optional<Queue> queue = readsIntents ? Optional.of(intents.read(key)) : Optional.empty();
            QueueState state = queue.map(Queue::state).orElseGet(() -> intents.state(key));
            long now = ticker.nanos();
            waiting.saw(state, now);
            queue.ifPresent(read -> waiting.saw(undone(read, own)));
            Optional<ByteBuffer> outcome = state.outcomeOf(own);
            if (outcome.isPresent()) {
                met(key, state.combined() >= CROWD);
                return new Done(outcome.get());
            }
            boolean takesOver = waiting.takesOver(now);
            boolean turn = takesOver || waiting.isFirst(state);
            if (deadline.passed()) {
                return new TimeOver();
            }
            if (turn && queue.isPresent()) {
                return new First(queue.get());
            }
            readsIntents = turn || waiting.needsIntents(state);
            if (!readsIntents) {
                ticker.sleep(pauseNanos(state));
            }
        }
    }

    /** The time until the next write is expected, and a random part of {@code poll}. */
    private long pauseNanos(QueueState state) {
        long poll = config.poll().toNanos();
        long left = Duration.ofMillis(state.at() + state.cycleMillis() - clock.millis())
                .toNanos();
        return Math.max(0, Math.min(left, config.longestPoll().toNanos() - poll)) + random.nextLong(poll / 2, 2 * poll);
    }

    /** Returns the result of the own request; empty if it is not done yet. */
    private <T> Optional<T> combine(QueueKey key, Queue queue, WaitingIntent waiting, Round<T> round) {
        Intent own = waiting.own();
        QueueTime time = time(queue, own);
        List<Intent> all = undone(queue, own);
        List<ByteBuffer> skipped = new ArrayList<>();
        // A turn before the own request, after a takeover: its writer stopped, or writes without the turn.
        while (all.get(skipped.size()).isTurn()) {
            skipped.add(RETURNED);
        }
        List<Intent> combined = all.stream()
                .skip(skipped.size())
                .takeWhile(intent -> !intent.isTurn())
                .limit(config.intentsPerWrite())
                .toList();
        Function<List<ByteBuffer>, QueueState> after = outcomes -> {
            List<ByteBuffer> done = new ArrayList<>(skipped);
            done.addAll(outcomes);
            return queue.state().after(all, done, time, retentionMillis());
        };
        QueueWrite write = new QueueWrite(
                outcomes -> intents.writing(key, queue.state(), after.apply(outcomes)),
                outcomes -> intents.write(key, queue.state(), after.apply(outcomes)));
        Round.RoundResult<T> outcome = round.combine(combined, write);
        waiting.restart(ticker.nanos());
        if (!(outcome instanceof Combined<T> done)) {
            met(key, false);
            ticker.sleep(random.nextLong(config.poll().toNanos()));
            return Optional.empty();
        }
        if (done.results().size() > 1) {
            met(key, done.results().size() >= CROWD);
        }
        deleteExpired(key, queue, time);
        for (int i = 0; i < done.results().size(); i++) {
            if (combined.get(i).writer() == own.writer()) {
                return Optional.of(done.results().get(i));
            }
        }
        return Optional.empty();
    }

    private QueueTime time(Queue queue, Intent own) {
        return QueueTime.of(clock.millis(), queue.intents(), own.writer());
    }

    private long retentionMillis() {
        return config.retention().toMillis();
    }

    /**
     * The requests that are not done, in order, with the own one. Older intents are remains of instances that stopped,
     * whose outcomes may have been dropped. The own intent may be among them if the clock of this instance is wrong.
     */
    private List<Intent> undone(Queue queue, Intent own) {
        QueueState state = queue.state();
        long oldest = Math.max(state.forgotten() + 1, clock.millis() - retentionMillis() / 2);
        return state.waiting(Stream.concat(
                        Stream.of(own),
                        queue.intents().stream()
                                .filter(intent -> intent.writer() != own.writer() && intent.at() >= oldest))
                .toList());
    }

    /** A failure does not fail the request, which is done. */
    private void deleteExpired(QueueKey key, Queue queue, QueueTime time) {
        try {
            queue.intents().stream()
                    .filter(intent -> intent.at() < time.earlier() - retentionMillis())
                    .limit(DELETED_PER_WRITE)
                    .forEach(intent -> intents.delete(key, intent));
        } catch (RuntimeException e) {
            LOG.warnf(e, "expired intents in the queue of a %s were not deleted", key.kind());
        }
    }

    /**
     * Ends the wait of this instance, so that nobody does its request later.
     *
     * @return the outcome if another writer has done the request
     * @throws ContentionException if other writers won every race
     */
    private Optional<ByteBuffer> withdraw(QueueKey key, Intent own) {
        for (int attempt = 0; attempt < WITHDRAWALS; attempt++) {
            Queue queue = intents.read(key);
            Optional<ByteBuffer> outcome = queue.state().outcomeOf(own);
            if (outcome.isPresent()) {
                return outcome;
            }
            List<Intent> order = new ArrayList<>(undone(queue, own));
            order.remove(own);
            order.add(0, own);
            QueueState after = queue.state().after(order, List.of(RETURNED), time(queue, own), retentionMillis());
            if (intents.write(key, queue.state(), after)) {
                return Optional.empty();
            }
        }
        throw new ContentionException("a request could not be withdrawn from the queue of a " + key.kind());
    }

    private void met(QueueKey key, boolean crowded) {
        busy.met(key, ticker.nanos() + config.busyFor().toNanos(), crowded);
    }
}
