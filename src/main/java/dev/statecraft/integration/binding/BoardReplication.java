package dev.statecraft.integration.binding;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.integration.binding.CoordinationStore.ReplicatedBoard;
import dev.statecraft.integration.event.IntegrationConfig;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.listing.ListingService;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.entity.EntityReader;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.ContentionException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Replicates the top entries of each board as the entity {@code leaderboard_state_<board>} in the space {@code
 * global}, so that clients of the space receive changes live. The entity is written only if the entries changed, and
 * at most once per {@code leaderboard-replication-interval}.
 */
@ApplicationScoped
public class BoardReplication {

    static final String SPACE = "global";
    static final String TYPE = "LEADERBOARD_STATE";
    static final String ID_PREFIX = "leaderboard_state_";

    private static final int MAX_ENTITY_ID_LENGTH = 128;

    /** Expected maximum lag of the order index behind a score write. */
    private static final long ORDER_INDEX_LAG_MILLIS = 2_000;

    private static final Source SYSTEM = new Source("statecraft", null);
    private static final IdempotencyKey NO_KEY = new IdempotencyKey(null, "");

    private final CoordinationStore store;
    private final BoardService boards;
    private final ListingService lists;
    private final EntityReader reader;
    private final EntityService entities;
    private final IntegrationConfig config;
    private final Clock clock;
    private final Ticker ticker;

    BoardReplication(
            CoordinationStore store,
            BoardService boards,
            ListingService lists,
            EntityReader reader,
            EntityService entities,
            IntegrationConfig config,
            Clock clock,
            Ticker ticker) {
        this.store = store;
        this.boards = boards;
        this.lists = lists;
        this.reader = reader;
        this.entities = entities;
        this.config = config;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * Replicates boards whose scores or season changed. A board that was replicated within the interval is replicated
     * at the end of the interval; the call waits until then. Boards whose entity id would be longer than 128
     * characters are skipped.
     */
    void changed(String game, Collection<String> ids) {
        long now = clock.millis();
        List<ReplicatedBoard> early = new ArrayList<>();
        for (String id : ids) {
            if (ID_PREFIX.length() + id.length() > MAX_ENTITY_ID_LENGTH) {
                continue;
            }
            ReplicatedBoard board = store.markChanged(game, id, now);
            if (dueIn(board, now) > 0) {
                early.add(board);
            } else {
                replicate(game, board, now);
            }
        }
        replicateWhenDue(game, early);
    }

    /** Waits for the end of each board's interval. A later change that would trigger the replication may never come. */
    private void replicateWhenDue(String game, List<ReplicatedBoard> early) {
        for (ReplicatedBoard board : early) {
            Deadline until = Deadline.inMillis(ticker, dueIn(board, clock.millis()));
            while (!until.passed() && !Thread.currentThread().isInterrupted()) {
                ticker.sleep(until.nanosLeft());
            }
            replicate(game, board, clock.millis());
        }
    }

    private long dueIn(ReplicatedBoard board, long now) {
        return board.replicatedAt() + config.leaderboardReplicationInterval().toMillis() - now;
    }

    /**
     * Replicates changed boards whose interval has passed.
     *
     * @return number of boards that were processed
     */
    int replicateDue(String game, BooleanSupplier timeLeft) {
        int done = 0;
        for (ReplicatedBoard board : store.changedBoards(game)) {
            long now = clock.millis();
            if (timeLeft.getAsBoolean() && dueIn(board, now) <= 0) {
                replicate(game, board, now);
                done++;
            }
        }
        return done;
    }

    /**
     * Returns when {@link #replicateDue} has work again; empty if all boards are replicated. Cost: 0.5 RCU per 50 boards.
     */
    Optional<Instant> nextDue(String game) {
        long interval = config.leaderboardReplicationInterval().toMillis();
        return store.changedBoards(game).stream()
                .map(board -> Instant.ofEpochMilli(board.replicatedAt() + interval))
                .min(Comparator.naturalOrder());
    }

    private void replicate(String game, ReplicatedBoard replicated, long now) {
        if (!store.claim(game, replicated, now)) {
            return;
        }
        Optional<Board> board = boards.read(game, replicated.board());
        if (board.isEmpty()) {
            deleted(game, replicated.board());
            return;
        }
        write(game, ID_PREFIX + replicated.board(), state(board.get()));
        if (now - replicated.changedAt() > ORDER_INDEX_LAG_MILLIS) {
            store.clearChanged(game, replicated);
        }
    }

    /** Deletes the entity and the replication state of a deleted board. */
    void deleted(String game, String board) {
        store.delete(game, board);
        if (!reader.read(game, SPACE, ID_PREFIX + board).deleted()) {
            entities.delete(game, SPACE, ID_PREFIX + board, new Command.Delete(null, null, SYSTEM), NO_KEY);
        }
    }

    private ObjectNode state(Board board) {
        Listing top = lists.list(board, board.season(), 1, config.leaderboardReplicationPlaces());
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("board", board.id()).put("description", board.settings().description());
        state.put("rankingType", board.settings().rankingType().name()).put("season", board.season());
        if (board.seasons().closed()) {
            state.put("closed", true);
        }
        ArrayNode entries = state.putArray("entries");
        for (RankedEntry entry : top.entries()) {
            entries.addObject()
                    .put("rank", entry.rank())
                    .put("position", entry.position())
                    .put("playerId", entry.playerId())
                    .put("value", board.value(entry.score().value()))
                    .put("subscore", board.value(entry.score().subscore()));
        }
        return state;
    }

    private void write(String game, String id, ObjectNode state) {
        Entity stored = reader.read(game, SPACE, id);
        CommitResult result;
        if (stored.deleted()) {
            result = entities.create(game, SPACE, new EntityService.NewEntity(id, TYPE, state, null), SYSTEM, NO_KEY);
        } else if (same(stored.json(), state)) {
            return;
        } else {
            EntityUpdate update = new EntityUpdate(new EntityUpdate.Replace(state), null, null, new TreeMap<>(), null);
            result = entities.update(game, SPACE, id, update, SYSTEM, NO_KEY) instanceof EntityService.Decided done
                    ? done.result()
                    : new CommitResult.Busy();
        }
        if (result instanceof CommitResult.Busy) {
            throw new ContentionException("a commit of a replicated board lost the race to concurrent writers");
        }
    }

    /** Compares JSON texts, because a stored number may be read as a different number node. */
    private static boolean same(ObjectNode stored, ObjectNode state) {
        return stored.toString().equals(state.toString());
    }
}
