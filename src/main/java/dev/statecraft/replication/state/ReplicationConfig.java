package dev.statecraft.replication.state;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Configuration of state replication. The first six options are REPLICATION_CONFIG of the original Luau API. */
@ConfigMapping(prefix = "statecraft.replication")
public interface ReplicationConfig {

    /** Maximum number of stored versions of an entity, including the current one. */
    @WithDefault("100")
    int maxStateHistory();

    /** Interval at which a waiting request checks for changes, and the shortest {@code nextPollMillis}. */
    @WithDefault("100ms")
    Duration replicationInterval();

    /** How long a conflict stays parked before the fallback strategy resolves it. */
    @WithDefault("5s")
    Duration conflictResolutionTimeout();

    /** Whether states of at least {@link #compressionThresholdBytes()} are compressed. */
    @WithDefault("true")
    boolean stateCompression();

    /** Whether earlier versions of entities are stored. */
    @WithDefault("true")
    boolean versionControl();

    /** Maximum number of updates in one sync. A request with more updates is rejected with 429. */
    @WithDefault("50")
    int maxPendingUpdates();

    /** Maximum number of updates in one transaction, at most 33. A request with more updates is rejected with 400. */
    @WithDefault("20")
    int maxTransactionUpdates();

    /** States and commits smaller than this are stored uncompressed, in bytes. */
    @WithDefault("256")
    int compressionThresholdBytes();

    /** How long a commit stays in the commit log. A client with an older cursor receives a snapshot. */
    @WithDefault("7d")
    Duration logRetention();

    /** Maximum attempts of a commit that loses to concurrent writers; then the request fails with 503. */
    @WithDefault("100")
    int commitAttempts();

    /** How many mutation receipts an entity keeps. */
    Receipts receipts();

    /**
     * How many mutation receipts an entity keeps. Within {@code window}, a repeated mutation is recognized if fewer
     * than {@code most} other mutations were applied to the entity since. After the window it is recognized if fewer
     * than {@code least} were.
     */
    interface Receipts {
        /** Minimum number of receipts kept, regardless of their age. */
        @WithDefault("16")
        int least();

        /** Receipts younger than this are kept, up to {@code most}. */
        @WithDefault("1m")
        Duration window();

        /** Maximum number of receipts kept; at most 1,000, which take about 17 KB of the entity's item. */
        @WithDefault("1000")
        int most();
    }

    /** Maximum time that a request waits for changes. */
    @WithDefault("20s")
    Duration longestWait();

    /**
     * Request rate per minute at which {@code nextPollMillis} paces a client. A Roblox server may send 500 in total.
     */
    @WithDefault("480")
    int requestsPerMinute();

    /**
     * Maximum bytes of states and changes, as plain text, in a response or a page of a list. The remaining changes
     * follow with {@code more}, the remaining items of a list with {@code nextCursor}. Lambda limits a response to 6 MB.
     */
    @WithDefault("3000000")
    long answerBytes();

    /**
     * Number of states or conflicts that a list reads per request, at most 100. With the default, the largest states
     * fit into the 16 MB of a response of DynamoDB.
     */
    @WithDefault("40")
    int statesPerRead();

    /** Maximum number of spaces in one sync. */
    @WithDefault("32")
    int spacesPerSync();

    /** Maximum number of entities that a player can be subscribed to. */
    @WithDefault("1000")
    int playerEntities();

    /**
     * Maximum number of spaces in the cursor of a player feed. Must be twice {@link #playerEntities()}, which is enough
     * for a player whose entities are all in different spaces and who has just unsubscribed from as many. A cursor with
     * more spaces is not issued; the feed resyncs instead.
     */
    @WithDefault("2000")
    int playerCursorSpaces();

    /**
     * How long an instance caches an entity type. A request that changes a type responds only after this time, so that
     * every instance uses the changed type from then on. 0 disables the cache.
     */
    @WithDefault("1s")
    Duration typeCache();

    /** How long an instance caches the time of the last resync of a game. */
    @WithDefault("2s")
    Duration resyncCache();

    /** Maximum number of merge rules of an entity type. */
    @WithDefault("200")
    int mergeRules();

    /** Maximum number of guarded paths of an update. An update with more is rejected with 400. */
    @WithDefault("20")
    int guardsPerUpdate();

    /** Maximum number of guarded paths of an entity type. */
    @WithDefault("100")
    int guardsPerType();

    /** Maximum size of the guards and the schema of an entity type together, in bytes of JSON. */
    @WithDefault("65536")
    int typeRulesBytes();

    /**
     * Maximum size of a {@code pattern} in the schema of an entity type, in instructions: about one for each character,
     * times its repetitions. A check of a text costs at most as many steps per character.
     */
    @WithDefault("500")
    int schemaPatternSize();

    /** Maximum number of messages that an update acknowledges. */
    @WithDefault("25")
    int acknowledgementsPerUpdate();

    /** How long a resolved conflict is stored. A repeated resolution within this time returns the first result. */
    @WithDefault("1d")
    Duration conflictRetention();

    /**
     * Maximum size of a WebSocket frame in bytes. API Gateway accepts no larger frames. More changes are sent in
     * several frames.
     */
    @WithDefault("131072")
    int frameBytes();

    /**
     * How long an instance caches the connections that are subscribed to a space. The stream consumer notifies the
     * others.
     */
    @WithDefault("1s")
    Duration connectionCache();

    /**
     * Maximum number of connections that the committing instance notifies directly. The stream consumer notifies the
     * others.
     */
    @WithDefault("16")
    int directPushes();

    /** Number of connections that the stream consumer reads per request. Cost: 1 RCU for about 60 connections. */
    @WithDefault("1000")
    int connectionsPerRead();

    /** Maximum number of open connections of a player. A new connection replaces the oldest one. */
    @WithDefault("10")
    int connectionsPerPlayer();

    /** How long the record of a connection is stored. API Gateway closes a connection after two hours. */
    @WithDefault("3h")
    Duration connectionLife();
}
