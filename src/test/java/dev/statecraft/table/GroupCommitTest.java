package dev.statecraft.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.runtime.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupCommitTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void everyTask_isProcessedOnceInSequentialGroups() throws Exception {
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger groups = new AtomicInteger();
        List<Integer> done = Collections.synchronizedList(new ArrayList<>());
        GroupCommit<String, Integer, Integer> commits = new GroupCommit<>(
                new GroupCommit.Limits(1_000, 10, LONG),
                work -> 1,
                (group, previous) -> {
                    assertEquals(1, atOnce.incrementAndGet());
                    assertTrue(group.size() <= 10);
                    groups.incrementAndGet();
                    done.addAll(group);
                    LockSupport.parkNanos(1_000);
                    atOnce.decrementAndGet();
                    return group.stream().map(work -> work * 2).toList();
                },
                Threads.system());
        List<Callable<Optional<Integer>>> tasks = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            int work = i;
            tasks.add(() -> commits.submit("key", work));
        }
        ExecutorService few = Executors.newFixedThreadPool(32);
        try {
            List<Future<Optional<Integer>>> futures = few.invokeAll(tasks);
            for (int i = 0; i < tasks.size(); i++) {
                assertEquals(Optional.of(i * 2), futures.get(i).get());
            }
        } finally {
            few.shutdownNow();
        }
        assertEquals(2_000, done.stream().distinct().count());
        assertEquals(2_000, done.size());
        assertTrue(groups.get() <= 2_000);
    }

    @Test
    void tasksDuringAGroup_formTheNextGroupWithTheLastResult() throws Exception {
        Stage stage = new Stage(new GroupCommit.Limits(10, 3, LONG));
        Future<Optional<String>> first = stage.submit("a");
        stage.started.acquire();
        List<Future<Optional<String>>> others = new ArrayList<>();
        for (String work : List.of("b", "c", "d", "e")) {
            others.add(stage.submit(work));
            stage.awaitEntered(others.size());
        }
        stage.go.release(3);
        assertEquals(Optional.of("a after null"), first.get());
        List<String> answers = new ArrayList<>();
        for (Future<Optional<String>> other : others) {
            answers.add(other.get().orElseThrow());
        }
        assertEquals(
                List.of(
                        "b after a after null",
                        "c after a after null",
                        "d after a after null",
                        "e after d after a after null"),
                answers);
        stage.go.release();
        assertEquals(Optional.of("f after null"), stage.submit("f").get(), "an idle key is forgotten");
    }

    @Test
    void excessTasks_areRejectedAndLateOnesWithdrawn() throws Exception {
        Stage stage = new Stage(new GroupCommit.Limits(1, 10, Duration.ofMillis(20)));
        Future<Optional<String>> first = stage.submit("a");
        stage.started.acquire();
        assertEquals(Optional.empty(), stage.submit("b").get(10, TimeUnit.SECONDS), "waited too long");
        stage.go.release();
        assertEquals(Optional.of("a after null"), first.get());
        assertEquals(List.of("a"), stage.done);

        Stage full = new Stage(new GroupCommit.Limits(1, 10, LONG));
        Future<Optional<String>> running = full.submit("a");
        full.started.acquire();
        Future<Optional<String>> waiting = full.submit("b");
        full.awaitEntered(1);
        assertEquals(Optional.empty(), full.submit("c").get(10, TimeUnit.SECONDS), "one waits already");
        full.go.release(2);
        assertTrue(running.get().isPresent());
        assertTrue(waiting.get().isPresent());
    }

    @Test
    void failure_affectsItsGroupOnly() throws Exception {
        Stage stage = new Stage(new GroupCommit.Limits(10, 2, LONG));
        Future<Optional<String>> first = stage.submit("a");
        stage.started.acquire();
        List<Future<Optional<String>>> others = new ArrayList<>();
        for (String work : List.of("fail", "c", "d")) {
            others.add(stage.submit(work));
            stage.awaitEntered(others.size());
        }
        stage.go.release(3);
        assertTrue(first.get().isPresent());
        ExecutionException one =
                assertThrows(ExecutionException.class, () -> others.get(0).get());
        ExecutionException two =
                assertThrows(ExecutionException.class, () -> others.get(1).get());
        assertSame(one.getCause(), two.getCause());
        assertEquals("d after a after null", others.get(2).get().orElseThrow());
    }

    @Test
    void keys_areIndependent() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        GroupCommit<String, String, String> commits = new GroupCommit<>(
                new GroupCommit.Limits(10, 10, LONG),
                work -> 1,
                (group, previous) -> {
                    both.countDown();
                    await(both);
                    return group;
                },
                Threads.system());
        Future<Optional<String>> a = threads.submit(() -> commits.submit("a", "x"));
        Future<Optional<String>> b = threads.submit(() -> commits.submit("b", "y"));
        assertEquals(Optional.of("x"), a.get(10, TimeUnit.SECONDS));
        assertEquals(Optional.of("y"), b.get(10, TimeUnit.SECONDS));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Groups that start when the test permits it. */
    private final class Stage {

        final Semaphore started = new Semaphore(0);
        final Semaphore go = new Semaphore(0);
        final List<String> done = Collections.synchronizedList(new ArrayList<>());
        final GroupCommit<String, String, String> commits;

        Stage(GroupCommit.Limits limits) {
            commits = new GroupCommit<>(
                    limits,
                    work -> 1,
                    (group, previous) -> {
                        started.release();
                        go.acquireUninterruptibly();
                        if (group.contains("fail")) {
                            throw new IllegalArgumentException("asked for");
                        }
                        done.addAll(group);
                        return group.stream()
                                .map(work -> work + " after " + previous)
                                .toList();
                    },
                    Threads.system());
        }

        Future<Optional<String>> submit(String work) {
            return threads.submit(() -> commits.submit("key", work));
        }

        void awaitEntered(int waiting) {
            long until = System.nanoTime() + LONG.toNanos();
            while (commits.waiting("key") < waiting) {
                assertTrue(System.nanoTime() < until, "nothing arrived");
                Thread.onSpinWait();
            }
        }
    }
}
