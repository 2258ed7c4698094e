package dev.statecraft.integration;

import dev.statecraft.leaderboard.BoardChanged;
import dev.statecraft.leaderboard.BoardEntriesChanged;
import dev.statecraft.leaderboard.BoardService;
import dev.statecraft.leaderboard.LeaderboardStreamService;
import dev.statecraft.migration.MigrationStreamService;
import dev.statecraft.replication.Entity;
import dev.statecraft.replication.ReplicationStreamService;
import dev.statecraft.replication.ResyncService;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What follows in one system from what happened in another. Everything here may be told of again without harm. */
@ApplicationScoped
public class CoordinationService {

    private final ReplicationStreamService replication;
    private final LeaderboardStreamService leaderboards;
    private final MigrationStreamService migrations;
    private final BindingService bindings;
    private final TopService tops;
    private final BoardService boards;
    private final ResyncService resyncs;
    private final IntegrationConfig config;

    CoordinationService(
            ReplicationStreamService replication,
            LeaderboardStreamService leaderboards,
            MigrationStreamService migrations,
            BindingService bindings,
            TopService tops,
            BoardService boards,
            ResyncService resyncs,
            IntegrationConfig config) {
        this.replication = replication;
        this.leaderboards = leaderboards;
        this.migrations = migrations;
        this.bindings = bindings;
        this.tops = tops;
        this.boards = boards;
        this.resyncs = resyncs;
        this.config = config;
    }

    /** Boards that are bound to entities follow them. */
    public void entitiesChanged(List<ItemChange> batch) {
        if (!config.crossSystemValidation()) {
            return;
        }
        Map<String, List<Entity>> byGame = new LinkedHashMap<>();
        for (ItemChange change : batch) {
            replication.entity(change).ifPresent(version -> byGame.computeIfAbsent(
                            version.game(), game -> new ArrayList<>())
                    .add(version.entity()));
        }
        byGame.forEach(bindings::follow);
    }

    /** The tops of boards are replicated. */
    public void scoresChanged(List<ItemChange> batch) {
        if (!config.leaderboardReplication()) {
            return;
        }
        Set<BoardEntriesChanged> changed = new LinkedHashSet<>();
        batch.forEach(change -> leaderboards.listed(change).ifPresent(changed::add));
        Map<String, Set<String>> byGame = new LinkedHashMap<>();
        for (BoardEntriesChanged listed : changed) {
            // A purge takes entry by entry off a board that is gone, perhaps for days: no top waits for that.
            if (boards.find(listed.game(), listed.board())
                    .filter(board -> board.epoch() <= listed.epoch())
                    .isPresent()) {
                byGame.computeIfAbsent(listed.game(), game -> new LinkedHashSet<>())
                        .add(listed.board());
            }
        }
        byGame.forEach(tops::changed);
    }

    /** A board that begins or ends to follow entities, and one that is in a new season, closed for good, or gone. */
    public void boardsChanged(List<ItemChange> batch) {
        for (ItemChange change : batch) {
            leaderboards.board(change).ifPresent(this::boardChanged);
        }
    }

    private void boardChanged(BoardChanged board) {
        boolean follows = Stream.of(board.before(), board.after())
                .flatMap(Optional::stream)
                .anyMatch(known -> known.settings().source() != null);
        if (follows) {
            bindings.boardChanged(board.game(), board.id());
        }
        if (!config.leaderboardReplication()) {
            return;
        }
        boolean turned = board.before().isPresent()
                && board.after().isPresent()
                && (board.before().get().season() != board.after().get().season()
                        || board.before().get().seasons().closed()
                                != board.after().get().seasons().closed());
        if (turned) {
            tops.changed(board.game(), List.of(board.id()));
        } else if (board.after().isEmpty() && board.before().isPresent()) {
            tops.removed(board.game(), board.id());
        }
    }

    /** When a migration has ended, clients begin anew, and the boards that are bound to entities are compared with them. */
    public void migrationsChanged(List<ItemChange> batch) {
        if (!config.crossSystemValidation()) {
            return;
        }
        Map<String, Instant> games = new LinkedHashMap<>();
        for (ItemChange change : batch) {
            migrations
                    .ledger(change)
                    .filter(noted -> MigrationEvents.changedData(noted.entry()))
                    .ifPresent(noted -> games.merge(
                            noted.game(), noted.entry().at(), (one, other) -> one.isAfter(other) ? one : other));
        }
        games.forEach((game, ended) -> {
            resyncs.beginAnew(game, ended);
            bindings.refillLater(game);
        });
    }

    /**
     * What is due by the clock.
     *
     * @param timeLeft asked before each step
     * @return how many steps were done
     */
    public int run(String game, BooleanSupplier timeLeft) {
        int done = 0;
        if (config.crossSystemValidation()) {
            done += bindings.fill(game, timeLeft);
        }
        if (config.leaderboardReplication()) {
            done += tops.replicateDue(game, timeLeft);
        }
        return done;
    }
}
