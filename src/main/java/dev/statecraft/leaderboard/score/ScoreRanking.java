package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.score.SubmissionService.Decided;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Adds the current ranks of players to the results of scores. */
@ApplicationScoped
public class ScoreRanking {

    private final RankingService rankings;

    public ScoreRanking(RankingService rankings) {
        this.rankings = rankings;
    }

    /** Ranks the accepted scores of the current season. Nodes of the rank tree that results share are read once. */
    List<ScoreResult> rankAll(List<Decided> decided) {
        List<ScoreResult> results =
                new ArrayList<>(decided.stream().map(Decided::result).toList());
        List<Integer> indexes = new ArrayList<>();
        List<Entry> scored = new ArrayList<>();
        Board board = null;
        for (int i = 0; i < decided.size(); i++) {
            Entry entry = decided.get(i).entry();
            if (results.get(i) instanceof Taken taken
                    && taken.season() == (board == null ? taken.board() : board).season()
                    && entry != null
                    && entry.score() != null) {
                board = taken.board();
                indexes.add(i);
                scored.add(entry);
            }
        }
        if (board == null) {
            return results;
        }
        List<EntryRank> ranks = rankings.rankAll(board, board.season(), scored);
        for (int i = 0; i < indexes.size(); i++) {
            int index = indexes.get(i);
            results.set(index, ranked((Taken) results.get(index), scored.get(i), ranks.get(i)));
        }
        return results;
    }

    private static Taken ranked(Taken taken, Entry entry, EntryRank ranked) {
        return new Taken(
                taken.board(),
                taken.season(),
                taken.submissionId(),
                taken.receipt(),
                taken.replayed(),
                Optional.of(ranked),
                taken.board().tier(entry.requireScore(), ranked.rank(), ranked.place(), ranked.total()),
                taken.attempts());
    }
}
