package dev.statecraft.testing.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.OrderKey;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.rank.BoardConsistencyService.Report;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.season.Award;
import dev.statecraft.leaderboard.season.Snapshot;
import dev.statecraft.leaderboard.settings.Reward;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A board on which nothing happens any more: its rank trees, ranks, pages, snapshots and awards are compared with a brute
 * force computation from its entries (invariants R1, R2, R4, R5).
 */
public final class BoardAtRest {

    private static final int PAGE = 1000;

    private final Arena arena;
    private final Board board;
    private final boolean migrated;
    private final Map<Integer, List<Entry>> entries = new TreeMap<>();

    public BoardAtRest(Arena arena, Board board) {
        this(arena, board, false);
    }

    /**
     * A board as it is stored.
     *
     * @param migrated whether a migration may have changed metadata after a snapshot was taken
     */
    public BoardAtRest(Arena arena, Board board, boolean migrated) {
        this.arena = arena;
        this.board = board;
        this.migrated = migrated;
        for (int season = 1; season <= board.season(); season++) {
            List<Entry> all = new ArrayList<>();
            for (int lane = 0; lane < board.settings().lanes(); lane++) {
                all.addAll(arena.entries.lane(board, season, lane, null, PAGE).entries());
            }
            entries.put(season, all);
        }
    }

    /** The stored entries by season. */
    public Map<Integer, List<Entry>> entries() {
        return entries;
    }

    public void check() {
        entries.forEach((season, all) -> {
            Report report = arena.audits.audit(board, season);
            assertTrue(report.settled(), "the rank tree of season " + season + " has counted every write");
            assertEquals(List.of(), report.drifts(), "rank tree of season " + season);
            List<RankedEntry> expected = ranking(all);
            checkRanks(season, all, expected);
            checkPages(season, all, expected);
        });
        checkSeasons();
    }

    /** All entries with a score, numbered by the rules of the board. */
    private List<RankedEntry> ranking(List<Entry> all) {
        List<Entry> sorted = all.stream()
                .filter(entry -> entry.score() != null)
                .sorted((a, b) -> Arrays.compareUnsigned(key(a), key(b)))
                .toList();
        List<RankedEntry> ranked = new ArrayList<>();
        for (Entry entry : sorted) {
            List<Entry> better = sorted.stream()
                    .filter(other -> board.order().better(other.requireScore(), entry.requireScore()))
                    .toList();
            long place = 1L + better.size();
            long distinct = 1 + better.stream().map(Entry::score).distinct().count();
            long position = 1L + ranked.size();
            ranked.add(new RankedEntry(
                    board.ranking().of(place, distinct, position),
                    place,
                    position,
                    entry.playerId(),
                    entry.requireScore(),
                    entry.reachedAt(),
                    entry.metadata()));
        }
        return ranked;
    }

    private byte[] key(Entry entry) {
        OrderKey key = entry.orderKey();
        return key.bytes(board.order());
    }

    private void checkRanks(int season, List<Entry> all, List<RankedEntry> expected) {
        for (RankedEntry row : expected) {
            EntryRank rank = arena.rankings.rank(board, season, entry(all, row));
            long ties = expected.stream()
                    .filter(other -> other.score().equals(row.score()))
                    .count();
            assertEquals(
                    new EntryRank(row.rank(), row.place(), ties, expected.size(), rank.asOf()),
                    rank,
                    "rank of " + row + " in season " + season);
        }
    }

    private static Entry entry(List<Entry> all, RankedEntry row) {
        return all.stream()
                .filter(entry -> entry.playerId().equals(row.playerId()))
                .findFirst()
                .orElseThrow();
    }

    private void checkPages(int season, List<Entry> all, List<RankedEntry> expected) {
        List<RankedEntry> listed =
                expected.stream().filter(row -> board.lists(row.position())).toList();
        assertEquals(expected, rows(arena.lists.all(board, season, null, PAGE)), "all entries of season " + season);
        for (int offset = 1; offset <= listed.size(); offset++) {
            assertEquals(
                    listed.subList(offset - 1, Math.min(listed.size(), offset + 1)),
                    rows(arena.lists.list(board, season, offset, 2)),
                    "page of season " + season + " from " + offset);
        }
        for (RankedEntry row : expected) {
            List<RankedEntry> around = rows(arena.surroundings.around(board, season, entry(all, row), 3));
            assertTrue(around.contains(row), () -> "around " + row + " is " + around);
            assertTrue(expected.containsAll(around), () -> "around " + row + " is " + around);
            assertEquals(Math.min(3, board.lists(row.position()) ? listed.size() : 3), around.size(), "around " + row);
        }
    }

    private static List<RankedEntry> rows(Listing listing) {
        return listing.entries();
    }

    /** Each closed season has one snapshot and the awards of its final ranking. */
    private void checkSeasons() {
        List<Season> closed = arena.seasons.list(board, null, PAGE);
        assertEquals(board.season() - 1, closed.size(), "closed seasons");
        Map<Integer, List<Snapshot>> snapshots = arena.snapshots.list(board, null, PAGE).snapshots().stream()
                .collect(Collectors.groupingBy(Snapshot::season));
        for (Season season : closed) {
            int number = season.season();
            List<RankedEntry> expected = ranking(entries.getOrDefault(number, List.of()));
            assertEquals(Season.Phase.DONE, season.phase(), "phase of season " + number);
            List<Snapshot> taken = snapshots.getOrDefault(number, List.of());
            assertEquals(1, taken.size(), "snapshots of season " + number);
            assertEquals(snapshot(expected), snapshot(taken.get(0).entries()), "snapshot of season " + number);
            assertEquals(expected.size(), taken.get(0).totalEntries(), "total of the snapshot");
            List<Award> awards = arena.seasons.awards(board, number, 0, PAGE);
            assertEquals(expected.size(), season.totalEntries(), "entries of season " + number);
            assertEquals(awards(season, expected), awards, "awards of season " + number);
            assertEquals(awards.size(), season.awards(), "number of awards of season " + number);
        }
    }

    private List<RankedEntry> snapshot(List<RankedEntry> rows) {
        return migrated
                ? rows.stream()
                        .map(row -> new RankedEntry(
                                row.rank(),
                                row.place(),
                                row.position(),
                                row.playerId(),
                                row.score(),
                                row.reachedAt(),
                                null))
                        .toList()
                : rows;
    }

    private List<Award> awards(Season season, List<RankedEntry> expected) {
        List<Award> awards = new ArrayList<>();
        for (RankedEntry row : expected) {
            @Nullable Integer reward = rewardOf(season.rewards(), row, expected.size());
            if (reward != null) {
                awards.add(new Award(row.playerId(), row.position(), row.rank(), row.score(), reward));
            }
        }
        return awards;
    }

    private @Nullable Integer rewardOf(List<Reward> rewards, RankedEntry row, int total) {
        for (int i = 0; i < rewards.size(); i++) {
            if (rewards.get(i).includes(row.rank(), board.ranking().ofPercentile(row.rank(), row.place()), total)) {
                return i;
            }
        }
        return null;
    }
}
