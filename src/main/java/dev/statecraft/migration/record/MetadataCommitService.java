package dev.statecraft.migration.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.SchemaMove;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.MetadataMigrationService;
import dev.statecraft.leaderboard.score.MetadataMigrationService.Written;
import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitPlanner;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitService.CompanionResults;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes the metadata of entries, with the companion writes of a commit in the same transaction. Each entry is evaluated on
 * what is stored, and written on condition that it has not changed, so a concurrent submission wins and the entry is
 * evaluated again.
 */
@ApplicationScoped
public class MetadataCommitService {

    /** Maximum number of entries in a transaction, which has at most 100 items. */
    private static final int MOST = 40;

    private static final int ATTEMPTS = 16;
    private static final long CONTENTION_MILLIS = 5;

    private final MetadataMigrationService boards;
    private final MetadataReader reader;
    private final Backoff backoff;

    public MetadataCommitService(MetadataMigrationService boards, MetadataReader reader, Backoff backoff) {
        this.boards = boards;
        this.reader = reader;
        this.backoff = backoff;
    }

    /** The results of evaluated mutations, and the entries to write. */
    private record Draft(
            List<CommitResult> results,
            List<MetadataMigrationService.Change> changes,
            List<CommitPlanner.Replaced> replaced) {}

    /**
     * Commits mutations of entries of one place; see {@link
     * dev.statecraft.replication.commit.CommitService#commitWithCompanion}. Fewer entries are written at once after a
     * conflict, so that one busy entry does not hold up the others.
     */
    CompanionResults commit(String game, String space, List<Mutation> mutations, CommitPlanner.Companion companion) {
        MetadataPlace place = MetadataPlace.parse(space);
        List<CommitResult> results = new ArrayList<>();
        int most = MOST;
        int attempt = 0;
        while (results.size() < mutations.size()) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            List<Mutation> some = mutations.subList(results.size(), Math.min(mutations.size(), results.size() + most));
            Board board = reader.board(game, place).orElse(null);
            Draft draft = draft(place, board, some);
            Written put =
                    board == null || draft.changes().isEmpty() ? Written.STORED : write(place, board, draft, companion);
            if (put == Written.OTHERS_REJECTED) {
                return new CompanionResults(results, false);
            }
            if (put == Written.STORED) {
                results.addAll(draft.results());
                most = MOST;
                attempt = 0;
            } else if (++attempt == ATTEMPTS) {
                some.forEach(mutation -> results.add(new CommitResult.Busy()));
                attempt = 0;
            } else {
                most = Math.max(1, most / 4);
            }
        }
        return new CompanionResults(results, true);
    }

    private Written write(MetadataPlace place, Board board, Draft draft, CommitPlanner.Companion companion) {
        return boards.write(
                board,
                place.season(),
                draft.changes(),
                companion.writes().apply(new CommitPlanner.PlannedCommit(place.space(), 0, draft.replaced())),
                companion.consumption());
    }

    private Draft draft(MetadataPlace place, @Nullable Board board, List<Mutation> mutations) {
        Draft draft = new Draft(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Map<String, Entry> entries = board == null
                ? Map.of()
                : boards.entries(
                        board,
                        place.season(),
                        mutations.stream().map(Mutation::entityId).toList());
        for (Mutation mutation : mutations) {
            Entry entry = entries.getOrDefault(mutation.entityId(), Entry.none(mutation.entityId()));
            draft.results().add(result(place, mutation, entry, draft));
        }
        return draft;
    }

    private CommitResult result(MetadataPlace place, Mutation mutation, Entry entry, Draft draft) {
        Entity entity = place.entity(entry);
        if (entity.deleted()) {
            return new CommitResult.Refused(
                    MetadataPlace.isRecord(entry)
                            ? new Rejection.Invalid("metadata", "The metadata is not an object.")
                            : new Rejection.NotFound(),
                    entity);
        }
        Mutation.Decision decision = mutation.decide().apply(entity);
        if (decision instanceof Mutation.Reject reject) {
            return new CommitResult.Refused(reject.rejection(), entity);
        }
        Mutation.Write write = (Mutation.Write) decision;
        ObjectNode state = write.state();
        String text = String.valueOf(state);
        if (state == null || boards.tooLong(text)) {
            return new CommitResult.Refused(
                    new Rejection.Invalid(
                            "metadata", "Metadata has at most " + boards.limitBytes() + " bytes of JSON."),
                    entity);
        }
        Entity after =
                place.entity(entry.playerId(), entry.version() + 1, state, write.schemaVersion(), entry.writtenAt());
        draft.changes().add(new MetadataMigrationService.Change(entry, text, write.schemaVersion()));
        draft.replaced().add(new CommitPlanner.Replaced(entity, after));
        return new CommitResult.Done(after, false);
    }

    /** Adds to each change of a schema version the writes that are committed only while its run is in the same phase. */
    public interface PhaseGuard {

        /**
         * Performs a change.
         *
         * @return false if the run has left the phase; nothing was changed then
         */
        boolean perform(Function<TransactionWrites, SchemaMove> change);
    }

    /**
     * Sets the schema version of the metadata of new scores on all boards of a target, and on boards that are created later. A
     * repeated call changes nothing.
     * Cost: 1 RCU for each board, and 2 WCU and the writes of the guard for each changed one.
     *
     * @param schemas schema version by target
     * @return false if the run has left the phase
     */
    public boolean moveSchema(String game, String target, UnaryOperator<String> schemas, PhaseGuard guard) {
        String only = MigrationTarget.board(target);
        if (!moveSchemaOfNewBoard(game, only, schemas.apply(target), guard)) {
            return false;
        }
        if (!MigrationTarget.isAllMetadata(target)) {
            Optional<Board> board = boards.board(game, only);
            return board.isEmpty() || moveSchema(board.get(), schemas.apply(target), guard);
        }
        for (String id : boards.withSchemaOfNewBoards(game)) {
            if (!moveSchemaOfNewBoard(game, id, schemas.apply(MigrationTarget.ofMetadata(id)), guard)) {
                return false;
            }
        }
        Optional<Board> board = boards.firstAfter(game, null);
        while (board.isPresent()) {
            String id = board.get().id();
            if (!moveSchema(board.get(), schemas.apply(MigrationTarget.ofMetadata(id)), guard)) {
                return false;
            }
            board = boards.firstAfter(game, id);
        }
        return true;
    }

    private boolean moveSchemaOfNewBoard(String game, String board, String schema, PhaseGuard guard) {
        return guard.perform(others -> boards.moveSchemaOfNewBoard(game, board, schema, others));
    }

    private boolean moveSchema(Board board, String schema, PhaseGuard guard) {
        return guard.perform(others -> boards.moveSchema(board, schema, others));
    }
}
