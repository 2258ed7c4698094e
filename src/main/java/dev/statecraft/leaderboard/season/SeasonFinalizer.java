package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.Season.Phase;
import dev.statecraft.leaderboard.board.SeasonStore;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.listing.ListingService;
import dev.statecraft.leaderboard.rank.RankNode;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.rank.RankWalk;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Finalizes closed seasons. Waits for in-flight writes, waits until the rank tree has counted them, grants the awards and
 * takes the final snapshot. Each step is idempotent. The season record names the next step. Any instance can resume the
 * finalization, and two instances may run it concurrently.
 */
@ApplicationScoped
public class SeasonFinalizer {

    private static final Logger LOG = Logger.getLogger(SeasonFinalizer.class);
    private static final long COUNT_MILLIS = 50;
    private static final long CONTENTION_MILLIS = 2;

    private final BoardService boards;
    private final SeasonStore seasons;
    private final EntryStore entries;
    private final RankStore ranks;
    private final RankingService rankings;
    private final ListingService lists;
    private final SnapshotService snapshots;
    private final AwardStore awards;
    private final LeaderboardConfig config;
    private final Clock clock;
    private final Backoff backoff;

    public SeasonFinalizer(
            BoardService boards,
            SeasonStore seasons,
            EntryStore entries,
            RankStore ranks,
            RankingService rankings,
            ListingService lists,
            SnapshotService snapshots,
            AwardStore awards,
            LeaderboardConfig config,
            Clock clock,
            Backoff backoff) {
        this.boards = boards;
        this.seasons = seasons;
        this.entries = entries;
        this.ranks = ranks;
        this.rankings = rankings;
        this.lists = lists;
        this.snapshots = snapshots;
        this.awards = awards;
        this.config = config;
        this.clock = clock;
        this.backoff = backoff;
    }

    /**
     * Runs the next steps of a season's finalization until a step must wait or the time budget is used up.
     *
     * @param timeLeft whether time is left; checked before each step
     * @return whether the season is finalized, including its final snapshot
     */
    public boolean resume(Board board, int number, BooleanSupplier timeLeft) {
        Optional<Season> found = seasons.read(board, number);
        while (found.isPresent() && timeLeft.getAsBoolean()) {
            Season season = found.get();
            if (season.phase() == Phase.DONE) {
                return finish(board, season);
            }
            Optional<Season> next =
                    switch (season.phase()) {
                        case SETTLE -> awaitInFlightWrites(board, season);
                        case COUNT -> awaitRankTree(board, season);
                        case REWARD -> grantAwards(board, season);
                        case DONE -> Optional.empty();
                    };
            if (next.isEmpty()) {
                return false;
            }
            found = seasons.replace(board, next.get()) ? next : seasons.read(board, number);
        }
        return false;
    }

    private Optional<Season> awaitInFlightWrites(Board board, Season season) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        if (now.isBefore(season.closedAt().plus(config.boardCache()).plus(config.settleAfter()))) {
            return Optional.empty();
        }
        Instant marked = entries.mark(board, season.season(), board.generation(season.season()), now);
        return isRebuilt(board, season) ? Optional.empty() : Optional.of(season.marked(marked));
    }

    /**
     * Whether a rebuild of the season's rank tree is in progress or has replaced the tree of {@code board}. The sum of two
     * trees, which are read at different times, may miss entries that move from one to the other.
     */
    private boolean isRebuilt(Board board, Season season) {
        int number = season.season();
        return boards.read(board.game(), board.id())
                .filter(current -> current.generation(number) == board.generation(number)
                        && (current.mending() == null || current.mending().season() != number))
                .isEmpty();
    }

    private Optional<Season> awaitRankTree(Board board, Season season) {
        long marked = Objects.requireNonNull(season.markedAt()).toEpochMilli();
        Deadline until = backoff.deadline(config.countWait());
        int check = 0;
        do {
            backoff.pauseBefore(check++, COUNT_MILLIS);
            RankNode root = new RankWalk(ranks, board, season.season()).node(ScorePath.ROOT);
            if (root.passed(marked, board.settings().lanes())) {
                return isRebuilt(board, season) ? Optional.empty() : Optional.of(season.counted(root.total()));
            }
        } while (!until.passed());
        return Optional.empty();
    }

    private Optional<Season> grantAwards(Board board, Season season) {
        RankedEntry before = season.lastAwarded();
        Ranking ranking = board.ranking();
        if (before == null ? season.rewards().isEmpty() : rewardsEndBefore(season, ranking, before)) {
            return Optional.of(season.done());
        }
        Listing page = lists.all(board, season.season(), before, config.awardPage());
        if (page.entries().isEmpty()) {
            return Optional.of(season.done());
        }
        RankedEntry last = page.entries().get(page.entries().size() - 1);
        if (rankings.rankOf(board, season.season(), last.score()).place() != last.place()) {
            // The order index is eventually consistent and does not contain all entries yet.
            LOG.warnf(
                    "Order index lags behind, awards are retried later: board=%s season=%d rank=%d",
                    board.id(), season.season(), last.place());
            return Optional.empty();
        }
        List<Award> granted = new ArrayList<>();
        for (RankedEntry entry : page.entries()) {
            for (int i = 0; i < season.rewards().size(); i++) {
                if (season.rewards()
                        .get(i)
                        .includes(
                                entry.rank(),
                                ranking.ofPercentile(entry.rank(), entry.place()),
                                season.totalEntries())) {
                    granted.add(new Award(entry.playerId(), entry.position(), entry.rank(), entry.score(), i));
                    break;
                }
            }
        }
        if (!granted.isEmpty()) {
            awards.put(board, season.season(), granted);
        }
        return Optional.of(season.awarded(granted.size(), last, page.next().isEmpty()));
    }

    /** Whether neither this entry nor any later one gets an award. */
    private static boolean rewardsEndBefore(Season season, Ranking ranking, RankedEntry entry) {
        long percentileRank = ranking.ofPercentile(entry.rank(), entry.place());
        return season.rewards().stream()
                .allMatch(reward -> reward.endsBefore(entry.rank(), percentileRank, season.totalEntries()));
    }

    private boolean finish(Board board, Season season) {
        int stored = snapshots.takeFinal(board, season);
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Optional<Board> current = boards.read(board.game(), board.id());
            if (current.isEmpty()
                    || current.get().epoch() != board.epoch()
                    || !current.get().seasons().unfinished().contains(season.season())) {
                return true;
            }
            if (boards.replace(current.get().finished(season.season(), stored), current.get(), false)) {
                return true;
            }
        }
        return false;
    }
}
