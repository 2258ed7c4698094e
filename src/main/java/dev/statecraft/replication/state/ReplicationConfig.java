package dev.statecraft.replication.state;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits and defaults of state replication; the first six are the seed's REPLICATION_CONFIG. */
@ConfigMapping(prefix = "statecraft.replication")
public interface ReplicationConfig {

    /** How many versions of an entity are kept, the current one counted. */
    @WithDefault("100")
    int maxStateHistory();

    /** How often a waiting request looks for news, and the shortest pace clients are asked to keep. */
    @WithDefault("100ms")
    Duration replicationInterval();

    /** How long a parked conflict waits for a decision before the fallback strategy decides. */
    @WithDefault("5s")
    Duration conflictResolutionTimeout();

    /** Whether stored states above {@link #compressionThresholdBytes()} are compressed. */
    @WithDefault("true")
    boolean stateCompression();

    /** Whether past versions of entities are kept at all. */
    @WithDefault("true")
    boolean versionControl();

    /** Most updates in one synchronisation; a client with more is told to wait and send the rest later. */
    @WithDefault("50")
    int maxPendingUpdates();

    /** States and commits below this size are stored plain: compressing them gains nothing. */
    @WithDefault("256")
    int compressionThresholdBytes();

    /** How long a commit stays in the log; a reader that was away longer starts again from a snapshot. */
    @WithDefault("7d")
    Duration logRetention();

    /** How often a commit is tried again when others commit to the same space or entities. */
    @WithDefault("100")
    int commitAttempts();

    /** Which mutations can be repeated safely. */
    Receipts receipts();

    /**
     * An entity keeps the receipts of its last mutations that had an id. A repeated mutation is recognised within the window
     * as long as fewer than {@code most} others were applied to the entity since, and after the window as long as fewer
     * than {@code least} were.
     */
    interface Receipts {
        /** The number of receipts that are kept whatever their age. */
        @WithDefault("16")
        int least();

        /** Receipts younger than this are kept as well, up to {@code most}. */
        @WithDefault("1m")
        Duration window();

        /** The number of receipts that is never exceeded; at most 1,000, which take about 17 KB of the entity's item. */
        @WithDefault("1000")
        int most();
    }

    /** Longest a request waits for news, whatever it asks for. */
    @WithDefault("20s")
    Duration longestWait();

    /** Requests a minute that a client is paced to; a Roblox server may make 500, for everything it does. */
    @WithDefault("480")
    int requestsPerMinute();

    /** Plain bytes of states and changes that an answer, or a page of a list, hands over; Lambda answers with 6 MB at most. */
    @WithDefault("3000000")
    long answerBytes();

    /** How many states a list reads at a time; so many of the largest fit into one answer of DynamoDB, 16 MB. */
    @WithDefault("40")
    int statesPerRead();

    /** Most spaces that one synchronisation may follow. */
    @WithDefault("32")
    int spacesPerSync();

    /** Most entities one player can be subscribed to. */
    @WithDefault("1000")
    int playerEntities();

    /**
     * Most spaces that the cursor of a player's feed may tell of. Has to be twice {@link #playerEntities()}, for a player
     * whose entities are all in spaces of their own, and who has just left as many; a cursor that would tell of more is
     * not given out, the feed begins anew instead.
     */
    @WithDefault("2000")
    int playerCursorSpaces();

    /**
     * How long an instance may go on with an entity type it has read. A change of a type answers only after this time,
     * so that whatever is sent after the answer meets the changed type everywhere. 0 reads the type each time.
     */
    @WithDefault("1s")
    Duration typeCache();

    /** How long an instance may go on before it learns that the readers of a game have to begin anew. */
    @WithDefault("1s")
    Duration resyncCache();

    /** Most merge rules of an entity type. */
    @WithDefault("200")
    int mergeRules();

    /** How long the outcome of a parked conflict is remembered, so that a repeated decision is answered as the first. */
    @WithDefault("1d")
    Duration conflictRetention();

    /**
     * Most bytes of a frame of a socket; API Gateway takes no larger ones. News that would be more come in several
     * frames.
     */
    @WithDefault("131072")
    int frameBytes();

    /** How long an instance may go on with the connections it knows to follow a space; others are told by the stream. */
    @WithDefault("1s")
    Duration connectionCache();

    /** How many connections whoever commits tells at once; the others are told by the stream. */
    @WithDefault("16")
    int directPushes();

    /** How many connections whoever tells all that follow a space reads at a time; 1 RCU for 60 or so. */
    @WithDefault("1000")
    int connectionsPerRead();

    /** How many connections a player has open at once; the one opened first is forgotten for another. */
    @WithDefault("10")
    int connectionsPerPlayer();

    /** How long a connection is remembered; API Gateway keeps none for longer than two hours. */
    @WithDefault("3h")
    Duration connectionLife();
}
