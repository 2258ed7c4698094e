package dev.statecraft.leaderboard.match;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.match.Match.Outcome;
import dev.statecraft.leaderboard.match.MatchResult.Exhausted;
import dev.statecraft.leaderboard.match.MatchResult.Mismatch;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Computes matches and writes them in one transaction, or finds that they were rated before. Each call is one attempt: if
 * another writer wins the race, the caller tries again.
 */
@ApplicationScoped
public class MatchWriter {

    private static final Attempt LOST_RACE = new Attempt(null, List.of());

    private final EntryStore entries;
    private final MatchStore matches;
    private final LeaderboardConfig config;
    private final Clock clock;

    public MatchWriter(EntryStore entries, MatchStore matches, LeaderboardConfig config, Clock clock) {
        this.entries = entries;
        this.matches = matches;
        this.config = config;
        this.clock = clock;
    }

    /** Result of an attempt and the entries that it wrote; {@code result} is null if another writer won the race. */
    record Attempt(@Nullable MatchResult result, List<Entry> written) {}

    /** Result of rating matches of several instances. Variants are listed in order of precedence. */
    sealed interface Rated {}

    /** Some of the matches are rejected. Nothing was written. */
    record Rejected(Set<Match> matches) implements Rated {

        /** Copies the matches. */
        Rejected {
            matches = Set.copyOf(matches);
        }
    }

    /** Another writer won the race, or some of the matches were rated before. Nothing was written. */
    record LostRace() implements Rated {}

    /** All matches were rated. */
    record AllRated(List<Attempt> attempts) implements Rated {}

    /**
     * Rates matches of several instances, all of them or none, together with other writes.
     *
     * @param matches different matches, none of them in {@code known}
     * @param known records that were found are added
     */
    Rated rateCombined(
            Board board,
            RatingSystem system,
            List<Match> matches,
            Map<String, MatchRecord> known,
            TransactionWrites others) {
        Map<Match, MatchResult> refused = new HashMap<>();
        List<Attempt> attempts = rate(board, system, matches, known, true, refused, others);
        if (!refused.isEmpty()) {
            return new Rejected(refused.keySet());
        }
        return attempts.get(0).result() == null ? new LostRace() : new AllRated(attempts);
    }

    /**
     * Rates matches whose entries and records fit into one transaction. Each match is computed from the entries that the
     * match before it left.
     *
     * @param known records of these matches that were found earlier, by match id; records found now are added
     */
    List<Attempt> rateTogether(
            Board board, RatingSystem system, List<Match> requested, Map<String, MatchRecord> known) {
        return rate(board, system, requested, known, false, new HashMap<>(), TransactionWrites.NONE);
    }

    /**
     * As {@link #rateTogether}, with other writes. No attempts if {@code whole} and one of the matches is rejected.
     *
     * @param refused the results of rejected matches are added
     */
    private List<Attempt> rate(
            Board board,
            RatingSystem system,
            List<Match> requested,
            Map<String, MatchRecord> known,
            boolean whole,
            Map<Match, MatchResult> refused,
            TransactionWrites others) {
        int season = board.season();
        List<Match> open = requested.stream()
                .filter(match -> !known.containsKey(match.matchId()))
                .toList();
        Map<String, Entry> current = entries.readAll(
                board,
                season,
                open.stream()
                        .flatMap(match -> match.players().stream())
                        .distinct()
                        .toList());
        confirmCarried(board, current);
        Map<String, Entry> next = new LinkedHashMap<>(current);
        Map<String, MatchRecord> records = new LinkedHashMap<>();
        for (Match match : open) {
            if (records.containsKey(match.matchId()) || refused.containsKey(match)) {
                continue;
            }
            Optional<MatchResult> exhausted = exhausted(board, match, next);
            if (exhausted.isPresent()) {
                refused.put(match, exhausted.get());
            } else {
                Outcome outcome = outcome(board, system, match, season, next);
                outcome.entries().forEach(entry -> next.put(entry.playerId(), entry));
                records.put(match.matchId(), outcome.record());
            }
        }
        if (whole && !refused.isEmpty()) {
            return List.of();
        }
        if (!records.isEmpty()) {
            List<MatchStore.Replaced> replaced = new ArrayList<>();
            next.replaceAll((player, entry) -> entry.asOneWriteAfter(current.getOrDefault(player, Entry.none(player))));
            next.forEach((player, entry) -> {
                long before = current.getOrDefault(player, Entry.none(player)).version();
                if (entry.version() != before) {
                    replaced.add(new MatchStore.Replaced(entry, before));
                }
            });
            MatchStore.Writing writing =
                    matches.write(board, season, replaced, List.copyOf(records.values()), config.matchesKept(), others);
            if (writing instanceof MatchStore.Known found) {
                found.matches().forEach(record -> known.put(record.matchId(), record));
            }
            if (!(writing instanceof MatchStore.Written)) {
                return List.of(LOST_RACE);
            }
        }
        List<Attempt> done = new ArrayList<>();
        for (Match match : requested) {
            MatchResult refusal = refused.get(match);
            MatchRecord record = refusal == null ? records.remove(match.matchId()) : null;
            if (refusal != null) {
                done.add(new Attempt(refusal, List.of()));
            } else if (record == null) {
                MatchRecord earlier = Objects.requireNonNull(known.get(match.matchId()));
                done.add(new Attempt(known(board, match, earlier), List.of()));
            } else {
                known.put(match.matchId(), record);
                List<Entry> written = match.players().stream()
                        .map(player -> next.getOrDefault(player, Entry.none(player)))
                        .toList();
                done.add(new Attempt(new Taken(board, record, false, Map.of()), written));
            }
        }
        return done;
    }

