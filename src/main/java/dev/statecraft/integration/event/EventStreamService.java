package dev.statecraft.integration.event;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.season.AwardsGiven;
import dev.statecraft.leaderboard.season.SeasonService;
import dev.statecraft.leaderboard.upkeep.LeaderboardStreamService;
import dev.statecraft.migration.upkeep.MigrationStreamService;
import dev.statecraft.replication.commit.ConflictChange;
import dev.statecraft.replication.log.SpaceCommitted;
import dev.statecraft.replication.upkeep.ReplicationStreamService;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Converts stream records of the tables to events and appends them to the event feed. */
@ApplicationScoped
public class EventStreamService {

    private final EventFeedService feed;
    private final ReplicationStreamService replication;
    private final LeaderboardStreamService leaderboards;
    private final MigrationStreamService migrations;
    private final BoardService boards;
    private final SeasonService seasons;
    private final Clock clock;

    EventStreamService(
            EventFeedService feed,
            ReplicationStreamService replication,
            LeaderboardStreamService leaderboards,
            MigrationStreamService migrations,
            BoardService boards,
            SeasonService seasons,
            Clock clock) {
        this.feed = feed;
        this.replication = replication;
        this.leaderboards = leaderboards;
        this.migrations = migrations;
        this.boards = boards;
        this.seasons = seasons;
        this.clock = clock;
    }

    /**
     * Appends the events of commits. Commits of a space whose records are not delivered yet are read from the commit
     * log, so that the events of a space are in commit order.
     */
    public void commits(List<ItemChange> batch) {
        Map<String, List<SpaceCommitted>> spaces = new LinkedHashMap<>();
        for (ItemChange change : batch) {
            replication.commit(change).ifPresent(commit -> spaces.computeIfAbsent(
                            commit.game() + "#" + commit.space(), space -> new ArrayList<>())
                    .add(commit));
        }
        Map<String, List<SourceChange>> byGame = new LinkedHashMap<>();
        spaces.values().forEach(commits -> inOrder(commits)
                .forEach(commit -> byGame.computeIfAbsent(commit.game(), game -> new ArrayList<>())
                        .addAll(ReplicationEvents.of(commit.game(), commit.space(), commit.commit()))));
        byGame.forEach(feed::append);
    }

    private List<SpaceCommitted> inOrder(List<SpaceCommitted> commits) {
        List<SpaceCommitted> ordered = new ArrayList<>(commits);
        ordered.sort(Comparator.comparingLong(commit -> commit.commit().seq()));
        SpaceCommitted first = ordered.get(0);
        String position = feed.position(first.game(), ReplicationEvents.source(first.space()));
        long lastSeq = position == null ? 0 : SourceChange.number(position);
        List<SpaceCommitted> all = new ArrayList<>();
        for (SpaceCommitted commit : ordered) {
            long seq = commit.commit().seq();
            if (seq > lastSeq + 1) {
                all.addAll(replication.between(commit.game(), commit.space(), lastSeq, seq));
            }
            if (seq > lastSeq) {
                all.add(commit);
                lastSeq = seq;
            }
        }
        return all;
    }

    /** Appends the events of conflicts that were parked or resolved. */
    public void conflicts(List<ItemChange> batch) {
        Map<String, List<SourceChange>> byGame = new LinkedHashMap<>();
        for (ItemChange change : batch) {
            replication.conflict(change).ifPresent(conflict -> {
                SourceChange occurrence = occurrence(conflict);
                byGame.computeIfAbsent(occurrence.game(), game -> new ArrayList<>())
                        .add(occurrence);
            });
        }
        byGame.forEach(feed::append);
    }

    private static SourceChange occurrence(ConflictChange change) {
        if (change instanceof ConflictChange.Parked parked) {
            return ReplicationEvents.of(parked.game(), parked.conflict());
        }
        ConflictChange.Resolved resolved = (ConflictChange.Resolved) change;
        return ReplicationEvents.of(resolved.game(), resolved.resolution(), resolved.version());
    }

    /** Appends the events of boards, seasons and awards. */
    public void boards(List<ItemChange> batch) {
        Map<String, List<SourceChange>> byGame = new LinkedHashMap<>();
        Map<String, Optional<Season>> known = new HashMap<>();
        for (ItemChange change : batch) {
            List<SourceChange> occurrences = new ArrayList<>();
            leaderboards
                    .board(change)
                    .flatMap(board -> LeaderboardEvents.of(
                            board.game(),
                            board.id(),
                            board.version(),
                            board.before(),
                            board.after(),
                            board.after()
                                    .map(Board::updatedAt)
                                    .orElseGet(clock::instant)
                                    .toEpochMilli()))
                    .ifPresent(occurrences::add);
            leaderboards
                    .season(change)
                    .flatMap(season -> LeaderboardEvents.of(
                            season.game(), season.board(), season.epoch(), season.before(), season.after()))
                    .ifPresent(occurrences::add);
            leaderboards.awards(change).ifPresent(awards -> occurrences.addAll(awards(awards, known)));
            occurrences.forEach(occurrence -> byGame.computeIfAbsent(occurrence.game(), game -> new ArrayList<>())
                    .add(occurrence));
        }
        byGame.forEach(feed::append);
    }

    private List<SourceChange> awards(AwardsGiven awarded, Map<String, Optional<Season>> known) {
        Optional<Board> board =
                boards.find(awarded.game(), awarded.board()).filter(found -> found.epoch() == awarded.epoch());
        if (board.isEmpty()) {
            return List.of();
        }
        String name = awarded.game() + "#" + awarded.board() + "#" + awarded.season();
        return known.computeIfAbsent(name, key -> seasons.find(board.get(), awarded.season()))
                .map(season -> LeaderboardEvents.awards(
                        awarded.game(), awarded.board(), awarded.epoch(), season, awarded.awards(), units -> board.get()
                                .value(units)))
                .orElse(List.of());
    }

    /** Appends the events of score changes: one event per board and season for the whole batch. */
    public void scores(List<ItemChange> batch) {
        Map<String, List<SourceChange>> byGame = new LinkedHashMap<>();
        for (ItemChange change : batch) {
            leaderboards.score(change).ifPresent(score -> byGame.computeIfAbsent(
                            score.game(), game -> new ArrayList<>())
                    .add(LeaderboardEvents.scored(
                            score.game(),
                            score.board(),
                            score.epoch(),
                            score.season(),
                            score.lane(),
                            change.sequence(),
                            score.at())));
        }
        byGame.forEach(feed::append);
    }

    /** Appends the events of the migration history. */
    public void migrations(List<ItemChange> batch) {
        Map<String, List<SourceChange>> byGame = new LinkedHashMap<>();
        for (ItemChange change : batch) {
            migrations.ledger(change).ifPresent(noted -> byGame.computeIfAbsent(noted.game(), game -> new ArrayList<>())
                    .add(MigrationEvents.of(noted.game(), noted.entry())));
        }
        byGame.forEach(feed::append);
    }
}
