package dev.statecraft.integration.binding;

import dev.statecraft.integration.event.IntegrationConfig;
import dev.statecraft.integration.event.MigrationEvents;
import dev.statecraft.leaderboard.board.BoardChanged;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.entry.BoardEntriesChanged;
import dev.statecraft.leaderboard.upkeep.LeaderboardStreamService;
import dev.statecraft.migration.upkeep.MigrationStreamService;
import dev.statecraft.replication.feed.ResyncService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.upkeep.ReplicationStreamService;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Applies changes of one system to the others. All methods are idempotent, so stream records may be delivered again.
 */
@ApplicationScoped
public class CoordinationService {

    private final ReplicationStreamService replication;
    private final LeaderboardStreamService leaderboards;
    private final MigrationStreamService migrations;
    private final BindingService bindings;
    private final BoardReplication replications;
    private final BoardService boards;
    private final ResyncService resyncs;
    private final IntegrationConfig config;

    CoordinationService(
            ReplicationStreamService replication,
            LeaderboardStreamService leaderboards,
            MigrationStreamService migrations,
            BindingService bindings,
            BoardReplication replications,
            BoardService boards,
            ResyncService resyncs,
            IntegrationConfig config) {
        this.replication = replication;
        this.leaderboards = leaderboards;
        this.migrations = migrations;
        this.bindings = bindings;
        this.replications = replications;
        this.boards = boards;
        this.resyncs = resyncs;
        this.config = config;
    }

    /** Submits entity changes as scores to the boards that are bound to the entity types. */
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
        byGame.forEach(bindings::apply);
    }

    /** Replicates the top entries of boards whose scores changed. */
    public void scoresChanged(List<ItemChange> batch) {
        if (!config.leaderboardReplication()) {
            return;
        }
        Set<BoardEntriesChanged> changed = new LinkedHashSet<>();
        batch.forEach(change -> leaderboards.listed(change).ifPresent(changed::add));
        Map<String, Set<String>> byGame = new LinkedHashMap<>();
        for (BoardEntriesChanged listed : changed) {
            // The purge of a deleted board removes entries one by one and may take days: these changes are skipped.
            if (boards.find(listed.game(), listed.board())
                    .filter(board -> board.epoch() <= listed.epoch())
                    .isPresent()) {
                byGame.computeIfAbsent(listed.game(), game -> new LinkedHashSet<>())
                        .add(listed.board());
            }
        }
        byGame.forEach(replications::changed);
    }

    /**
     * Updates the bindings of changed boards. Replicates a board that changed its season or was closed with its last
     * season; deletes the replicated entity of a deleted board.
     */
    public void boardsChanged(List<ItemChange> batch) {
        for (ItemChange change : batch) {
            leaderboards.board(change).ifPresent(this::boardChanged);
        }
    }

    private void boardChanged(BoardChanged board) {
        boolean bound = Stream.of(board.before(), board.after())
                .flatMap(Optional::stream)
                .anyMatch(state -> state.settings().source() != null);
        if (bound) {
            bindings.boardChanged(board.game(), board.id());
        }
        if (!config.leaderboardReplication()) {
            return;
        }
        boolean seasonChanged = board.before().isPresent()
                && board.after().isPresent()
                && (board.before().get().season() != board.after().get().season()
                        || board.before().get().seasons().closed()
                                != board.after().get().seasons().closed());
        if (seasonChanged) {
            replications.changed(board.game(), List.of(board.id()));
        } else if (board.after().isEmpty() && board.before().isPresent()) {
            replications.deleted(board.game(), board.id());
        }
    }

    /** After the end of a migration run, makes clients resync and schedules a backfill of all bound boards. */
    public void migrationsChanged(List<ItemChange> batch) {
        if (!config.crossSystemValidation()) {
            return;
        }
        Map<String, Instant> games = new LinkedHashMap<>();
        for (ItemChange change : batch) {
            migrations
                    .ledger(change)
                    .filter(noted -> MigrationEvents.changedData(noted.entry()))
                    .ifPresent(noted -> games.merge(noted.game(), noted.entry().at(), (a, b) -> a.isAfter(b) ? a : b));
        }
        games.forEach((game, ended) -> {
            resyncs.requireResync(game, ended);
            bindings.scheduleBackfill(game);
        });
    }

    /**
     * Does the scheduled work of a game: continues backfills and replicates changed boards.
     *
     * @param timeLeft checked before each step; false ends the work
     * @return number of submitted scores and processed boards
     */
    public int run(String game, BooleanSupplier timeLeft) {
        int done = 0;
        if (config.crossSystemValidation()) {
            done += bindings.backfill(game, timeLeft);
        }
        if (config.leaderboardReplication()) {
            done += replications.replicateDue(game, timeLeft);
        }
        return done;
    }

    /** Returns when {@link #run} has work again, possibly a time that has passed; empty if it has none. */
    public Optional<Instant> nextDue(String game) {
        Optional<Instant> backfill = config.crossSystemValidation() ? bindings.nextBackfill(game) : Optional.empty();
        Optional<Instant> replication = config.leaderboardReplication() ? replications.nextDue(game) : Optional.empty();
        return Stream.of(backfill, replication).flatMap(Optional::stream).min(Comparator.naturalOrder());
    }

    /** Whether an item of the integration table is a wake-up: work became due that no other stream shows. */
    public static boolean isWakeUp(String partitionKey) {
        return CoordinationStore.isWakeUp(partitionKey);
    }
}
