package dev.statecraft.testing.dynamo;

import dev.statecraft.runtime.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** How the model behaves beyond what DynamoDB Local shows. Settings are immutable. */
public final class ModelSettings {

    private final Clock clock;
    private final Ticker ticker;
    private final RandomGenerator random;
    private Interleaving interleaving = Interleaving.NONE;
    private boolean tornTransactions;
    private Duration replicaLag = Duration.ZERO;
    private Duration indexLag = Duration.ZERO;
    private double readUnitsPerSecond;
    private double writeUnitsPerSecond;
    private Duration expiryDelay = Duration.ZERO;
    private int shards = 1;
    private int splitAfter;
    private boolean shuffledBatches;

    private ModelSettings(Clock clock, Ticker ticker, RandomGenerator random) {
        this.clock = clock;
        this.ticker = ticker;
        this.random = random;
    }

    /** As DynamoDB Local: no lag, no conflicts, no limits of throughput, one shard. */
    public static ModelSettings likeLocal() {
        return likeLocal(Clock.systemUTC(), Ticker.system(), new SplittableRandom(0));
    }

    /** As {@link #likeLocal()} with another time and chance. */
    public static ModelSettings likeLocal(Clock clock, Ticker ticker, RandomGenerator random) {
        return new ModelSettings(clock, ticker, random);
    }

    /** A copy after a change. */
    private ModelSettings with(Consumer<ModelSettings> change) {
        ModelSettings changed = new ModelSettings(clock, ticker, random);
        changed.interleaving = interleaving;
        changed.tornTransactions = tornTransactions;
        changed.replicaLag = replicaLag;
        changed.indexLag = indexLag;
        changed.readUnitsPerSecond = readUnitsPerSecond;
        changed.writeUnitsPerSecond = writeUnitsPerSecond;
        changed.expiryDelay = expiryDelay;
        changed.shards = shards;
        changed.splitAfter = splitAfter;
        changed.shuffledBatches = shuffledBatches;
        change.accept(changed);
        return changed;
    }

    /** With transactions in steps, so that others may conflict with them. */
    public ModelSettings withInterleaving(Interleaving between, boolean torn) {
        return with(changed -> {
            changed.interleaving = between;
            changed.tornTransactions = torn;
        });
    }

    /** With replicas and global indexes that are at most so late. */
    public ModelSettings withLag(Duration replicas, Duration indexes) {
        return with(changed -> {
            changed.replicaLag = replicas;
            changed.indexLag = indexes;
        });
    }

    /** With limited capacity of each partition key; AWS grants 3,000 read and 1,000 write units. */
    public ModelSettings withThroughput(double readUnits, double writeUnits) {
        return with(changed -> {
            changed.readUnitsPerSecond = readUnits;
            changed.writeUnitsPerSecond = writeUnits;
        });
    }

    /** With expired items that stay readable for at most so long. */
    public ModelSettings withExpiryDelay(Duration longest) {
        return with(changed -> changed.expiryDelay = longest);
    }

    /** With streams of several shards that are split after a number of records; zero for never. */
    public ModelSettings withShards(int first, int splitAfterRecords) {
        return with(changed -> {
            changed.shards = first;
            changed.splitAfter = splitAfterRecords;
        });
    }

    /** With batch reads that return items in any order. */
    public ModelSettings withShuffledBatches() {
        return with(changed -> changed.shuffledBatches = true);
    }

    /** The time of day, for streams and expiry. */
    public Clock clock() {
        return clock;
    }

    /** Elapsed time, for lag, throughput and the memory of request tokens. */
    public Ticker ticker() {
        return ticker;
    }

    /**
     * Decides which replica answers, how long lag lasts, and what a dying caller's transaction does; used under the
     * model's lock.
     */
    public RandomGenerator random() {
        return random;
    }

    /** Called between the steps of transactions; with {@link Interleaving#NONE} they have no steps. */
    public Interleaving interleaving() {
        return interleaving;
    }

    /** Whether plain reads see a transaction's items change one after the other, as AWS allows. */
    public boolean tornTransactions() {
        return tornTransactions;
    }

    /** The longest time until an eventually consistent read sees a write; zero for none. */
    public Duration replicaLag() {
        return replicaLag;
    }

    /** The longest time until a global index shows a write; zero for none. */
    public Duration indexLag() {
        return indexLag;
    }

    /** Read capacity of each partition key; zero for unlimited. */
    public double readUnitsPerSecond() {
        return readUnitsPerSecond;
    }

    /** Write capacity of each partition key of a table or global index; zero for unlimited. */
    public double writeUnitsPerSecond() {
        return writeUnitsPerSecond;
    }

    /** The longest time between the expiry of an item and its deletion. */
    public Duration expiryDelay() {
        return expiryDelay;
    }

    /** The number of shards of a new stream. */
    public int shards() {
        return shards;
    }

    /** The number of records after which a shard is split; zero for never. */
    public int splitAfter() {
        return splitAfter;
    }

    /** Whether batch reads return items in any order, as AWS does. */
    public boolean shuffledBatches() {
        return shuffledBatches;
    }
}
