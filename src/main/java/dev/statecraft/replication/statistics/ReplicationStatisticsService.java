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
 * The seed's getReplicationStats. Every commit carries the sums of its space in the head; the stream of the heads adds
 * them up over the spaces, so that reading them costs the same however many spaces there are.
 */
@ApplicationScoped
public class ReplicationStatisticsService {

    private static final Logger LOG = Logger.getLogger(ReplicationStatisticsService.class);

    private static final int ATTEMPTS = 16;
    private static final long CONTENTION_MILLIS = 5;

    /** How long deliveries are pending before they are written down; what an instance may lose when it ends. */
    private static final Duration WRITE_INTERVAL = Duration.ofSeconds(2);

    private final ReplicationStatisticsStore store;
    private final Clock clock;
    private final Map<String, Deliveries> pending = new HashMap<>();

    public ReplicationStatisticsService(ReplicationStatisticsStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Deliveries that are not written down yet. */
    private record Deliveries(long count, long millis, long since) {}

    /**
     * The statistics of a game, as of the last commits that the stream has handed over: about a second ago.
     *
     * @param totalEntities entities that exist
     * @param totalStateHistory versions that are kept, the current ones counted
     * @param totalPendingUpdates updates that wait for somebody to decide
     * @param totalConflicts changes that had conflicts to resolve
     * @param totalPlayers players with a subscription
     * @param syncedPlayers those of them that have been sent their entities
     * @param averageReplicationLatency milliseconds from a commit to its delivery to a reader that was waiting for it;
     *     0 if there was none
     * @param totalCommits commits
     * @param compression what compression saves
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

    /** Bytes of all current states; {@code ratio} is stored to plain, 1 if there are none. */
    @Schema(name = "StateCompression")
    public record Compression(long plainBytes, long storedBytes, double ratio) {}

    /** The statistics of a game; about 1 RCU. */
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
     * Notes commits that reached a reader.
     *
     * @param count how many
     * @param millis how long each took from the commit, summed
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
     * Counts the heads that a batch of the log's stream tells of: for each space the last one. 1 RCU and 4 WCU a space.
     *
     * @return nothing if all is counted; otherwise the sequence number of the first record to deliver again
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
            LOG.warnf(e, "log batch of %d records from %s is to be delivered again", batch.size(), first);
            return Optional.of(first);
        }
    }

    private void count(Head head) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Space counted = store.counted(head.game(), head.space().name());
            if (counted.seq() >= head.space().seq() || store.count(head.game(), counted, head.space())) {
                return;
            }
        }
        throw new IllegalStateException("the sums are moved by others all the time");
    }

    /** What a comparison of the sums with the heads of all spaces found, and put right. */
    public record Reconciliation(long checked, long behind, long mended) {}

    /**
     * Compares what is counted of each space with its head, and counts what the stream has not brought. A space that was
     * never counted has no part in it. 2 RCU a space, and 4 WCU for each that is behind.
     *
     * @param timeLeft asked before each space
     */
    public Reconciliation reconcile(String game, BooleanSupplier timeLeft) {
        long checked = 0;
        long behind = 0;
        for (Space counted : store.countedSpaces(game)) {
            if (!timeLeft.getAsBoolean()) {
                return new Reconciliation(checked, behind, behind);
            }
            checked++;
            Space head = store.headOf(game, counted.name());
            if (head.seq() > counted.seq()) {
                behind++;
                count(new Head(game, head));
            }
        }
        return new Reconciliation(checked, behind, behind);
    }
}
