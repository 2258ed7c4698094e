package dev.statecraft.leaderboard;

import dev.statecraft.rating.Algorithm;
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
    }

    /** How long a match can be repeated safely. */
    @WithDefault("30d")
    Duration matchesKept();

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
