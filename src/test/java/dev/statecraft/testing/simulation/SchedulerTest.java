package dev.statecraft.testing.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;

/** The seed alone decides a run, and a run ends. */
class SchedulerTest {

    private static final Object PROCESS = "process";

    private static int counterAfterTwoUnprotectedIncrements(long seed) {
        Scheduler scheduler = new Scheduler(seed, false);
        int[] counter = {0};
        for (int i = 0; i < 2; i++) {
            scheduler.start("increment", () -> {
                int read = counter[0];
                scheduler.point(() -> "between read and write");
                counter[0] = read + 1;
            });
        }
        scheduler.run();
        scheduler.close();
        return counter[0];
    }

    @Test
    void seedsFindLostUpdateAndRepeatIt() {
        Set<Integer> results = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            int first = counterAfterTwoUnprotectedIncrements(seed);
            assertEquals(first, counterAfterTwoUnprotectedIncrements(seed), "seed " + seed);
            results.add(first);
        }
        assertEquals(Set.of(1, 2), results);
    }

    private static List<String> orderOfTasks(long seed) {
        Scheduler scheduler = new Scheduler(seed, true);
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String name = "task " + i;
            scheduler.start(name, () -> {
                for (int j = 0; j < 5; j++) {
                    scheduler.sleep(scheduler.random().nextInt(1_000_000));
                    order.add(name + " at " + scheduler.now());
                }
            });
        }
        scheduler.run();
        scheduler.close();
        return order;
    }

    @Test
    void sameSeedGivesSameRun() {
        assertEquals(orderOfTasks(7), orderOfTasks(7));
        assertNotEquals(orderOfTasks(7), orderOfTasks(8));
    }

    @Test
    void lockExcludesOtherTasksAndIsReentrant() {
        for (long seed = 0; seed < 20; seed++) {
            Scheduler scheduler = new Scheduler(seed, false);
            Lock lock = new SimulatedThreads(scheduler, PROCESS).newLock();
            int[] counter = {0};
            for (int i = 0; i < 4; i++) {
                scheduler.start("increment", () -> {
                    lock.lock();
                    try {
                        increment(scheduler, lock, counter);
                        scheduler.point(() -> "still held");
                    } finally {
                        lock.unlock();
                    }
                });
            }
            scheduler.run();
            scheduler.close();
            assertEquals(4, counter[0], "seed " + seed);
        }
    }

    private static void increment(Scheduler scheduler, Lock lock, int[] counter) {
        lock.lock();
        try {
            int read = counter[0];
            scheduler.sleep(1_000);
            counter[0] = read + 1;
        } finally {
            lock.unlock();
        }
    }

    @Test
    void waitsAdvanceVirtualTimeOnly() {
        Scheduler scheduler = new Scheduler(1, false);
        long started = System.nanoTime();
        scheduler.start("sleeper", () -> scheduler.sleep(Duration.ofDays(3).toNanos()));
        scheduler.run();
        scheduler.close();
        assertTrue(scheduler.now() >= Duration.ofDays(3).toNanos());
        assertTrue(System.nanoTime() - started < Duration.ofSeconds(10).toNanos());
    }

    @Test
    void allTasksOfProcessDieTogetherAndOthersGoOn() {
        Scheduler scheduler = new Scheduler(1, false);
        List<String> reached = new ArrayList<>();
        scheduler.start("first of the process", PROCESS, false, () -> {
            scheduler.sleep(10_000_000);
            reached.add("never");
        });
        scheduler.start("second of the process", PROCESS, false, () -> {
            try {
                scheduler.sleep(5_000_000);
                scheduler.kill(PROCESS);
                reached.add("never");
            } finally {
                // A process that dies runs no finally block; this one runs when the simulation unwinds its threads.
                reached.add("unwound");
            }
        });
        scheduler.start("other", () -> {
            scheduler.sleep(20_000_000);
            reached.add("other");
        });
        scheduler.run();
        assertEquals(List.of("other"), reached);
        scheduler.close();
        assertEquals(List.of("other", "unwound"), reached);
    }

    @Test
    void shieldedSectionEndsBeforeTaskDies() {
        Scheduler scheduler = new Scheduler(1, false);
        List<String> reached = new ArrayList<>();
        scheduler.start("request", PROCESS, false, () -> {
            scheduler.shield();
            scheduler.sleep(10_000_000);
            reached.add("took effect");
            scheduler.unshield();
            reached.add("never");
        });
        scheduler.start("killer", () -> {
            scheduler.sleep(5_000_000);
            scheduler.kill(PROCESS);
            scheduler.sleep(20_000_000);
        });
        scheduler.run();
        scheduler.close();
        assertEquals(List.of("took effect"), reached);
    }

    @Test
    void futuresAndPoolsWork() {
        Scheduler scheduler = new Scheduler(1, false);
        SimulatedThreads threads = new SimulatedThreads(scheduler, PROCESS);
        List<Integer> results = new ArrayList<>();
        scheduler.start("caller", () -> {
            CompletableFuture<Integer> signal = threads.newFuture();
            assertThrows(TimeoutException.class, () -> signal.get(1, TimeUnit.SECONDS));
            ExecutorService pool = threads.newPool(2, "pool");
            List<Future<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int number = i;
                futures.add(pool.submit(() -> {
                    scheduler.sleep(scheduler.random().nextInt(1_000_000));
                    if (number == 4) {
                        signal.complete(40);
                    }
                    return number;
                }));
            }
            try {
                results.add(signal.join());
                for (Future<Integer> future : futures) {
                    results.add(future.get());
                }
            } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError(e);
            }
        });
        scheduler.run();
        scheduler.close();
        assertEquals(List.of(40, 0, 1, 2, 3, 4), results);
    }

    @Test
    void runInWhichAllTasksWaitFails() {
        Scheduler scheduler = new Scheduler(1, false);
        Lock one = new SimulatedThreads(scheduler, PROCESS).newLock();
        Lock two = new SimulatedThreads(scheduler, PROCESS).newLock();
        scheduler.start("one then two", () -> bothLocks(scheduler, one, two));
        scheduler.start("two then one", () -> bothLocks(scheduler, two, one));
        AssertionError error = assertThrows(AssertionError.class, scheduler::run);
        String message = Objects.requireNonNull(error.getMessage());
        assertTrue(message.contains("all tasks wait for each other"), message);
        scheduler.close();
    }

    private static void bothLocks(Scheduler scheduler, Lock first, Lock second) {
        first.lock();
        try {
            scheduler.sleep(1_000_000);
            second.lock();
        } finally {
            first.unlock();
        }
    }

    @Test
    void failureOfTaskFailsRun() {
        Scheduler scheduler = new Scheduler(1, true);
        List<String> reached = new ArrayList<>();
        scheduler.start("fails", () -> {
            throw new IllegalStateException("planted");
        });
        scheduler.start("later", () -> {
            scheduler.sleep(1_000_000_000);
            reached.add("later");
        });
        AssertionError error = assertThrows(AssertionError.class, scheduler::run);
        scheduler.close();
        String message = Objects.requireNonNull(error.getMessage());
        assertTrue(message.contains("planted"), message);
        assertFalse(reached.contains("later"));
        assertTrue(scheduler.traced().toString().contains("planted"));
    }
}
