package dev.statecraft.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.stream.LambdaFunction;
import dev.statecraft.migration.execution.RunsPending;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Replaces the state machine that drives migration runs: calls the step handler until no work is left. */
@Singleton
@IfBuildProfile(anyOf = {"dev", "test"})
public final class LocalMigrations {

    private static final Logger LOG = Logger.getLogger(LocalMigrations.class);

    /** Maximum number of retries of a failed call; the wait doubles with each retry. */
    private static final int RETRIES = 6;

    private static final JsonMapper JSON = new JsonMapper();

    private final LocalHandlers handlers;
    private final Set<String> driven = ConcurrentHashMap.newKeySet();
    private final ExecutorService machines = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "local-migrations");
        thread.setDaemon(true);
        return thread;
    });

    LocalMigrations(LocalHandlers handlers) {
        this.handlers = handlers;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The task logs its failures.
    void start(@Observes RunsPending runs) {
        boolean first = driven.add(runs.game());
        if (runs.possiblyDriven() && !first) {
            return;
        }
        machines.submit(() -> {
            try {
                drive(runs.game());
            } catch (Exception e) {
                // The next apply, resume or scheduled step continues the run.
                LOG.errorf(e, "Migration run interrupted: game=%s", runs.game());
            } finally {
                driven.remove(runs.game());
            }
        });
    }

    void stop(@Observes ShutdownEvent event) {
        machines.shutdownNow();
    }

    private void drive(String game) throws Exception {
        ObjectNode advance = JsonNodeFactory.instance.objectNode().put("game", game);
        for (JsonNode next = call(advance); !next.path("done").asBoolean(); next = call(advance)) {
            List<Future<Void>> tasks = new ArrayList<>();
            for (JsonNode work : next.path("work")) {
                tasks.add(machines.submit((Callable<Void>) () -> {
                    untilDone(work);
                    return null;
                }));
            }
            for (Future<Void> one : tasks) {
                one.get();
            }
        }
    }

    private void untilDone(JsonNode work) throws Exception {
        JsonNode answer = call(work);
        while (!answer.path("done").asBoolean()) {
            TimeUnit.SECONDS.sleep(answer.path("waitSeconds").asLong());
            answer = call(answer);
        }
    }

    private JsonNode call(JsonNode event) throws Exception {
        LambdaFunction step = handlers.find("migration-step").orElseThrow();
        for (int attempt = 0; ; attempt++) {
            try {
                return JSON.readTree(step.invoke(event.toString()));
            } catch (RuntimeException e) {
                if (attempt == RETRIES) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(100L << attempt);
            }
        }
    }
}
