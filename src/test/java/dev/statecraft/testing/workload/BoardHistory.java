package dev.statecraft.testing.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.testing.history.OnceCheck;
import dev.statecraft.testing.history.OnceCheck.Answer;
import dev.statecraft.testing.history.OnceCheck.Attempt;
import dev.statecraft.testing.history.Operation;
import dev.statecraft.testing.history.RankSandwich;
import dev.statecraft.testing.history.RankSandwich.Outcome;
import dev.statecraft.testing.history.RankSandwich.Ranked;
import dev.statecraft.testing.history.RankSandwich.Scoring;
import dev.statecraft.testing.history.RankSandwich.Submission;
import dev.statecraft.testing.history.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the callers of one board sent and were told, and whether the stored entries agree with it. */
public final class BoardHistory {

    /** By how much the write time of a receipt may be ahead of the clock: writes of a player have different times. */
    private static final long AHEAD_MILLIS = 20;

    private final List<Sent> sent = new ArrayList<>();
    private final List<Closing> closings = new ArrayList<>();
    private final Map<Integer, List<Operation<String, Ranked>>> ranks = new TreeMap<>();
    private long instant;

    /** A submission. {@code taken} is null if its outcome is unknown. */
    private record Sent(
            String server,
            long invoked,
            long returned,
            long answeredAt,
            NewScore score,
            @Nullable Taken taken) {

        Score value() {
            return new Score(score.value().longValue(), score.subscore().longValue());
        }

        String id() {
            return Objects.requireNonNull(score.submissionId());
        }
    }

    /** A reset. {@code closed} is null if its outcome is unknown. */
    private record Closing(
            String id,
            long invoked,
            long returned,
            @Nullable Season closed) {}

    /** The next logical instant. */
    public long tick() {
        return ++instant;
    }

    public void submitted(
            String server, long invoked, long returned, long answeredAt, NewScore score, @Nullable Taken taken) {
        sent.add(new Sent(server, invoked, returned, answeredAt, score, taken));
    }

    public void ranked(String reader, long invoked, long returned, int season, String player, Ranked answer) {
        ranks.computeIfAbsent(season, number -> new ArrayList<>())
                .add(Operation.answered(reader, invoked, returned, player, answer));
    }

    public void reset(String id, long invoked, long returned, @Nullable Season closed) {
        closings.add(new Closing(id, invoked, returned, closed));
    }

    /** Checks S1 to S3 and the bounds of seasons against the entries of each season. */
    public void check(Board board, Map<Integer, List<Entry>> entries) {
        Map<Long, String> ids = new HashMap<>();
        sent.forEach(one -> ids.put(Receipt.idOf(one.id()), one.id()));
        List<String> effects = new ArrayList<>();
        entries.values()
                .forEach(season -> season.forEach(entry -> entry.receipts()
                        .forEach(receipt -> effects.add(ids.getOrDefault(receipt.id(), "unknown " + receipt)))));
        Violation.requireNone(
                OnceCheck.check(sent.stream().map(BoardHistory::attempt).toList(), effects), "submissions");
        entries.forEach((season, stored) -> {
            Violation.requireNone(
                    RankSandwich.check(scoring(board), submissions(stored), List.of()), "season " + season);
            stored.forEach(BoardHistory::checkLast);
        });
        closings.forEach(closing -> checkBounds(closing));
    }

    private static Operation<Attempt<String>, Answer<String>> attempt(Sent one) {
        Attempt<String> attempt = new Attempt<>(one.id(), one.score().playerId() + " " + one.value());
        Taken taken = one.taken();
        return taken == null
                ? Operation.unknown(one.server(), one.invoked(), attempt)
                : Operation.answered(
                        one.server(),
                        one.invoked(),
                        one.returned(),
                        attempt,
                        new Answer<>(true, taken.season() + " " + taken.receipt()));
    }

    /** The submissions of a season with their receipts, also those that nobody acknowledged. */
    private List<Operation<Submission, Outcome>> submissions(List<Entry> stored) {
        Map<Long, Receipt> receipts = new HashMap<>();
        Map<Long, Integer> places = new HashMap<>();
        for (Entry entry : stored) {
            for (Receipt receipt : entry.receipts()) {
                receipts.put(receipt.id(), receipt);
                // Receipts of one write have the same time.
                places.put(receipt.id(), places.size());
            }
        }
        List<Operation<Submission, Outcome>> submissions = new ArrayList<>();
        for (Sent one : sent) {
            Receipt receipt = receipts.get(Receipt.idOf(one.id()));
            if (receipt == null) {
                continue;
            }
            boolean acknowledged = one.taken() != null;
            submissions.add(Operation.answered(
                    one.server(),
                    one.invoked(),
                    acknowledged ? one.returned() : Operation.NEVER,
                    Submission.submit(one.score().playerId(), one.id(), one.value()),
                    new Outcome(
                            true,
                            receipt.counted(),
                            Objects.requireNonNull(places.get(receipt.id())),
                            acknowledged ? one.answeredAt() + AHEAD_MILLIS : Long.MAX_VALUE)));
        }
        return submissions;
    }

    private static void checkLast(Entry entry) {
        List<Receipt> receipts = entry.receipts();
        Score last =
                receipts.isEmpty() ? null : receipts.get(receipts.size() - 1).counted();
        assertEquals(last, entry.score(), "the score of " + entry);
    }

    private static Scoring scoring(Board board) {
        Operator operator = Objects.requireNonNull(board.settings().operator());
        return new Scoring(operator, board.order(), board.ranking());
    }

    /** What was acknowledged before a reset belongs to the closed season, what was sent after it to a later one. */
    private void checkBounds(Closing closing) {
        Season closed = closing.closed();
        if (closed == null) {
            return;
        }
        for (Sent one : sent) {
            Taken taken = one.taken();
            if (taken == null) {
                continue;
            }
            if (one.returned() < closing.invoked() && taken.season() > closed.season()) {
                throw new AssertionError(one + " was acknowledged before " + closing);
            }
            if (one.invoked() > closing.returned() && taken.season() <= closed.season() && !isRepeated(one)) {
                throw new AssertionError(one + " was sent after " + closing);
            }
        }
    }

    /** Whether an earlier request had the same id. */
    private boolean isRepeated(Sent one) {
        return sent.stream()
                .anyMatch(other -> other.invoked() < one.invoked() && other.id().equals(one.id()));
    }

    /** Checks the answered ranks of all seasons; see {@link RankSandwich}. */
    void checkRanks(Board board, Map<Integer, List<Entry>> entries) {
        ranks.forEach((season, answered) -> Violation.requireNone(
                RankSandwich.check(scoring(board), submissions(entries.getOrDefault(season, List.of())), answered),
                "ranks of season " + season));
    }
}