    /**
     * Rates a match whose entries fill a transaction. The record is announced first and fixes the season, so every retry
     * writes the same entries, and all but one fail on the versions of the entries. The entry of the first player stores a
     * copy of the finished record until the record itself is written; a later writer of that entry writes the record first.
     * Therefore a match without a finished record and without a copy was not rated, provided that the record is read after
     * the entry.
     */
    Attempt rateAnnounced(Board board, RatingSystem system, Match match) {
        if (board.settings().terms().maxAttempts() > 0) {
            // A rejected match must not be announced.
            Optional<MatchResult> exhausted =
                    exhausted(board, match, entries.readAll(board, board.season(), match.players()));
            if (exhausted.isPresent()) {
                return new Attempt(exhausted.get(), List.of());
            }
        }
        MatchRecord announced = matches.announce(
                board,
                MatchRecord.announced(match.matchId(), match.body(), board.season(), clock.millis()),
                config.matchesKept());
        if (announced.body() != match.body() || announced.done()) {
            return new Attempt(known(board, match, announced), List.of());
        }
        int season = announced.season();
        Map<String, Entry> current = entries.readAll(board, season, match.players());
        Optional<MatchRecord> stored = matches.read(board, match.matchId());
        if (stored.isEmpty()) {
            return LOST_RACE;
        }
        if (stored.get().done()) {
            return new Attempt(known(board, match, stored.get()), List.of());
        }
        confirmCarried(board, current);
        String first = match.players().get(0);
        MatchRecord carried = current.getOrDefault(first, Entry.none(first)).carried();
        if (carried != null && carried.matchId().equals(match.matchId())) {
            return new Attempt(known(board, match, carried), List.of());
        }
        Optional<MatchResult> exhausted = exhausted(board, match, current);
        if (exhausted.isPresent()) {
            return new Attempt(exhausted.get(), List.of());
        }
        Outcome outcome = outcome(board, system, match, season, current);
        List<Entry> written = new ArrayList<>(outcome.entries());
        written.set(0, written.get(0).carrying(outcome.record()));
        List<MatchStore.Replaced> replaced = written.stream()
                .map(entry -> new MatchStore.Replaced(entry, entry.version() - 1))
                .toList();
        if (matches.write(board, season, replaced, List.of(), config.matchesKept()) instanceof MatchStore.Overtaken) {
            return LOST_RACE;
        }
        matches.confirm(board, outcome.record(), config.matchesKept());
        return new Attempt(new Taken(board, outcome.record(), false, Map.of()), written);
    }

    /** Writes the records that entries store a copy of: the next write of an entry drops the copy. */
    private void confirmCarried(Board board, Map<String, Entry> current) {
        for (Entry entry : current.values()) {
            MatchRecord carried = entry.carried();
            if (carried != null) {
                matches.confirm(board, carried, config.matchesKept());
            }
        }
    }

    /** The result of a match that was rated before, or empty. Cost: 1 RCU; 3 RCU if the match was only announced. */
    Optional<MatchResult> earlierResult(Board board, Match match) {
        Optional<MatchRecord> stored = matches.read(board, match.matchId());
        if (stored.isPresent() && !stored.get().done() && stored.get().body() == match.body()) {
            String first = match.players().get(0);
            MatchRecord carried =
                    entries.read(board, stored.get().season(), first).carried();
            // The record is read again after the entry: it may have been written, and the copy dropped, in between.
            stored = carried != null && carried.matchId().equals(match.matchId())
                    ? Optional.of(carried)
                    : matches.read(board, match.matchId()).filter(MatchRecord::done);
        }
        return stored.map(record -> known(board, match, record));
    }

    /** {@code Exhausted} if a player has no attempt left and the match was not rated before; otherwise empty. */
    private Optional<MatchResult> exhausted(Board board, Match match, Map<String, Entry> current) {
        Terms terms = board.settings().terms();
        return match.players().stream()
                .map(player -> current.getOrDefault(player, Entry.none(player)))
                .filter(entry -> terms.exhaustedBy(entry.attempts()))
                .findFirst()
                .map(entry ->
                        earlierResult(board, match).orElse(new Exhausted(board, entry.playerId(), entry.attempts())));
    }

    private Outcome outcome(Board board, RatingSystem system, Match match, int season, Map<String, Entry> current) {
        LeaderboardConfig.Receipts receipts = config.receipts();
        return match.rate(
                board,
                system,
                season,
                current,
                clock.millis(),
                new Receipt.Retention(receipts.least(), receipts.most(), receipts.window()));
    }

    private static MatchResult known(Board board, Match match, MatchRecord known) {
        return known.body() == match.body() ? new Taken(board, known, true, Map.of()) : new Mismatch();
    }
}
