package dev.statecraft.leaderboard;

import dev.statecraft.leaderboard.EntryStore.Row;
import dev.statecraft.leaderboard.RankTree.Place;
import dev.statecraft.leaderboard.RankingService.Ranked;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lists entries: the rank tree tells where a place is, the order index is read from there. Nothing here scans, and
 * nothing costs more on a larger board but a list that begins in the middle of very many equal scores.
 */
@ApplicationScoped
public class ListingService {

    /** A range with no more entries than this is passed over in the index rather than narrowed down further. */
    private static final long ENOUGH = 64;

    private final EntryStore entries;
    private final RankStore ranks;
    private final RankingService rankings;

    ListingService(EntryStore entries, RankStore ranks, RankingService rankings) {
        this.entries = entries;
        this.ranks = ranks;
        this.rankings = rankings;
    }

    /** A score that holds a place. */
    public record Selected(long position, Score score, long rank, long total, Instant asOf) {}

    /** The score that holds a position, from 1. Reads one node a level. Nothing if fewer entries are counted. */
    public Optional<Selected> select(Board board, int season, long position) {
        RankWalk tree = new RankWalk(ranks, board, season);
        RankWalk.Summary summary = tree.summary();
        return RankTree.select(position - 1, board.order(), board.subscored(), tree::node, 0)
                .flatMap(place -> place.exact()
                        ? Optional.of(new Selected(
                                position, place.from(), place.before() + 1, summary.total(), summary.asOf()))
                        : list(board, season, position, 1).entries().stream()
                                .findFirst()
                                .map(row -> new Selected(
                                        position, row.score(), row.rank(), summary.total(), summary.asOf())));
    }

    /** The score of the last player who is among the best {@code percent} of all. */
    public Optional<Selected> selectPercentile(Board board, int season, double percent) {
        long total = rankings.summary(board, season).total();
        long position = Math.max(1, (long) Math.ceil(percent / 100 * total));
        return select(board, season, position);
    }

    /**
     * Lists entries from a position on. The place is found in the rank tree (one node a level) and read from the order
     * index (usually one query); the first page of a board of one lane comes from the index alone.
     *
     * @param offset position of the first, from 1
     * @param limit how many at most; never beyond the board's listed places
     */
    public Listing list(Board board, int season, long offset, int limit) {
        return list(new RankWalk(ranks, board, season), board, season, offset, limit);
    }

    /** The same from the best on, with a walk that has read the root then, before the entries. */
    Listing first(RankWalk tree, Board board, int season, int limit) {
        return list(tree, board, season, 1, limit);
    }

    private Listing list(RankWalk tree, Board board, int season, long offset, int limit) {
        int wanted = listed(board, offset, limit);
        if (wanted == 0) {
            return listing(board, season, List.of(), tree.summary(), Optional.empty());
        }
        Optional<Place> place;
        if (offset == 1) {
            place = Optional.of(new Place(best(board), 0, 0, false));
        } else {
            place = RankTree.select(offset - 1, board.order(), board.subscored(), tree::node, ENOUGH);
        }
        if (place.isEmpty()) {
            return listing(board, season, List.of(), tree.summary(), Optional.empty());
        }
        Place start = place.get();
        long toRead = start.skip() + wanted + 1;
        OrderKey from = offset == 1 ? null : OrderKey.before(start.from());
        List<Integer> shards = offset == 1 ? tree.shards() : tree.shardsFrom(start.from(), true);
        OrderWalk walk = new OrderWalk(
                entries, board, season, shards, from, true, true, (int) Math.min(toRead, Integer.MAX_VALUE));
        return collect(board, season, walk, start.before(), start.skip(), null, wanted, tree.summary());
    }

    /** Lists the entries after one that was listed before. */
    public Listing listAfter(Board board, int season, RankedEntry last, int limit) {
        RankWalk tree = new RankWalk(ranks, board, season);
        int wanted = listed(board, last.position() + 1, limit);
        OrderKey from = new OrderKey(last.score(), last.reachedAt(), last.playerId());
        OrderWalk walk = new OrderWalk(
                entries, board, season, tree.shardsFrom(last.score(), true), from, false, true, wanted + 1);
        return collect(board, season, walk, last.position(), 0, last, wanted, tree.summary());
    }

    /** Lists the entries after one, or from the best on, also beyond the places that the board lists. */
    Listing all(Board board, int season, @Nullable RankedEntry last, int limit) {
        Board all = board.listingAll();
        return last == null ? list(all, season, 1, limit) : listAfter(all, season, last, limit);
    }

