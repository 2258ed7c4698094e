package dev.statecraft.leaderboard;

import dev.statecraft.rating.RatingSystem;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A leaderboard: what it ranks, how, and which season it is in.
 *
 * @param game the game it belongs to
 * @param id unique in the game
 * @param epoch counts how often a board with this id was created before
 * @param seasons how its seasons go
 * @param history what of its past is kept
 * @param generations by season, the generation of the rank tree that writes are counted in; 0 where none is named
 * @param mending the season whose tree is being replaced, null when none is
 * @param scored whether anything was ever submitted: type, order, operator and decimals are fixed from then on
 * @param subscored whether a subscore other than 0 was ever submitted: only then are subscore trees read
 * @param version counts the writes of this record
 */
public record Board(
        String game,
        String id,
        Settings settings,
        int epoch,
        Seasons seasons,
        History history,
        Map<Integer, Integer> generations,
        @Nullable Mending mending,
        boolean scored,
        boolean subscored,
        Instant createdAt,
        Instant updatedAt,
        long version) {

    /**
     * What a studio decides about a board.
     *
     * @param operator null for the way of the ranking type
     * @param decimals digits after the point that values may have, 0 to {@link #MAX_DECIMALS}
     * @param maxSize how many places are listed, 0 for all
     * @param lanes how many partitions the entries are spread over, 1 to {@link #MAX_LANES}; fixed at creation
     * @param reset when seasons end by themselves, null if they do not
     * @param bounds what is plausible, null if everything is
     * @param rewards what the end of a season brings, in order of precedence
     * @param tiers the parts of the ranking, in order of precedence
     * @param rating how matches are rated; there is one if, and only if, the type is RATING
     * @param source what the board follows by itself, null if nothing
     * @param terms when scores are taken, and how many of each player
     * @param ranking how entries are numbered
     */
    public record Settings(
            String description,
            RankingType rankingType,
            Order order,
            @Nullable Operator operator,
            int decimals,
            int maxSize,
            int lanes,
            @Nullable ResetSchedule reset,
            @Nullable Bounds bounds,
            List<Reward> rewards,
            List<Tier> tiers,
            @Nullable RatingSystem rating,
            @Nullable EntitySource source,
            Terms terms,
            Ranking ranking) {

        /** Settings of a board with competition ranking that is bound to no entities and always takes scores. */
        public Settings(
                String description,
                RankingType rankingType,
                Order order,
                @Nullable Operator operator,
                int decimals,
                int maxSize,
                int lanes,
                @Nullable ResetSchedule reset,
                @Nullable Bounds bounds,
                List<Reward> rewards,
                List<Tier> tiers,
                @Nullable RatingSystem rating) {
            this(
                    description,
                    rankingType,
                    order,
                    operator,
                    decimals,
                    maxSize,
                    lanes,
                    reset,
                    bounds,
                    rewards,
                    tiers,
                    rating,
                    null,
                    Terms.NONE,
                    Ranking.COMPETITION);
        }

        /** Settings that only say how scores are kept. */
        public static Settings of(
                RankingType rankingType, Order order, @Nullable Operator operator, int decimals, int lanes) {
            return new Settings(
                    "", rankingType, order, operator, decimals, 0, lanes, null, null, List.of(), List.of(), null);
        }

        /** These settings with other terms. */
        public Settings with(Terms changed) {
            return with(changed, ranking);
        }

        /** These settings with another ranking. */
        public Settings with(Ranking other) {
            return with(terms, other);
        }

        private Settings with(Terms changed, Ranking other) {
            return new Settings(
                    description,
                    rankingType,
                    order,
                    operator,
                    decimals,
                    maxSize,
                    lanes,
                    reset,
                    bounds,
                    rewards,
                    tiers,
                    rating,
                    source,
                    changed,
                    other);
        }

        /**
         * Whether scores kept under other settings mean the same under these. Dense ranking needs a rank tree that has
         * counted different scores from the first on.
         */
        public boolean scoresAlike(Settings other) {
            return (ranking != Ranking.DENSE || other.ranking == Ranking.DENSE)
                    && rankingType == other.rankingType
                    && order == other.order
                    && operator == other.operator
                    && decimals == other.decimals
                    && Objects.equals(rating, other.rating);
        }
    }

    /**
     * How the seasons of a board go.
     *
     * @param running the number of the running season, from 1
     * @param startedAt when it began
     * @param endsAt when it ends by itself, null if it does not
     * @param unfinished closed seasons whose end is still being worked off
     * @param closed whether the board has closed for good: {@code running} was its last season, which has ended
     */
    public record Seasons(
            int running, Instant startedAt, @Nullable Instant endsAt, Set<Integer> unfinished, boolean closed) {}

    /**
     * What of a board's past is kept.
     *
     * @param snapshots how many snapshots there are
     * @param dueAt when the next one is taken by schedule
     */
    public record History(int snapshots, Instant dueAt) {}

    /**
     * A rank tree being replaced: entries move to the new generation one by one, and both are counted together.
     *
     * @param from the generation that entries are moved out of
     * @param lane the lane whose entries are being moved; the number of lanes once all have been
     * @param after the player in that lane up to whom entries have been moved, null if none was
     * @param markedAt when marks were written behind the moves, whose counting shows that all moves are; null before
     */
    public record Mending(
            int season,
            int from,
            int lane,
            @Nullable String after,
            @Nullable Instant markedAt) {}

    /** Most digits after the point. */
    public static final int MAX_DECIMALS = 6;

    /** Most lanes. */
    public static final int MAX_LANES = 256;

    /** The generation of a season's rank tree that writes are counted in. */
    public int generation(int ofSeason) {
        return generations.getOrDefault(ofSeason, 0);
    }

    /** A board as it begins, in its first season. */
    public static Board first(String game, String id, Settings settings, Instant now, Instant firstSnapshotAt) {
        Instant start = settings.terms.notBeforeStart(now);
        Seasons seasons = new Seasons(1, start, nextEnd(settings, start), Set.of(), false);
        return new Board(
                game,
                id,
                settings,
                0,
                seasons,
                new History(0, firstSnapshotAt),
                Map.of(),
                null,
                false,
                false,
                now,
                now,
                1);
    }

    /** A stand-in for a board that was never seen: where its entries most probably are. */
    public static Board guess(String game, String id) {
        Settings settings = Settings.of(RankingType.SCORE, Order.DESCENDING, null, 0, 1);
        return first(game, id, settings, Instant.EPOCH, Instant.EPOCH);
    }

    /** This board in place of a deleted one with the same id. */
    public Board after(int deletedEpoch, long deletedVersion) {
        return new Board(
                game,
                id,
                settings,
                deletedEpoch + 1,
                seasons,
                history,
                generations,
                mending,
                scored,
                subscored,
                createdAt,
                updatedAt,
                deletedVersion + 1);
    }

    /** This board with other settings; those of a board that has closed for good reschedule nothing. */
    public Board with(Settings changed, Instant now) {
        boolean scheduled = seasons.closed
                || (Objects.equals(changed.reset, settings.reset) && changed.terms.samePeriod(settings.terms));
        Seasons next = scheduled ? seasons : rescheduled(changed, now);
        return next(changed, next, history, generations, mending, scored, subscored, now);
    }

    private Seasons rescheduled(Settings changed, Instant now) {
        // A season that has not started may start earlier as well as later.
        Instant start = changed.terms.notBeforeStart(now.isBefore(seasons.startedAt) ? now : seasons.startedAt);
        Instant end = nextEnd(changed, start.isAfter(now) ? start : now);
        return new Seasons(seasons.running, start, end, seasons.unfinished, false);
    }

    /** This board after something was submitted. */
    public Board marked(boolean withSubscore) {
        return next(settings, seasons, history, generations, mending, true, subscored || withSubscore, updatedAt);
    }

    /**
     * This board in its next season.
     *
     * @param start when the next season begins
     * @param end when it ends by itself, null if it does not
     * @param snapshots how many snapshots are kept, with that of the season that ends
     */
    public Board turned(Instant start, @Nullable Instant end, int snapshots) {
        Set<Integer> open = new TreeSet<>(seasons.unfinished);
        open.add(seasons.running);
        Seasons turned = new Seasons(seasons.running + 1, start, end, open, false);
        History grown = new History(snapshots, history.dueAt);
        return next(settings, turned, grown, generations, mending, scored, subscored, updatedAt);
    }

    /**
     * This board once its last season has ended: it takes no scores any more, and that season stays the one that is
     * read.
     *
     * @param snapshots how many snapshots are kept, with that of the season that ends
     */
    public Board closed(int snapshots) {
        Set<Integer> open = new TreeSet<>(seasons.unfinished);
        open.add(seasons.running);
        Seasons last = new Seasons(seasons.running, seasons.startedAt, null, open, true);
        History grown = new History(snapshots, history.dueAt);
        return next(settings, last, grown, generations, mending, scored, subscored, updatedAt);
    }

    /** This board once the end of a season has been worked off. */
    public Board finished(int season, int snapshots) {
        Set<Integer> open = new TreeSet<>(seasons.unfinished);
        open.remove(season);
        Seasons left = new Seasons(seasons.running, seasons.startedAt, seasons.endsAt, open, seasons.closed);
        return next(
                settings,
                left,
                new History(snapshots, history.dueAt),
                generations,
                mending,
                scored,
                subscored,
                updatedAt);
    }

    /** This board after its scheduled snapshot. */
    public Board recorded(int snapshots, Instant nextAt) {
        return next(
                settings, seasons, new History(snapshots, nextAt), generations, mending, scored, subscored, updatedAt);
    }

    /** This board when the tree of a season begins to be replaced by its next generation. */
    public Board mending(int ofSeason) {
        Map<Integer, Integer> moved = new TreeMap<>(generations);
        moved.put(ofSeason, generation(ofSeason) + 1);
        Mending begun = new Mending(ofSeason, generation(ofSeason), 0, null, null);
        return next(settings, seasons, history, moved, begun, scored, subscored, updatedAt);
    }

    /** This board when its mending has come further. */
    public Board mendedUntil(Mending progress) {
        return next(settings, seasons, history, generations, progress, scored, subscored, updatedAt);
    }

    /** This board once all entries are counted by the new generation. */
    public Board mended() {
        return next(settings, seasons, history, generations, null, scored, subscored, updatedAt);
    }

    private Board next(
            Settings changed,
            Seasons nextSeasons,
            History nextHistory,
            Map<Integer, Integer> nextGenerations,
            @Nullable Mending nextMending,
            boolean isScored,
            boolean isSubscored,
            Instant now) {
        return new Board(
                game,
                id,
                changed,
                epoch,
                nextSeasons,
                nextHistory,
                nextGenerations,
                nextMending,
                isScored,
                isSubscored,
                createdAt,
                now,
                version + 1);
    }

    private static @Nullable Instant nextEnd(Settings settings, Instant after) {
        Instant end = settings.reset == null ? null : settings.reset.next(after).orElse(null);
        return settings.terms.notAfterEnd(end);
    }

    /** This board as if it listed every place. */
    public Board listingAll() {
        Settings all = new Settings(
                settings.description,
                settings.rankingType,
                settings.order,
                settings.operator,
                settings.decimals,
                0,
                settings.lanes,
                settings.reset,
                settings.bounds,
                settings.rewards,
                settings.tiers,
                settings.rating,
                settings.source,
                settings.terms,
                settings.ranking);
        return next(all, seasons, history, generations, mending, scored, subscored, updatedAt);
    }

    /** The running season. */
    public int season() {
        return seasons.running;
    }

    /**
     * The end of the running season, if that time has come; null if it has not.
     *
     * @param seasonal whether seasons end by their reset schedule; the board itself closes in any case
     */
    public @Nullable Instant passedEnd(Instant now, boolean seasonal) {
        if (seasons.closed) {
            return null;
        }
        Instant close = settings.terms.endsAt();
        Instant end = seasonal ? settings.terms.notAfterEnd(seasons.endsAt) : close;
        if (end != null && !now.isBefore(end)) {
            return end;
        }
        return null;
    }

    /** Whether a season that ends at this time is the last one. */
    public boolean closesWith(Instant seasonEnd) {
        return seasonEnd.equals(settings.terms.endsAt());
    }

    /** When a season that begins now, because somebody resets the board, ends by itself; null if it does not. */
    public @Nullable Instant endAfterReset(Instant now) {
        return nextEnd(settings, now);
    }

    /**
     * When the season that follows one which ended by its schedule ends in turn; null if it does not.
     *
     * @param start when the season begins
     * @param now the time
     * @param mostMissed how many missed ends make a season each
     */
    public @Nullable Instant endAfter(Instant start, Instant now, int mostMissed) {
        Instant until = Objects.requireNonNull(settings.terms.notAfterEnd(now));
        return settings.terms.notAfterEnd(
                settings.reset == null
                        ? null
                        : settings.reset.endOfSeason(start, until, mostMissed).orElse(null));
    }

    /** Whether this board takes scores at a time. */
    public Terms.Status status(Instant now) {
        return seasons.closed ? Terms.Status.CLOSED : settings.terms.status(now);
    }

    /**
     * When there is something to be done about this board by the clock; the epoch if there is at any time, null if there
     * never is again.
     */
    public @Nullable Instant dueAt() {
        if (mending != null || !seasons.unfinished.isEmpty()) {
            return Instant.EPOCH;
        }
        if (seasons.closed) {
            return null;
        }
        return seasons.endsAt != null && seasons.endsAt.isBefore(history.dueAt) ? seasons.endsAt : history.dueAt;
    }

    /** The board's order. */
    public Order order() {
        return settings.order;
    }

    /** How the board numbers its entries. */
    public Ranking ranking() {
        return settings.ranking;
    }

    /** The lane of a player: a stable hash, so that it is the same everywhere and for ever. */
    public int laneOf(String playerId) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < playerId.length(); i++) {
            hash = (hash ^ playerId.charAt(i)) * 0x01000193;
        }
        // FNV-1a leaves its low bits poor; fold the high ones in.
        return Math.floorMod(hash ^ (hash >>> 15), settings.lanes);
    }

    /**
     * A value in the board's smallest unit. The noise of floating-point arithmetic is rounded away: see {@link FloatNoise}.
     *
     * @return nothing if it has more digits after the point than the board, or is out of range
     */
    public Optional<Long> units(BigDecimal value) {
        // Guards the exact arithmetic below against exponents such as 1e999999999.
        if (value.precision() - (long) value.scale() > 17) {
            return Optional.empty();
        }
        BigDecimal stripped = FloatNoise.rounded(value, settings.decimals).stripTrailingZeros();
        if (stripped.signum() != 0 && stripped.scale() > settings.decimals) {
            return Optional.empty();
        }
        long units = stripped.signum() == 0
                ? 0
                : stripped.setScale(settings.decimals).unscaledValue().longValueExact();
        return Score.inRange(units) ? Optional.of(units) : Optional.empty();
    }

    /** A value as callers see it, without needless zeros. */
    public BigDecimal value(long units) {
        BigDecimal value = BigDecimal.valueOf(units, settings.decimals).stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    /** Whether a place is listed. */
    public boolean lists(long position) {
        return settings.maxSize == 0 || position <= settings.maxSize;
    }
}
