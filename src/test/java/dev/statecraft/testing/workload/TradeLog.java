package dev.statecraft.testing.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.PackedJson;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The logs of spaces between which coins are traded, in one order that agrees with the log of each space. A trade takes
 * effect in all its spaces at once. After every step the sum of the coins is the one of the created purses, and no purse
 * is in debt.
 *
 * @param logs the complete log of each space
 * @param trades the purses of each trade, with repetitions
 */
record TradeLog(Map<String, List<LogEntry>> logs, Map<String, List<EntityKey>> trades) {

    /** Replays the logs and returns the purses after them; fails if no such order exists or if coins appear or vanish. */
    Map<EntityKey, Entity> replay() {
        Map<String, Integer> next = new TreeMap<>();
        Map<EntityKey, Entity> purses = new HashMap<>();
        logs.keySet().forEach(space -> next.put(space, 0));
        long coins = 0;
        while (logs.entrySet().stream()
                .anyMatch(log ->
                        next.getOrDefault(log.getKey(), 0) < log.getValue().size())) {
            String ready = logs.keySet().stream()
                    .filter(space -> head(space, next) != null)
                    .filter(space -> spaces(space, next).stream()
                            .allMatch(other -> isSameTrade(head(space, next), head(other, next))))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(
                            "the logs have a part of a trade only, or trades in different orders: at " + next));
            for (String space : spaces(ready, next)) {
                LogEntry entry = Objects.requireNonNull(head(space, next));
                for (Change change : entry.changes()) {
                    coins += change.kind() == Change.Kind.CREATED ? coins(Objects.requireNonNull(change.state())) : 0;
                    apply(space, entry, change, purses);
                }
                next.merge(space, 1, Integer::sum);
            }
            assertEquals(
                    coins,
                    purses.values().stream()
                            .mapToLong(purse -> coins(purse.json()))
                            .sum(),
                    () -> "coins appeared or vanished before " + next);
        }
        return purses;
    }

    private static void apply(String space, LogEntry entry, Change change, Map<EntityKey, Entity> purses) {
        EntityKey key = new EntityKey(space, change.entityId());
        Entity before = purses.getOrDefault(key, Entity.none(space, change.entityId()));
        Entity after = change.applyTo(before, entry.at(), entry.seq(), PackedJson.NEVER);
        purses.put(key, after);
        assertTrue(coins(after.json()) >= 0, () -> key + " is in debt in commit " + entry.seq());
    }

    private static long coins(JsonNode state) {
        return state.path("coins").longValue();
    }

    private @Nullable LogEntry head(String space, Map<String, Integer> next) {
        List<LogEntry> log = Objects.requireNonNull(logs.get(space));
        int at = next.getOrDefault(space, 0);
        return at < log.size() ? log.get(at) : null;
    }

    /** The spaces of the next commit of a space: those of its trade. */
    private TreeSet<String> spaces(String space, Map<String, Integer> next) {
        LogEntry entry = head(space, next);
        TreeSet<String> spaces = new TreeSet<>();
        spaces.add(space);
        if (entry != null && entry.transactionId() != null) {
            Objects.requireNonNull(trades.get(entry.transactionId())).forEach(purse -> spaces.add(purse.space()));
        }
        return spaces;
    }

    private static boolean isSameTrade(@Nullable LogEntry one, @Nullable LogEntry other) {
        return Objects.equals(one, other)
                || (one != null && other != null && Objects.equals(one.transactionId(), other.transactionId()));
    }
}
