package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.SeasonStore;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.Parallel;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Reads the ranks of a player over time. */
@ApplicationScoped
public class PlayerHistoryService {

    private static final int SEASONS = 10;

    private final SampleStore samples;
    private final SeasonStore seasons;
    private final EntryStore entries;
    private final RankingService rankings;
    private final Parallel parallel;

    public PlayerHistoryService(
            SampleStore samples, SeasonStore seasons, EntryStore entries, RankingService rankings, Parallel parallel) {
        this.samples = samples;
        this.seasons = seasons;
        this.entries = entries;
        this.rankings = rankings;
        this.parallel = parallel;
    }

    /** Lists the samples of a player, latest first; see {@link SampleStore#list}. */
    public List<Sample> samples(Board board, String playerId, @Nullable Instant before, int limit) {
        return samples.list(board, playerId, before, limit);
    }

    /**
     * Returns the final ranks of a player in the last {@value #SEASONS} closed seasons, latest first. Seasons without a score
     * of the player are omitted. The seasons are read in parallel.
     */
    public List<Sample> seasons(Board board, String playerId) {
        List<Callable<Optional<Sample>>> tasks = seasons.list(board, null, SEASONS).stream()
                .map(season -> (Callable<Optional<Sample>>) () -> finalRank(board, season, playerId))
                .toList();
        return parallel.all(tasks).stream().flatMap(Optional::stream).toList();
    }

    private Optional<Sample> finalRank(Board board, Season season, String playerId) {
        Entry entry = entries.read(board, season.season(), playerId);
        Score score = entry.score();
        if (score == null) {
            return Optional.empty();
        }
        EntryRank ranked = rankings.rank(board, season.season(), entry);
        return Optional.of(new Sample(
                playerId,
                season.endedAt(),
                season.season(),
                ranked.rank(),
                ranked.ofPercentile(board.ranking()),
                score,
                ranked.total()));
    }
}
