package dev.statecraft.replication.feed;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Replica;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The items of a commit become visible one after the other. Clients that begin in between receive all of it. */
class TornTransactionTest {

    private static final int NEVER = Integer.MAX_VALUE;

    private int point;
    private int readAt = NEVER;
    private Runnable read = () -> {};

    private final ModelDatabase database = new ModelDatabase(ModelSettings.likeLocal()
            .withInterleaving(
                    what -> {
                        if (point++ == readAt) {
                            readAt = NEVER;
                            read.run();
                        }
                    },
                    true));
    private final TableNames tables = database.freshTables();
    private final Realm realm =
            new Realm(Machine.real(), database.client(), database::streams, tables, Map.of("type-cache", "0s"));

    /** Commits, and calls {@code between} at the n-th point of the commit. */
    private boolean commit(int n, Runnable between) {
        boolean[] called = {false};
        read = () -> {
            called[0] = true;
            between.run();
        };
        point = 0;
        readAt = n;
        realm.update("a", "{'increment': {'n': 1}}", null);
        readAt = NEVER;
        return called[0];
    }

    @Test
    void snapshotDuringCommitMissesNoChange() {
        realm.create("a", "UI_STATE", "{'n': 0}");
        int n = 0;
        Replica[] replica = {new Replica("")};
        while (commit(n, () -> replica[0].take(pull(replica[0])))) {
            replica[0].take(pull(replica[0]));
            replica[0].assertHolds(Map.of("a", realm.read("a")));
            n++;
            replica[0] = new Replica("snapshot at point " + n);
        }
        assertTrue(n > 1, "only " + n + " points");
    }

    private Feed pull(Replica replica) {
        return realm.feeds.pull(GAME, SPACE, replica.cursor, new AnswerBudget(100_000));
    }

    @Test
    void subscriptionDuringCommitMissesNoChange() {
        realm.create("a", "UI_STATE", "{'n': 0}");
        realm.players.subscribe(GAME, "ada", SPACE, "a");
        int n = 0;
        Replica[] replica = {new Replica("")};
        while (commit(n, () -> replica[0].take(pullPlayer(replica[0])))) {
            replica[0].take(pullPlayer(replica[0]));
            replica[0].assertHolds(Map.of(PlayerFeed.key(SPACE, "a"), realm.read("a")));
            n++;
            replica[0] = new Replica("player feed at point " + n);
        }
        assertTrue(n > 1, "only " + n + " points");
    }

    private PlayerFeed pullPlayer(Replica replica) {
        return realm.playerFeeds.pull(GAME, "ada", replica.playerCursor, new AnswerBudget(100_000));
    }
}