    /**
     * Lists the entries around a player's, which is in the middle unless an end of the ranking is near. Places that the
     * board does not list are left out, but for the player's own.
     */
    public Listing around(Board board, int season, Entry entry, int limit) {
        RankWalk tree = new RankWalk(ranks, board, season);
        Score score = RankingService.scoreOf(entry);
        OrderKey own = new OrderKey(score, entry.reachedAt(), entry.playerId());
        Ranked ranked = rankings.rank(board, season, entry);
        long position = position(board, season, entry, ranked);
        List<Row> better = take(
                new OrderWalk(entries, board, season, tree.shardsFrom(score, false), own, false, false, limit - 1),
                limit - 1);
        List<Row> worse = take(
                new OrderWalk(entries, board, season, tree.shardsFrom(score, true), own, false, true, limit - 1),
                limit - 1);
        int before = Math.min(better.size(), Math.max((limit - 1) / 2, limit - 1 - worse.size()));
        before = (int) Math.min(before, position - 1);
        List<Row> rows = new ArrayList<>();
        for (int i = before - 1; i >= 0; i--) {
            rows.add(better.get(i));
        }
        rows.add(new Row(own, entry.metadata()));
        rows.addAll(worse.subList(0, Math.min(worse.size(), limit - 1 - before)));
        long place = position - before;
        long rank = before == 0
                ? ranked.rank()
                : Math.min(
                        place,
                        rankings.rankOf(board, season, rows.get(0).key().score())
                                .rank());
        List<RankedEntry> listed = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            if (i > 0 && !row.key().score().equals(rows.get(i - 1).key().score())) {
                rank = place;
            }
            if (board.lists(place) || row.key().equals(own)) {
                listed.add(ranked(row, rank, place));
            }
            place++;
        }
        return listing(board, season, listed, tree.summary(), Optional.empty());
    }

    /** Lists the given players by rank; those without a score are left out. */
    public Listing players(Board board, int season, Collection<Entry> players) {
        List<Entry> scored =
                players.stream().filter(entry -> entry.score() != null).toList();
        RankWalk tree = new RankWalk(ranks, board, season);
        List<Ranked> ranked = rankings.rankAll(board, season, scored);
        List<RankedEntry> listed = new ArrayList<>();
        for (int i = 0; i < scored.size(); i++) {
            Entry entry = scored.get(i);
            OrderKey key = new OrderKey(RankingService.scoreOf(entry), entry.reachedAt(), entry.playerId());
            listed.add(ranked(
                    new Row(key, entry.metadata()),
                    ranked.get(i).rank(),
                    position(board, season, entry, ranked.get(i))));
        }
        listed.sort(Comparator.comparingLong(RankedEntry::position).thenComparing(RankedEntry::playerId));
        return listing(board, season, listed, tree.summary(), Optional.empty());
    }

    /**
     * Whether a player's place is among those listed. Known from the rank, unless the last listed place lies within the
     * player's tie; then the tie is looked at, up to that place.
     */
    public boolean listed(Board board, int season, Entry entry, Ranked ranked) {
        if (board.lists(ranked.rank() + ranked.ties() - 1)) {
            return true;
        }
        return board.lists(ranked.rank()) && board.lists(position(board, season, entry, ranked));
    }

    /** The place in the list: the rank, and those of a tie who came first. */
    private long position(Board board, int season, Entry entry, Ranked ranked) {
        if (ranked.ties() == 1) {
            return ranked.rank();
        }
        OrderKey own = new OrderKey(RankingService.scoreOf(entry), entry.reachedAt(), entry.playerId());
        OrderWalk walk = new OrderWalk(
                entries,
                board,
                season,
                List.of(EntryStore.shardOf(board, own.score())),
                OrderKey.before(own.score()),
                true,
                true,
                (int) Math.min(ranked.ties(), Integer.MAX_VALUE));
        long position = ranked.rank();
        while (walk.hasNext()) {
            OrderKey key = walk.next().key();
            if (key.equals(own) || !key.score().equals(own.score())) {
                return position;
            }
            position++;
        }
        return position;
    }

    private Listing collect(
            Board board,
            int season,
            OrderWalk walk,
            long before,
            long skip,
            @Nullable RankedEntry last,
            int wanted,
            RankWalk.Summary summary) {
        List<RankedEntry> listed = new ArrayList<>();
        long position = before;
        long rank = last == null ? 0 : last.rank();
        Score tied = last == null ? null : last.score();
        while (listed.size() < wanted && walk.hasNext()) {
            Row row = walk.next();
            position++;
            if (!row.key().score().equals(tied)) {
                tied = row.key().score();
                rank = position;
            }
            if (position > before + skip) {
                listed.add(ranked(row, rank, position));
            }
        }
        boolean more = listed.size() == wanted && board.lists(position + 1) && walk.hasNext();
        return listing(
                board, season, listed, summary, more ? Optional.of(listed.get(listed.size() - 1)) : Optional.empty());
    }

    /** The index may know entries that the tree does not count yet; a total never falls short of what is listed. */
    private static Listing listing(
            Board board, int season, List<RankedEntry> listed, RankWalk.Summary summary, Optional<RankedEntry> next) {
        long last = listed.isEmpty() ? 0 : listed.get(listed.size() - 1).position();
        return new Listing(
                board, season, listed, Math.max(last, summary.total()), summary.lastUpdated(), summary.asOf(), next);
    }

    private static RankedEntry ranked(Row row, long rank, long position) {
        OrderKey key = row.key();
        return new RankedEntry(rank, position, key.playerId(), key.score(), key.reachedAt(), row.metadata());
    }

    private static List<Row> take(OrderWalk walk, int most) {
        List<Row> rows = new ArrayList<>();
        while (rows.size() < most && walk.hasNext()) {
            rows.add(walk.next());
        }
        return rows;
    }

    private static int listed(Board board, long offset, int limit) {
        int maxSize = board.settings().maxSize();
        return maxSize == 0 ? limit : (int) Math.max(0, Math.min(limit, maxSize - offset + 1));
    }

    private static Score best(Board board) {
        return board.order() == Order.ASCENDING
                ? new Score(-Score.LIMIT, -Score.LIMIT)
                : new Score(Score.LIMIT, Score.LIMIT);
    }
}
