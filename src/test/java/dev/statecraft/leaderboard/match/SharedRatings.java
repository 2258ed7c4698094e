package dev.statecraft.leaderboard.match;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.combining.QueueKey;
import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.testing.ConcurrentInstances;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Instances that rate matches of one board, whose players are a, b, c and d. */
final class SharedRatings implements AutoCloseable {

    static final String BOARD = "board";
    static final List<String> PLAYERS = List.of("a", "b", "c", "d");

    final ConcurrentInstances all;
    final Arena observer;

    SharedRatings(long seed) {
        all = new ConcurrentInstances(seed);
        observer = new Arena(all.time.machine(), all.database.client(), all.database::streams, all.tables, Map.of());
    }

    /** An instance and its network. */
    record Instance(Arena arena, FaultyDynamo network) {

        /** Lets the instance use the queue of the board from now on, as after a lost race. */
        Instance busy(Board board) {
            arena.queue.collided(
                    new QueueKey(board.game(), "matches", List.of(board.id(), String.valueOf(board.epoch()))));
            return this;
        }

        MatchResult rate(Match match) {
            return arena.matches.rate(Arena.GAME, BOARD, match, true);
        }
    }

    Instance instance(Map<String, String> settings) {
        FaultyDynamo network = all.network();
        return new Instance(
                new Arena(all.time.machine(), all.client(network), all.database::streams, all.tables, settings),
                network);
    }

    /** Instances that use the queue. */
    List<Instance> busy(Board board, int count) {
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            instances.add(instance(Map.of()).busy(board));
        }
        return instances;
    }

    /** Creates a board with a match of other players. */
    Board board() {
        return all.alone(() -> {
            observer.createRated(BOARD, MatchArena.ELO);
            new MatchArena(observer).rate(BOARD, "others", MatchArena.side(1, "x"), MatchArena.side(2, "y"));
            return observer.board(BOARD);
        });
    }

    /** A match of two of the players. */
    static Match duel(String id, int number) {
        int winner = number % PLAYERS.size();
        int loser = (winner + 1 + number / PLAYERS.size() % (PLAYERS.size() - 1)) % PLAYERS.size();
        return MatchArena.match(id, MatchArena.side(1, PLAYERS.get(winner)), MatchArena.side(2, PLAYERS.get(loser)));
    }

    /** Runs calls at once. None of them may fail. */
    List<MatchResult> run(List<Callable<MatchResult>> calls) {
        return all.run(calls).stream().map(ConcurrentInstances.Answer::orFail).toList();
    }

    Entry entry(String player) {
        return observer.entries.read(observer.board(BOARD), 1, player);
    }

    /** The record of a match that was rated; empty if it was not. */
    Optional<MatchRecord> record(String id) {
        return new MatchStore(all.database.client(), all.tables)
                .read(observer.board(BOARD), id)
                .filter(MatchRecord::done);
    }

    /**
     * The rated matches are those of the receipts of each of their players, once; the entries are what the matches make one
     * after the other.
     */
    void assertConsistent(Map<String, Match> matches, String run) {
        Map<Long, String> ids = new HashMap<>();
        matches.keySet().forEach(id -> ids.put(Receipt.idOf(id), id));
        Map<String, List<String>> played = new HashMap<>();
        for (String player : PLAYERS) {
            long last = 0;
            for (Receipt receipt : entry(player).receipts()) {
                String id = ids.get(receipt.id());
                played.computeIfAbsent(id, match -> new ArrayList<>()).add(player);
                if (!receipt.first()) {
                    assertEquals(last, receipt.oldValue(), run + ": " + player + " in " + id);
                }
                MatchRecord record = record(id).orElseThrow(() -> new AssertionError(run + ": no record of " + id));
                int place = matches.get(id).players().indexOf(player);
                assertEquals(
                        record.changes().get(place).newValue(), receipt.score().value(), run + ": " + id);
                assertEquals(record.changes().get(place).oldValue(), receipt.first() ? 150_000 : last, run + ": " + id);
                last = receipt.score().value();
            }
        }
        for (Map.Entry<String, Match> match : matches.entrySet()) {
            assertEquals(
                    record(match.getKey()).isPresent()
                            ? match.getValue().players().stream().sorted().toList()
                            : List.of(),
                    played.getOrDefault(match.getKey(), List.of()).stream()
                            .sorted()
                            .toList(),
                    run + ": players of " + match.getKey());
        }
    }

    /** The number of combined writes. */
    long writes() {
        return all.database.client().scan(scan -> scan.tableName(all.tables.intents())).items().stream()
                .filter(item -> item.containsKey("g"))
                .mapToLong(item -> Long.parseLong(item.get("g").n()))
                .sum();
    }

    @Override
    public void close() {
        all.close();
    }
}
