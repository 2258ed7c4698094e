package dev.statecraft.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Creates everything on which a thread can wait for another one. Locks that are never held during a request to DynamoDB
 * may be {@code synchronized} blocks instead.
 */
public interface Threads {

    /** A reentrant, fair lock. */
    Lock newLock();

    /** An incomplete future. */
    <T> CompletableFuture<T> newFuture();

    /** An executor with at most {@code size} daemon threads of a name. */
    ExecutorService newPool(int size, String name);

    /** The threads of the JVM. */
    static Threads system() {
        return new Threads() {
            @Override
            public Lock newLock() {
                return new ReentrantLock(true);
            }

            @Override
            public <T> CompletableFuture<T> newFuture() {
                return new CompletableFuture<>();
            }

            @Override
            public ExecutorService newPool(int size, String name) {
                return Executors.newFixedThreadPool(size, task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
            }
        };
    }
}
