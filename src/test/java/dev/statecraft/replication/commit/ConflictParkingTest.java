package dev.statecraft.replication.commit;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Trees.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.commit.ConflictParking.Parked;
import dev.statecraft.replication.commit.ConflictResolution.Choice;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.state.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Parking and listing of conflicts on real tables. */
class ConflictParkingTest {

    private final ConflictRig rig = new ConflictRig();
    private final Realm realm = rig.realm;

    /** Each parked conflict is counted once until it is resolved. */
    @Test
    void parkedUpdatesAreCountedUntilResolved() {
        ParkedConflict first = rig.park("m1");
        rig.sent("m1", ConflictRig.UPDATE);
        ParkedConflict second = assertInstanceOf(Parked.class, rig.sent("m2", ConflictRig.UPDATE))
                .conflict();
        assertEquals(2, realm.statistics.of(GAME).totalPendingUpdates());
        realm.conflicts.resolve(GAME, first.id(), Choice.CLIENT, null, "operator");
        realm.conflicts.resolve(GAME, first.id(), Choice.CLIENT, null, "operator");
        assertEquals(1, realm.statistics.of(GAME).totalPendingUpdates());
        realm.conflicts.resolve(GAME, second.id(), Choice.SERVER, null, "operator");
        assertEquals(0, realm.statistics.of(GAME).totalPendingUpdates());
    }

    @Test
    void conflictingUpdateIsParkedWithoutChange() {
        ParkedConflict conflict = rig.park("m1");
        assertEquals(object("{'hp': 2, 'log': ['a']}"), realm.read("e").json());
        assertEquals(List.of(conflict), realm.conflicts.list(GAME, null, 10).conflicts());
        assertEquals(1, conflict.conflicts().size());
        Conflict hp = conflict.conflicts().get(0);
        assertEquals("hp 1 2 9", hp.path() + " " + hp.base() + " " + hp.ours() + " " + hp.theirs());
        assertEquals(conflict.at() + 5_000, conflict.deadline());
    }

    @Test
    void repeatedUpdateReturnsSameConflictAndDifferentBodyIsRejected() {
        ParkedConflict conflict = rig.park("m1");
        assertEquals(new Parked(conflict, true), rig.sent("m1", ConflictRig.UPDATE));
        assertEquals(1, realm.conflicts.list(GAME, null, 10).conflicts().size());
        assertInstanceOf(ConflictParking.Reused.class, rig.sent("m1", "{'set': {'hp': 8}}"));
    }

    @Test
    void listContinuesAtCursor() {
        rig.type(Strategy.SERVER_WINS);
        List<String> parked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            parked.add(rig.park("m" + i, "e" + i).id());
            rig.clock.move(Duration.ofMillis(10));
        }
        List<String> listed = new ArrayList<>();
        String after = null;
        do {
            ConflictStore.ConflictPage page = realm.conflicts.list(GAME, after, 2);
            page.conflicts().forEach(conflict -> listed.add(conflict.id()));
            after = page.next();
        } while (after != null);
        assertEquals(parked, listed);
    }
}
