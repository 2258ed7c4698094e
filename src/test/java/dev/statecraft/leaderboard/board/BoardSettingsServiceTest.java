package dev.statecraft.leaderboard.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.testing.ConcurrentInstances;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultPlan;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkException;

/** Any number of game servers configure a board at once, and no change is lost. */
class BoardSettingsServiceTest {

    private static final String GAME = Arena.GAME;
    private static final int SERVERS = 50;
    private static final BoardSettings PLAIN = BoardSettings.of(RankingType.SCORE, Order.DESCENDING, null, 0, 1);

    private final FaultyDynamo faults = new FaultyDynamo();
    private final Arena arena = new Arena(Map.of(), faults, Clock.systemUTC());

    /** The even servers use POST, the odd ones PUT. A server repeats its request after an error. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void fiftyServersThatCreateABoard_areFiftySuccessesAndOneWrite(long seed) {
        boolean recreated = seed % 2 == 0;
        FaultPlan plan = seed > 2 ? FaultPlan.each(0.04) : FaultPlan.NONE;
        try (ConcurrentInstances all = new ConcurrentInstances(seed)) {
            Arena first = instance(all, FaultPlan.NONE);
            long before = 0;
            if (recreated) {
                before = all.alone(() -> {
                    first.create("board", PLAIN.with(new Terms(null, null, 9)));
                    first.boards.delete(GAME, "board");
                    return 2L;
                });
            }
            List<Callable<BoardChange>> calls = new ArrayList<>();
            List<Integer> errors = new ArrayList<>();
            for (int server = 0; server < SERVERS; server++) {
                int number = server;
                Arena own = instance(all, plan);
                calls.add(() -> {
                    while (true) {
                        try {
                            return number % 2 == 0
                                    ? own.settings.create(GAME, "board", existing -> PLAIN)
                                    : own.settings.put(GAME, "board", existing -> PLAIN);
                        } catch (SdkException e) {
                            synchronized (errors) {
                                errors.add(number);
                            }
                        }
                    }
                });
            }
            int created = 0;
            for (ConcurrentInstances.Answer<BoardChange> answer : all.run(calls)) {
                BoardChange result = answer.orFail();
                if (result instanceof BoardChange.Created) {
                    created++;
                } else {
                    assertEquals(
                            List.of(),
                            assertInstanceOf(BoardChange.Changed.class, result).fields(),
                            "seed " + seed);
                }
            }
            Board board = all.alone(() -> first.board("board"));
            assertEquals(PLAIN, board.settings(), "seed " + seed);
            assertEquals(before + 1, board.version(), "seed " + seed);
            assertEquals(recreated ? 1 : 0, board.epoch(), "seed " + seed);
            if (seed > 2) {
                assertTrue(errors.size() > 3, "seed " + seed + ": only " + errors.size() + " errors");
            } else {
                assertTrue(created >= 1, "seed " + seed);
            }
        }
    }

    /** Every write applies the change of one server to the settings that the previous write left. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void concurrentPutsAndPatches_areAppliedOneAfterTheOther(long seed) {
        try (ConcurrentInstances all = new ConcurrentInstances(seed)) {
            Arena first = instance(all, FaultPlan.NONE);
            all.alone(() -> first.create("board", PLAIN));
            List<Callable<BoardChange>> calls = new ArrayList<>();
            List<Function<BoardSettings, BoardSettings>> changes = new ArrayList<>();
            for (int server = 0; server < 16; server++) {
                int number = server;
                Arena own = instance(all, FaultPlan.NONE);
                BoardSettings whole = PLAIN.with(new Terms(null, null, number));
                changes.add(number % 4 == 0 ? old -> whole : old -> attempts(old, number));
                calls.add(() -> number % 4 == 0
                        ? own.settings.put(GAME, "board", existing -> whole)
                        : own.settings.change(GAME, "board", old -> attempts(old, number)));
            }
            List<ConcurrentInstances.Answer<BoardChange>> answers = all.run(calls);
            Map<Long, Integer> writers = new TreeMap<>();
            Map<Long, BoardSettings> written = new TreeMap<>();
            for (int server = 0; server < answers.size(); server++) {
                BoardChange.Changed changed = assertInstanceOf(
                        BoardChange.Changed.class, answers.get(server).orFail());
                if (!changed.fields().isEmpty()) {
                    writers.put(changed.board().version(), server);
                    written.put(changed.board().version(), changed.board().settings());
                }
            }
            BoardSettings expected = PLAIN;
            long version = 1;
            for (Map.Entry<Long, Integer> write : writers.entrySet()) {
                version++;
                assertEquals(version, write.getKey(), "seed " + seed);
                expected = changes.get(write.getValue()).apply(expected);
                assertEquals(expected, written.get(version), "seed " + seed + ", version " + version);
            }
            Board board = all.alone(() -> first.board("board"));
            assertEquals(expected, board.settings(), "seed " + seed);
            assertEquals(version, board.version(), "seed " + seed);
            assertTrue(version > 10, "seed " + seed + ": only " + version + " versions");
        }
    }

    @Test
    void changeOfAnotherServer_isNotLostByAPutThatHasReadBefore() {
        arena.create("board", PLAIN);
        BoardSettings dense = PLAIN.with(Ranking.DENSE);
        faults.beforeNext(Set.of(AwsOperation.PUT_ITEM), () -> arena.settings.put(GAME, "board", existing -> dense));
        BoardChange patched = arena.settings.change(GAME, "board", old -> attempts(old, 7));
        assertTrue(faults.hasActed());
        assertEquals(
                List.of("maxAttempts"),
                assertInstanceOf(BoardChange.Changed.class, patched).fields());
        assertEquals(attempts(dense, 7), arena.board("board").settings());
        faults.beforeNext(
                Set.of(AwsOperation.PUT_ITEM), () -> arena.settings.change(GAME, "board", old -> attempts(old, 8)));
        BoardChange put = arena.settings.put(GAME, "board", existing -> PLAIN);
        assertTrue(faults.hasActed());
        assertEquals(
                List.of("ranking", "maxAttempts"),
                assertInstanceOf(BoardChange.Changed.class, put).fields());
        assertEquals(4 + 1, arena.board("board").version(), "both changes were written");
    }

    @Test
    void identicalPut_isOneRead() {
        arena.create("board", PLAIN);
        faults.heal();
        for (int i = 1; i <= 3; i++) {
            arena.settings.put(GAME, "board", existing -> PLAIN);
            arena.settings.create(GAME, "board", existing -> PLAIN);
            assertEquals(2 * i, faults.calls());
        }
        assertEquals(0, faults.writes());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lostResponseOfACreation_isRepeatedBySdkOrServer(boolean bySdk) {
        if (bySdk) {
            faults.resendOnce(0);
            assertInstanceOf(BoardChange.Created.class, arena.settings.put(GAME, "board", existing -> PLAIN));
        } else {
            faults.failOnce(0, When.AFTER);
            assertThrows(SdkException.class, () -> arena.settings.put(GAME, "board", existing -> PLAIN));
            faults.heal();
            BoardChange repeated = arena.settings.put(GAME, "board", existing -> PLAIN);
            assertEquals(
                    List.of(),
                    assertInstanceOf(BoardChange.Changed.class, repeated).fields());
        }
        assertEquals(1, arena.board("board").version());
    }

    @Test
    void scoredBoard_keepsTheMeaningOfItsScores() {
        arena.create("board", PLAIN);
        BoardSettings ascending = BoardSettings.of(RankingType.TIME, Order.ASCENDING, null, 2, 4);
        assertEquals(new BoardChange.LanesFixed(1), arena.settings.put(GAME, "board", existing -> ascending));
        arena.submit("board", "ada", 5, 0, null);
        assertEquals(
                new BoardChange.Locked(List.of("rankingType", "order", "decimals", "lanes")),
                arena.settings.put(GAME, "board", existing -> ascending));
        assertEquals(
                new BoardChange.Locked(List.of("ranking")),
                arena.settings.put(GAME, "board", existing -> PLAIN.with(Ranking.DENSE)));
        BoardChange allowed = arena.settings.put(GAME, "board", existing -> attempts(PLAIN, 3));
        assertEquals(
                List.of("maxAttempts"),
                assertInstanceOf(BoardChange.Changed.class, allowed).fields());
    }

    private static BoardSettings attempts(BoardSettings old, int most) {
        return old.with(new Terms(old.terms().startsAt(), old.terms().endsAt(), most));
    }

    private static Arena instance(ConcurrentInstances all, FaultPlan plan) {
        FaultyDynamo network = all.network().plan(plan);
        return new Arena(all.time.machine(), all.client(network), all.tables, Map.of());
    }
}
