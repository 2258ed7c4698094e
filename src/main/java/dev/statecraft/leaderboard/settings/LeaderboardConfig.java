package dev.statecraft.leaderboard.settings;

import dev.statecraft.rating.Algorithm;
import dev.statecraft.rating.OpenSkill;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits and defaults of leaderboards. */
@ConfigMapping(prefix = "statecraft.leaderboard")
public interface LeaderboardConfig {

    /** Default number of listed positions of a board; 0 for all. */
    @WithDefault("1000")
    int maxLeaderboardSize();

    /**
     * How long an instance caches a board. A reset, change or deletion responds only after this time. Therefore every
     * instance sees the changed board once the response has arrived. 0 reads the board for each request.
     */
    @WithDefault("1s")
    Duration boardCache();

    /**
     * Maximum time for which an instance caches a first page of a ranking, and statistics. With {@code real-time-updates} a
     * page is discarded earlier, as soon as the rank tree has changed.
     */
    @WithDefault("30s")
    Duration cacheUpdateInterval();

    /**
     * Whether lists show new scores after about a second. If false, cached pages are refreshed only after
     * {@code cache-update-interval}.
     */
    @WithDefault("true")
    boolean realTimeUpdates();

    /** The first-page cache of an instance. */
    PageCache pageCache();

    /** Limits of the first-page cache. */
    interface PageCache {
        /** Maximum number of cached pages. */
        @WithDefault("1000")
        int pages();

        /** Approximate maximum memory of all cached pages, in bytes. */
        @WithDefault("33554432")
        long bytes();

        /**
         * How long a cached page is served without validation. Afterwards the root of the rank tree is read to check it.
         * Cost: 0.5 RCU.
         */
        @WithDefault("1s")
        Duration usedUnchecked();

        /** How long after the last change of the ranking a page must be read, so that the order index contains the change. */
        @WithDefault("2s")
        Duration settledAfter();
    }

    /** The upper nodes of rank trees that an instance keeps. */
    RankNodes rankNodes();

    /** Limits of the kept nodes. A rank that is computed from them has the time of the kept root as {@code asOf}. */
    interface RankNodes {
        /**
         * How long kept nodes are used without a check. Afterwards the root is read again, and the others too if it has
         * changed. 0 keeps no nodes.
         */
        @WithDefault("500ms")
        Duration checkedAfter();

        /** How long after the last change of a rank tree a node must be read, so that every replica contains the change. */
        @WithDefault("1s")
        Duration settledAfter();

        /** Maximum number of kept nodes, of about 8 KB each. */
        @WithDefault("1000")
        int most();
    }

    /** Retention of submission receipts. */
    Receipts receipts();

    /** Retention of the submission receipts that an entry stores. A submission with a receipt can be repeated safely. */
    interface Receipts {
        /** Minimum number of receipts that are retained per entry, regardless of age. */
        @WithDefault("16")
        int least();

        /** Receipts younger than this are retained in addition. */
        @WithDefault("1m")
        Duration window();

        /** Maximum number of receipts per entry. */
        @WithDefault("64")
        int most();

        /**
         * Number of earlier seasons that are searched for receipts, 1 to 100. The search happens at a player's first
         * submission of a season if the player has no entry in the season before. All seasons that ended within the
         * window are searched, even if there are more. Cost: 1 RCU per season.
         */
        @WithDefault("10")
        int seasons();
    }

    /** Default rating system of RATING boards. */
    @WithDefault("ELO")
    Algorithm rankingAlgorithm();

    /** Default parameters of RATING boards. */
    Rating rating();

    /** Default parameters by rating system. */
    interface Rating {
        /** Defaults of ELO. */
        EloDefaults elo();

        /** Defaults of GLICKO2. */
        Glicko2Defaults glicko2();

        /** Defaults of OPENSKILL. */
        OpenSkillDefaults openskill();
    }

    /** Defaults of ELO. */
    interface EloDefaults {
        /** Initial rating of a new player. */
        @WithDefault("1500")
        double initial();

        /** Maximum change of a rating by one match. */
        @WithDefault("32")
        double k();
    }

    /** Defaults of GLICKO2. */
    interface Glicko2Defaults {
        /** Initial rating of a new player. */
        @WithDefault("1500")
        double initial();

        /** Initial deviation of a new player. */
        @WithDefault("350")
        double deviation();

        /** Initial volatility of a new player. */
        @WithDefault("0.06")
        double volatility();

        /** Limits the change of volatilities. */
        @WithDefault("0.5")
        double tau();

        /** Length of a rating period. */
        @WithDefault("1d")
        Duration period();
    }

