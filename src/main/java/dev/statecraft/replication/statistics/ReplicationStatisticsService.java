package dev.statecraft.replication.statistics;

import dev.statecraft.replication.state.Space;
import dev.statecraft.replication.statistics.ReplicationStatisticsStore.Head;
import dev.statecraft.replication.statistics.ReplicationStatisticsStore.Sum;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jboss.logging.Logger;

/**
 * Replication statistics of a game. Every commit updates the counters in the head of its space. The stream of the
 * heads adds the differences to the counters of the game, so the cost of a read does not depend on the number of
 * spaces. Implements {@code getReplicationStats} of the original Luau API.
 */
@ApplicationScoped
public class ReplicationStatisticsService {

    private static final Logger LOG = Logger.getLogger(ReplicationStatisticsService.class);

    private static final int ATTEMPTS = 16;
    private static final long CONTENTION_MILLIS = 5;

    /** Minimum interval between writes of deliveries. An instance that ends loses the deliveries it has not written. */
    private static final Duration WRITE_INTERVAL = Duration.ofSeconds(2);

    private final ReplicationStatisticsStore store;
    private final Clock clock;
    private final Backoff backoff;
    private final Map<String, Deliveries> pending = new HashMap<>();

    public ReplicationStatisticsService(ReplicationStatisticsStore store, Clock clock, Backoff backoff) {
        this.store = store;
        this.clock = clock;
        this.backoff = backoff;
    }

    /** Deliveries of this instance that are not written yet. */
    private record Deliveries(long count, long millis, long since) {}

    /**
     * Replication statistics of a game. They lag behind the commits by about a second.
     *
     * @param totalEntities number of existing entities
     * @param totalStateHistory number of stored versions, including the current ones
     * @param totalPendingUpdates number of parked conflicts
     * @param totalConflicts number of versions with conflicts
     * @param totalPlayers number of players with a subscription
     * @param syncedPlayers number of these players whose entities were sent to them
     * @param averageReplicationLatency average time in milliseconds from a commit to its delivery to a waiting client;
     *     0 without a delivery
     * @param totalCommits number of commits
     * @param compression sizes of the stored states
     */
    @Schema(name = "ReplicationStatistics")
    public record Statistics(
            long totalEntities,
            long totalStateHistory,
            long totalPendingUpdates,
            long totalConflicts,
            long totalPlayers,
            long syncedPlayers,
            double averageReplicationLatency,
            long totalCommits,
            Compression compression) {}

    /** Bytes of all current states. {@code ratio} is stored bytes divided by plain bytes, 1 without states. */
    @Schema(name = "StateCompression")
    public record Compression(long plainBytes, long storedBytes, double ratio) {}

    /** Returns the statistics of a game. Cost: about 1 RCU. */
    public Statistics of(String game) {
        Map<Sum, Long> sums = new HashMap<>(store.read(game));
        synchronized (pending) {
            Deliveries own = pending.get(game);
            if (own != null) {
                sums.merge(Sum.DELIVERIES, own.count(), Long::sum);
                sums.merge(Sum.DELIVERY_MILLIS, own.millis(), Long::sum);
            }
        }
        long deliveries = sums.getOrDefault(Sum.DELIVERIES, 0L);
        long plain = sums.getOrDefault(Sum.PLAIN_BYTES, 0L);
        long stored = sums.getOrDefault(Sum.STORED_BYTES, 0L);
        return new Statistics(
                sums.getOrDefault(Sum.ENTITIES, 0L),
                sums.getOrDefault(Sum.VERSIONS, 0L),
                sums.getOrDefault(Sum.PENDING, 0L),
                sums.getOrDefault(Sum.CONFLICTS, 0L),
                sums.getOrDefault(Sum.PLAYERS, 0L),
                sums.getOrDefault(Sum.SYNCED_PLAYERS, 0L),
                deliveries == 0 ? 0 : Math.round(10.0 * sums.getOrDefault(Sum.DELIVERY_MILLIS, 0L) / deliveries) / 10.0,
                sums.getOrDefault(Sum.COMMITS, 0L),
                new Compression(plain, stored, plain == 0 ? 1 : Math.round(1000.0 * stored / plain) / 1000.0));
    }

    /**
     * Counts deliveries of commits to clients. Cost: 1 WCU if the write interval has passed, else none.
     *
     * @param count number of delivered commits
     * @param millis sum of the times from commit to delivery in milliseconds
     */
    public void recordDeliveries(String game, long count, long millis) {
        if (count == 0) {
            return;
        }
        Deliveries due = null;
        synchronized (pending) {
            long now = clock.millis();
            Deliveries all = pending.merge(
                    game,
                    new Deliveries(count, millis, now),
                    (old, more) ->
                            new Deliveries(old.count() + more.count(), old.millis() + more.millis(), old.since()));
            if (now - all.since() >= WRITE_INTERVAL.toMillis()) {
                due = pending.remove(game);
            }
        }
        if (due != null) {
            store.add(game, Map.of(Sum.DELIVERIES, due.count(), Sum.DELIVERY_MILLIS, due.millis()));
        }
    }

    /**
     * Adds the heads in a batch of the commit log's stream to the counters; only the last head of each space is needed.
     * Cost: 1 RCU and 4 WCU per space.
     *
     * @return sequence number of the first record that must be delivered again; empty if all heads were counted
     */
    public Optional<String> count(List<ItemChange> batch) {
        Map<String, Head> last = new LinkedHashMap<>();
        try {
            for (ItemChange change : batch) {
                ReplicationStatisticsStore.head(change)
                        .ifPresent(head -> last.merge(
                                head.game() + "#" + head.space().name(),
                                head,
                                (old, next) -> next.space().seq() >= old.space().seq() ? next : old));
            }
            last.values().forEach(this::count);
            return Optional.empty();
        } catch (RuntimeException e) {
            String first = batch.get(0).sequence();
            LOG.warnf(
                    e, "Counters not updated; the batch is retried: %d records from sequence %s", batch.size(), first);
            return Optional.of(first);
        }
    }

    private void count(Head head) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Space counted = store.counted(head.game(), head.space().name());
            if (counted.seq() >= head.space().seq() || store.count(head.game(), counted, head.space())) {
                return;
            }
        }
        throw new IllegalStateException("the update of the counters lost the race " + ATTEMPTS + " times");
    }

    /**
     * Result of a reconciliation.
     *
     * @param checked number of compared spaces
     * @param uncounted number of spaces whose head was not counted yet
     * @param mended number of these spaces that were counted
     */
    public record Reconciliation(long checked, long uncounted, long mended) {}

    /**
     * Compares the counted head of each space with its current head, and counts the difference. A space that was never
     * counted is skipped. Cost: 2 RCU per space, and 4 WCU per space with a difference.
     *
     * @param timeLeft checked before each space; false ends the reconciliation
     */
    public Reconciliation reconcile(String game, BooleanSupplier timeLeft) {
        long checked = 0;
        long uncounted = 0;
        for (Space counted : store.countedSpaces(game)) {
            if (!timeLeft.getAsBoolean()) {
                return new Reconciliation(checked, uncounted, uncounted);
            }
            checked++;
            Space head = store.headOf(game, counted.name());
            if (head.seq() > counted.seq()) {
                uncounted++;
                count(new Head(game, head));
            }
        }
        return new Reconciliation(checked, uncounted, uncounted);
    }
}
