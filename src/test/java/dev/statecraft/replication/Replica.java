package dev.statecraft.replication;

import static dev.statecraft.replication.state.JsonValues.canonical;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.feed.Feed;
import dev.statecraft.replication.feed.FeedCursor;
import dev.statecraft.replication.feed.PlayerFeed;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.SpaceChecksum;
import dev.statecraft.replication.state.StateEdit;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A client as the guide to live updates describes it: it applies changes in order and verifies the checksum. */
public final class Replica {

    private record Held(long version, @Nullable ObjectNode state) {}

    private final String context;
    private final Map<String, Held> held = new TreeMap<>();

    public @Nullable FeedCursor cursor;

    public PlayerFeed.@Nullable Cursor playerCursor;
    private long seq;

    public Replica(String context) {
        this.context = context;
    }

    /** Applies a space feed. */
    public void take(Feed feed) {
        Feed.Snapshot snapshot = feed.snapshot();
        if (feed.resync()) {
            assertTrue(snapshot != null && snapshot.first(), context);
        }
        if (snapshot != null) {
            if (snapshot.first()) {
                held.clear();
                seq = 0;
            }
            snapshot.entities().forEach(entity -> put(entity.id(), entity));
        }
        for (LogEntry entry : feed.commits()) {
            assertTrue(entry.seq() > seq, context + ": a commit comes once");
            if (snapshot == null && seq > 0) {
                assertEquals(seq + 1, entry.seq(), context + ": no gap");
            }
            seq = entry.seq();
            entry.changes().forEach(change -> apply(change.entityId(), change));
        }
        seq = feed.cursor().seq();
        cursor = feed.cursor();
        SpaceChecksum checksum = feed.checksum();
        if (checksum != null) {
            assertEquals(checksum, checksum(), context);
        }
    }

    /** Applies a player feed. */
    public void take(PlayerFeed feed) {
        if (feed.first()) {
            held.clear();
        }
        feed.entities().forEach(entity -> put(PlayerFeed.key(entity.space(), entity.id()), entity));
        feed.left().forEach(one -> held.remove(PlayerFeed.key(one.space(), one.entityId())));
        feed.commits().forEach(commit -> commit.commit()
                .changes()
                .forEach(change -> apply(PlayerFeed.key(commit.space(), change.entityId()), change)));
        playerCursor = feed.cursor();
        assertEquals(feed.cursor().checksum(), checksum(), context);
    }

    private void put(String key, Entity entity) {
        held.put(key, new Held(entity.version(), entity.deleted() ? null : entity.json()));
    }

    private void apply(String key, Change change) {
        Held before = held.get(key);
        if (before != null && change.version() <= before.version()) {
            return;
        }
        JsonNode whole = change.state();
        if (change.kind() == Change.Kind.DELETED) {
            held.put(key, new Held(change.version(), null));
        } else if (whole != null) {
            held.put(key, new Held(change.version(), (ObjectNode) whole));
        } else {
            assertTrue(before != null && before.state() != null, context + ": a step needs what it leads on from");
            assertEquals(before.version() + 1, change.version(), context);
            Operations.Read read =
                    (Operations.Read) OperationsReader.parse(change.set(), change.unset(), null, null, null);
            Operations.Done done = (Operations.Done) StateEdit.apply(read.operations(), before.state());
            held.put(key, new Held(change.version(), done.state()));
        }
    }

    private SpaceChecksum checksum() {
        SpaceChecksum checksum = SpaceChecksum.EMPTY;
        for (Map.Entry<String, Held> one : held.entrySet()) {
            if (one.getValue().state() != null) {
                checksum = checksum.toggled(one.getKey(), one.getValue().version());
            }
        }
        return checksum;
    }

    /** Asserts that the client has exactly these entities, versions and states. */
    public void assertHolds(Map<String, Entity> entities) {
        Map<String, Held> live = new TreeMap<>(held);
        live.values().removeIf(one -> one.state() == null);
        assertEquals(entities.keySet(), live.keySet(), context);
        live.forEach((key, one) -> {
            assertEquals(entities.get(key).version(), one.version(), context);
            assertNotEquals(null, one.state());
            assertEquals(canonical(entities.get(key).json()), canonical(one.state()), context);
        });
    }

    public Set<String> ids() {
        return held.entrySet().stream()
                .filter(one -> one.getValue().state() != null)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }
}
