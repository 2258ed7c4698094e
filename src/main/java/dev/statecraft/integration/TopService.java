package dev.statecraft.integration;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.integration.CoordinationStore.Top;
import dev.statecraft.leaderboard.Board;
import dev.statecraft.leaderboard.BoardService;
import dev.statecraft.leaderboard.Listing;
import dev.statecraft.leaderboard.ListingService;
import dev.statecraft.leaderboard.RankedEntry;
import dev.statecraft.replication.CommitService;
import dev.statecraft.replication.Entity;
import dev.statecraft.replication.EntityReader;
import dev.statecraft.replication.EntityService;
import dev.statecraft.replication.EntityUpdate;
import dev.statecraft.replication.Identity;
import dev.statecraft.replication.Source;
import dev.statecraft.table.ContentionException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The top of each board as an entity {@code leaderboard_state_<board>} of the space {@code global}, so that clients who
 * follow the space see it live. It is written when it has changed, and not more often than configured.
 */
@ApplicationScoped
public class TopService {

    static final String SPACE = "global";
    static final String TYPE = "LEADERBOARD_STATE";
    static final String PREFIX = "leaderboard_state_";

    private static final int LONGEST_ID = 128;

    /** How long the order index may take to show a score. */
    private static final long SETTLED_MILLIS = 2_000;

    private static final Source SYSTEM = new Source("statecraft", null);
    private static final Identity UNREPEATED = new Identity(null, "");

    private final CoordinationStore store;
    private final BoardService boards;
    private final ListingService lists;
    private final EntityReader reader;
    private final EntityService entities;
    private final IntegrationConfig config;
    private final Clock clock;

    TopService(
            CoordinationStore store,
            BoardService boards,
            ListingService lists,
            EntityReader reader,
            EntityService entities,
            IntegrationConfig config,
            Clock clock) {
        this.store = store;
        this.boards = boards;
        this.lists = lists;
        this.reader = reader;
        this.entities = entities;
        this.config = config;
        this.clock = clock;
    }

    /** Notes that scores of boards have changed, and replicates the tops of those that are due. */
    void changed(String game, Collection<String> ids) {
        long now = clock.millis();
        List<Top> waiting = new ArrayList<>();
        for (String id : ids) {
            if (PREFIX.length() + id.length() > LONGEST_ID) {
                continue;
            }
            Top top = store.changed(game, id, now);
            if (dueIn(top, now) > 0) {
                waiting.add(top);
            } else {
                replicate(game, top, now);
            }
        }
        await(game, waiting);
    }

    /** What changed just after it was replicated is replicated when it is time again: nobody may come by then. */
    private void await(String game, List<Top> waiting) {
        for (Top top : waiting) {
            long until = System.nanoTime() + 1_000_000 * Math.max(0, dueIn(top, clock.millis()));
            long left;
            while ((left = until - System.nanoTime()) > 0
                    && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(left);
            }
            replicate(game, top, clock.millis());
        }
    }

    private long dueIn(Top top, long now) {
        return top.at() + config.leaderboardReplicationInterval().toMillis() - now;
    }

    /**
     * Replicates the tops that may have changed and are due.
     *
     * @return how many were looked at
     */
    int replicateDue(String game, BooleanSupplier timeLeft) {
        int done = 0;
        for (Top top : store.tops(game)) {
            long now = clock.millis();
            if (timeLeft.getAsBoolean() && dueIn(top, now) <= 0) {
                replicate(game, top, now);
                done++;
            }
        }
        return done;
    }

    private void replicate(String game, Top top, long now) {
        if (!store.claim(game, top, now)) {
            return;
        }
        Optional<Board> board = boards.read(game, top.board());
        if (board.isEmpty()) {
            removed(game, top.board());
            return;
        }
        write(game, PREFIX + top.board(), state(board.get()));
        if (now - top.changed() > SETTLED_MILLIS) {
            store.unchanged(game, top);
        }
    }

    /** Deletes what a board that is gone was replicated as. */
    void removed(String game, String board) {
        store.forget(game, board);
        if (!reader.read(game, SPACE, PREFIX + board).deleted()) {
            entities.delete(game, SPACE, PREFIX + board, null, SYSTEM, UNREPEATED);
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
        Entity before = reader.read(game, SPACE, id);
        CommitService.Result result;
        if (before.deleted()) {
            result = entities.create(
                    game, SPACE, new EntityService.NewEntity(id, TYPE, state, null), SYSTEM, UNREPEATED);
        } else if (same(before.json(), state)) {
            return;
        } else {
            EntityUpdate update = new EntityUpdate(new EntityUpdate.Replace(state), null, null, new TreeMap<>(), null);
            result = entities.update(game, SPACE, id, update, SYSTEM, UNREPEATED) instanceof EntityService.Decided done
                    ? done.result()
                    : new CommitService.Busy();
        }
        if (result instanceof CommitService.Busy) {
            throw new ContentionException("others write the space of replicated boards all the time");
        }
    }

    /** Numbers may have been read back as another kind of number. */
    private static boolean same(ObjectNode stored, ObjectNode state) {
        return stored.toString().equals(state.toString());
    }
}
