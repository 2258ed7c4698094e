package dev.statecraft.leaderboard;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits and defaults of leaderboards. */
@ConfigMapping(prefix = "statecraft.leaderboard")
public interface LeaderboardConfig {

    /** How many places a board lists unless it says otherwise; 0 for all. */
    @WithDefault("1000")
    int maxLeaderboardSize();

    /**
     * How long an instance may go on with a board it has read. A reset, change or removal answers only after this
     * time, so that whatever is sent after the answer meets the changed board everywhere. 0 reads the board each time.
     */
    @WithDefault("1s")
    Duration boardCache();

    /**
     * How long an instance goes on with a first page of a ranking, and with statistics, at most. With real-time updates
     * pages are given up as soon as anything is counted; without, they are renewed by this interval only.
     */
    @WithDefault("30s")
    Duration cacheUpdateInterval();

    /** Whether lists follow the scores, about a second behind; otherwise they are renewed by the interval only. */
    @WithDefault("true")
    boolean realTimeUpdates();

    /** The first pages of rankings that an instance keeps. */
    PageCache pageCache();

    /** What is kept and how it is used. */
    interface PageCache {
        /** Most pages. */
        @WithDefault("1000")
        int pages();

        /** Most memory of all pages together, about, in bytes. */
        @WithDefault("33554432")
        long bytes();

        /** So long a page is used as it is; after that the rank tree is asked whether it still holds. */
        @WithDefault("1s")
        Duration usedUnchecked();

        /** How long after the last change a page has to be read to be sure that the order index held it. */
        @WithDefault("2s")
        Duration settledAfter();
    }

    /** Which submissions can be repeated safely. */
    Receipts receipts();

    /** An entry keeps the receipts of a player's last submissions. */
    interface Receipts {
        /** So many are kept whatever their age. */
        @WithDefault("16")
        int least();

        /** Those younger than this are kept as well. */
        @WithDefault("1m")
        Duration window();

        /** More than this are never kept. */
        @WithDefault("64")
        int most();
    }

    /** How long a review is kept once it is decided; a pending one is kept until then. */
    @WithDefault("30d")
    Duration reviewsKept();

    /** How often a write is tried again when others write the same entry or board at the same time. */
    @WithDefault("16")
    int writeAttempts();

    /** Longest metadata of an entry, bytes of JSON. */
    @WithDefault("4096")
    int metadataBytes();

    /** Longest description of a board, characters. */
    @WithDefault("1024")
    int descriptionLength();

    /** Most rewards a board may declare. */
    @WithDefault("50")
    int rewards();

    /** Most tiers a board may declare. */
    @WithDefault("50")
    int tiers();

    /** How many of the best entries a closing snapshot keeps. */
    @WithDefault("100")
    int snapshotEntries();

    /** Most entries that are recounted within one request; larger boards can be mended, which works in steps. */
    @WithDefault("200000")
    long auditEntries();

    /** How long after a reset its snapshot is taken again, when everything sent before has been counted. */
    @WithDefault("5s")
    Duration settleAfter();
}
