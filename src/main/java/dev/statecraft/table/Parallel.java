package dev.statecraft.table;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs requests to DynamoDB side by side, so many at a time as configured. */
@ApplicationScoped
public class Parallel {

    /** How much runs side by side. */
    @ConfigMapping(prefix = "statecraft.parallel")
    public interface Limits {
        /** Requests to DynamoDB that one instance may have under way for batches. */
        @WithDefault("16")
        int requests();
    }

    private final ExecutorService threads;

    /** For tests too, which wire by hand. */
    public Parallel(Limits limits) {
        // The SDK's URL connection client keeps only five connections alive unless it is told otherwise.
        System.setProperty("http.maxConnections", Integer.toString(limits.requests()));
        this.threads = Executors.newFixedThreadPool(limits.requests(), task -> {
            Thread thread = new Thread(task, "dynamodb-batch");
            thread.setDaemon(true);
            return thread;
        });
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    /**
     * Runs all tasks and waits for all of them.
     *
     * @return their results in order
     * @throws RuntimeException the first failure, after the others have ended; later ones are attached to it
     */
    public <T> List<T> all(List<? extends Callable<T>> tasks) {
        List<Future<T>> futures = new ArrayList<>(tasks.size());
        tasks.forEach(task -> futures.add(threads.submit(task)));
        List<T> results = new ArrayList<>(tasks.size());
        RuntimeException failure = null;
        for (Future<T> future : futures) {
            try {
                results.add(future.get());
            } catch (ExecutionException e) {
                RuntimeException cause = e.getCause() instanceof RuntimeException thrown
                        ? thrown
                        : new IllegalStateException("a batch task failed", e.getCause());
                if (failure == null) {
                    failure = cause;
                } else {
                    failure.addSuppressed(cause);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for a batch", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
        return results;
    }
}
