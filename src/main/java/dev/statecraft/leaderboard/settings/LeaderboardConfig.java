package dev.statecraft.leaderboard.settings;

import dev.statecraft.rating.Algorithm;
import dev.statecraft.rating.OpenSkill;
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

        /**
         * In how many earlier seasons receipts are looked for, 1 to 100, when a player who was absent in the season
         * before submits for the first time in a season; 1 RCU each. All that ended within the window are looked
         * through, even if they are more.
         */
        @WithDefault("10")
        int seasons();
    }

    /** How matches are rated on a RATING board that does not say. */
    @WithDefault("ELO")
    Algorithm rankingAlgorithm();

    /** What a RATING board uses for what it does not say. */
    Rating rating();

    /** The parameters of the ways to rate. */
    interface Rating {
        /** Of ELO. */
        EloDefaults elo();

        /** Of GLICKO2. */
        Glicko2Defaults glicko2();

        /** Of OPENSKILL. */
        OpenSkillDefaults openskill();
    }

    /** Defaults of ELO. */
    interface EloDefaults {
        /** A newcomer's rating. */
        @WithDefault("1500")
        double initial();

        /** The most a match moves a rating. */
        @WithDefault("32")
        double k();
    }

    /** Defaults of GLICKO2. */
    interface Glicko2Defaults {
        /** A newcomer's rating. */
        @WithDefault("1500")
        double initial();

        /** A newcomer's deviation. */
        @WithDefault("350")
        double deviation();

        /** A newcomer's volatility. */
        @WithDefault("0.06")
        double volatility();

        /** How fast volatilities may change. */
        @WithDefault("0.5")
        double tau();

        /** How long a rating period is. */
        @WithDefault("1d")
        Duration period();
    }

    /** Defaults of OPENSKILL; deviation, β and τ follow from the mean as a third, a sixth and a 300th of it. */
    interface OpenSkillDefaults {
        /** A newcomer's mean. */
        @WithDefault("25")
        double initial();

        /** How many deviations below the mean a rating is shown. */
        @WithDefault("3")
        double confidence();

        /** How teams are compared. */
        @WithDefault("BRADLEY_TERRY_FULL")
        OpenSkill.Model model();
    }

    /** How long a match can be repeated safely. */
    @WithDefault("30d")
    Duration matchesKept();

    /** How long a review is kept once it is decided; a pending one is kept until then. */
    @WithDefault("30d")
    Duration reviewsKept();

    /**
     * How often a write is tried when other instances write the same entry or board at the same time. With 64 instances
     * that write one entry at once none needs more than about 20; all 64 tries take about 6 s.
     */
    @WithDefault("64")
    int writeAttempts();

    /** How submissions for one player, and matches with common players, wait for each other within an instance. */
    Queue queue();

    /** What arrives during a write waits, and is written together with the next one. */
    interface Queue {
        /** Most submissions for one player, and most matches, that wait; further ones are answered 503. */
        @WithDefault("1000")
        int waiting();

        /**
         * Longest wait, and then longest time in which the write is tried again; then 503. Both together stay below the
         * time limit of the function, 15 s.
         */
        @WithDefault("5s")
        Duration patience();
    }

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

    /** Whether seasons end by the schedules of their boards; those that end meanwhile wait until it is allowed. */
    @WithDefault("true")
    boolean seasonalResets();

    /** How many ends of a season that were missed while nothing ran make a season each; more become one together. */
    @WithDefault("10")
    int missedSeasons();

    /** Whether snapshots and samples of the rankings are kept. */
    @WithDefault("true")
    boolean historicalData();

    /** How many snapshots a board keeps, and samples a player; the oldest go. */
    @WithDefault("100")
    int maxHistoricalEntries();

    /** How often a snapshot of a running season is taken, if anything changed. */
    @WithDefault("1d")
    Duration snapshotInterval();

    /** How many of the best entries a snapshot keeps. */
    @WithDefault("100")
    int snapshotEntries();

    /** How many of the best players have their rank sampled with each snapshot; 1 WCU each. */
    @WithDefault("1000")
    int sampledPlayers();

    /** How many awards are given in one step. */
    @WithDefault("500")
    int awardPage();

    /** How what was scored on deleted boards is removed. */
    Purge purge();

    /** The schedule removes it in passes over all there may be, in small steps. */
    interface Purge {
        /** How long after a board was deleted its purge begins: longer than any function runs that may still write. */
        @WithDefault("5m")
        Duration after();

        /** How long after a pass the next begins: longer than a stream keeps the records of what was removed. */
        @WithDefault("26h")
        Duration againAfter();

        /** Most items removed in one step. */
        @WithDefault("500")
        int page();

        /** Most partitions looked at in one step. */
        @WithDefault("100")
        int places();
    }

    /** How many seasons of a board an erasure goes through in one step, at most 100. */
    @WithDefault("50")
    int erasedSeasons();

    /** Most entries that are recounted within one request; larger boards can be mended, which works in steps. */
    @WithDefault("200000")
    long auditEntries();

    /** How long after the end of a season what was on its way is waited for. */
    @WithDefault("5s")
    Duration settleAfter();

    /** How long one run waits for the ranking to have counted that; if it takes longer, the next run goes on. */
    @WithDefault("3s")
    Duration countWait();
}
