package dev.statecraft.table;

import dev.statecraft.runtime.Threads;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Runs requests to DynamoDB in parallel, up to a configured number at a time. */
@ApplicationScoped
public class Parallel {

    /** Limits of parallel requests. */
    @ConfigMapping(prefix = "statecraft.parallel")
    public interface Limits {
        /** Maximum number of concurrent DynamoDB requests of one instance for batches. */
        @WithDefault("16")
        int requests();
    }

    private final ExecutorService pool;

    /** Starts the threads. */
    public Parallel(Limits limits, Threads threads) {
        // The SDK's URL connection client keeps only five connections alive by default.
        System.setProperty("http.maxConnections", Integer.toString(limits.requests()));
        this.pool = threads.newPool(limits.requests(), "dynamodb-batch");
    }

    @PreDestroy
    void stop() {
        pool.shutdownNow();
    }

    /**
     * Runs all tasks and waits for all of them.
     *
     * @return their results in order
     * @throws RuntimeException the first failure, after all tasks have ended; later failures are suppressed exceptions
     */
    public <T> List<T> all(List<? extends Callable<T>> tasks) {
        List<Future<T>> futures = new ArrayList<>(tasks.size());
        tasks.forEach(task -> futures.add(pool.submit(task)));
        List<T> results = new ArrayList<>(tasks.size());
        RuntimeException failure = null;
        for (Future<T> future : futures) {
            try {
                results.add(future.get());
            } catch (ExecutionException e) {
                RuntimeException cause = e.getCause() instanceof RuntimeException thrown
                        ? thrown
                        : new IllegalStateException("A batch task failed", e.getCause());
                if (failure == null) {
                    failure = cause;
                } else {
                    failure.addSuppressed(cause);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for a batch", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
        return results;
    }
}