    /** Defaults of OPENSKILL. The default deviation, β and τ are 1/3, 1/6 and 1/300 of the mean. */
    interface OpenSkillDefaults {
        /** Initial mean of a new player. */
        @WithDefault("25")
        double initial();

        /** Number of deviations that are subtracted from the mean to get the displayed rating. */
        @WithDefault("3")
        double confidence();

        /** How teams are compared. */
        @WithDefault("BRADLEY_TERRY_FULL")
        OpenSkill.Model model();
    }

    /** How long the record of a match is stored, so that the match can be repeated safely. */
    @WithDefault("30d")
    Duration matchesKept();

    /** How long an accepted or rejected review is stored. A pending review does not expire. */
    @WithDefault("30d")
    Duration reviewsKept();

    /**
     * Maximum attempts of a write that loses to concurrent writes of the same entry or board. If 64 instances write one
     * entry concurrently, a write needs about 20 attempts at most. 64 attempts take about 6 s.
     */
    @WithDefault("64")
    int writeAttempts();

    /** The queues of submissions for one player and of matches with common players, within an instance. */
    Queue queue();

    /** Limits of the queues. Requests that arrive during a write are queued and written together in the next write. */
    interface Queue {
        /** Maximum length of the queue of one player, and of the queue of matches. Further requests get a 503. */
        @WithDefault("1000")
        int waiting();

        /**
         * Maximum time in the queue, and also maximum time in which a write is retried. After either the request gets a
         * 503. Twice this time must be below the time limit of the function, 15 s.
         */
        @WithDefault("5s")
        Duration patience();
    }

    /** Maximum size of the metadata of an entry, in bytes of JSON. */
    @WithDefault("4096")
    int metadataBytes();

    /** Maximum length of the description of a board, in characters. */
    @WithDefault("1024")
    int descriptionLength();

    /** Maximum number of rewards of a board. */
    @WithDefault("50")
    int rewards();

    /** Maximum number of tiers of a board. */
    @WithDefault("50")
    int tiers();

    /** Whether reset schedules are active. Ends that pass while this is false take effect once it is true. */
    @WithDefault("true")
    boolean seasonalResets();

    /** Maximum number of missed season ends that close one season each. If more were missed, one season covers all. */
    @WithDefault("10")
    int missedSeasons();

    /** Whether snapshots and samples of the rankings are stored. */
    @WithDefault("true")
    boolean historicalData();

    /**
     * Maximum number of snapshots per board; the oldest are deleted. Samples expire after this number of snapshot
     * intervals.
     */
    @WithDefault("100")
    int maxHistoricalEntries();

    /** Interval of snapshots of the current season. A snapshot is skipped if no score changed. */
    @WithDefault("1d")
    Duration snapshotInterval();

    /** Number of best entries that a snapshot stores. */
    @WithDefault("100")
    int snapshotEntries();

    /** Number of best players whose rank is sampled with each snapshot. Cost: 1 WCU per player. */
    @WithDefault("1000")
    int sampledPlayers();

    /** Maximum number of entries that one award step processes. */
    @WithDefault("500")
    int awardPage();

    /** The purge of deleted boards. */
    Purge purge();

    /** The schedule purges a deleted board in passes over all its partitions, in small steps. */
    interface Purge {
        /** Time from the deletion of a board to its purge. Must exceed the time limit of every function that writes scores. */
        @WithDefault("5m")
        Duration after();

        /** Time from a pass to the next. Must exceed the retention of the DynamoDB streams, 24 hours. */
        @WithDefault("26h")
        Duration againAfter();

        /** Maximum number of items that one step deletes. */
        @WithDefault("500")
        int page();

        /** Maximum number of partitions that one step reads. */
        @WithDefault("100")
        int places();
    }

    /** Number of seasons of a board that one erasure step processes, at most 100. */
    @WithDefault("50")
    int erasedSeasons();

    /** Maximum entries of a consistency check within one request. The rank tree of a larger board can be rebuilt in steps. */
    @WithDefault("200000")
    long auditEntries();

    /** Grace period after the close of a season for in-flight writes, in addition to {@code board-cache}. */
    @WithDefault("5s")
    Duration settleAfter();

    /**
     * Time from the start of a rank tree rebuild to its first move. Must exceed {@code board-cache} plus the time limit of
     * every function that writes scores, 15 s. A first score that is written later for the old tree would not be counted.
     */
    @WithDefault("20s")
    Duration rebuildAfter();

    /** How long one run waits until the rank tree has counted these writes. Afterwards the next run continues. */
    @WithDefault("3s")
    Duration countWait();
}
