package dev.statecraft.testing.dynamo;

import dev.statecraft.runtime.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * How the model behaves beyond what DynamoDB Local shows.
 *
 * @param clock the time of day, for streams and expiry
 * @param ticker elapsed time, for lag, throughput and the memory of request tokens
 * @param random decides which replica answers, how long lag lasts, and what a dying caller's transaction does; used
 *     under the model's lock
 * @param interleaving called between the steps of transactions; with {@link Interleaving#NONE} they have no steps
 * @param tornTransactions whether plain reads see a transaction's items change one after the other, as AWS allows
 * @param replicaLag the longest time until an eventually consistent read sees a write; zero for none
 * @param indexLag the longest time until a global index shows a write; zero for none
 * @param readUnitsPerSecond read capacity of each partition key; zero for unlimited
 * @param writeUnitsPerSecond write capacity of each partition key of a table or global index; zero for unlimited
 * @param expiryDelay the longest time between the expiry of an item and its deletion
 * @param shards the number of shards of a new stream
 * @param splitAfter the number of records after which a shard is split; zero for never
 * @param shuffledBatches whether batch reads return items in any order, as AWS does
 */
public record ModelSettings(
        Clock clock,
        Ticker ticker,
        RandomGenerator random,
        Interleaving interleaving,
        boolean tornTransactions,
        Duration replicaLag,
        Duration indexLag,
        double readUnitsPerSecond,
        double writeUnitsPerSecond,
        Duration expiryDelay,
        int shards,
        int splitAfter,
        boolean shuffledBatches) {

    /** As DynamoDB Local: no lag, no conflicts, no limits of throughput, one shard. */
    public static ModelSettings likeLocal() {
        return likeLocal(Clock.systemUTC(), Ticker.system(), new SplittableRandom(0));
    }

    /** As {@link #likeLocal()} with another time and chance. */
    public static ModelSettings likeLocal(Clock clock, Ticker ticker, RandomGenerator random) {
        return new ModelSettings(
                clock,
                ticker,
                random,
                Interleaving.NONE,
                false,
                Duration.ZERO,
                Duration.ZERO,
                0,
                0,
                Duration.ZERO,
                1,
                0,
                false);
    }

    /** With transactions in steps, so that others may conflict with them. */
    public ModelSettings withInterleaving(Interleaving between, boolean torn) {
        return new ModelSettings(
                clock,
                ticker,
                random,
                between,
                torn,
                replicaLag,
                indexLag,
                readUnitsPerSecond,
                writeUnitsPerSecond,
                expiryDelay,
                shards,
                splitAfter,
                shuffledBatches);
    }

    /** With replicas and global indexes that are at most so late. */
    public ModelSettings withLag(Duration replicas, Duration indexes) {
        return new ModelSettings(
                clock,
                ticker,
                random,
                interleaving,
                tornTransactions,
                replicas,
                indexes,
                readUnitsPerSecond,
                writeUnitsPerSecond,
                expiryDelay,
                shards,
                splitAfter,
                shuffledBatches);
    }

    /** With limited capacity of each partition key; AWS grants 3,000 read and 1,000 write units. */
    public ModelSettings withThroughput(double readUnits, double writeUnits) {
        return new ModelSettings(
                clock,
                ticker,
                random,
                interleaving,
                tornTransactions,
                replicaLag,
                indexLag,
                readUnits,
                writeUnits,
                expiryDelay,
                shards,
                splitAfter,
                shuffledBatches);
    }

    /** With expired items that stay readable for at most so long. */
    public ModelSettings withExpiryDelay(Duration longest) {
        return new ModelSettings(
                clock,
                ticker,
                random,
                interleaving,
                tornTransactions,
                replicaLag,
                indexLag,
                readUnitsPerSecond,
                writeUnitsPerSecond,
                longest,
                shards,
                splitAfter,
                shuffledBatches);
    }

    /** With streams of several shards that are split after a number of records; zero for never. */
    public ModelSettings withShards(int first, int splitAfterRecords) {
        return new ModelSettings(
                clock,
                ticker,
                random,
                interleaving,
                tornTransactions,
                replicaLag,
                indexLag,
                readUnitsPerSecond,
                writeUnitsPerSecond,
                expiryDelay,
                first,
                splitAfterRecords,
                shuffledBatches);
    }

    /** With batch reads that return items in any order. */
    public ModelSettings withShuffledBatches() {
        return new ModelSettings(
                clock,
                ticker,
                random,
                interleaving,
                tornTransactions,
                replicaLag,
                indexLag,
                readUnitsPerSecond,
                writeUnitsPerSecond,
                expiryDelay,
                shards,
                splitAfter,
                true);
    }
}
