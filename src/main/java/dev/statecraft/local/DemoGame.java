package dev.statecraft.local;

import dev.statecraft.access.AccessConfig;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Runs {@link DemoWorld} in dev mode with {@code -Dstatecraft.demo}, at a few requests per second. */
@Singleton
@IfBuildProfile("dev")
public final class DemoGame {

    private static final Logger LOG = Logger.getLogger(DemoGame.class);
    private static final long SEED = 42;
    private static final long PAUSE_MILLIS = 350;

    private final boolean enabled;
    private final AccessConfig access;
    private @Nullable ScheduledExecutorService timer;

    /**
     * Reads the configuration.
     *
     * @param enabled whether dev mode plays a small game, so that the dashboard shows changes
     */
    DemoGame(@ConfigProperty(name = "statecraft.demo", defaultValue = "false") boolean enabled, AccessConfig access) {
        this.enabled = enabled;
        this.access = access;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The task logs its failures.
    synchronized void start(@ObservesAsync HttpServerStart server) {
        if (!enabled || timer != null) {
            return;
        }
        DemoClient api = new DemoClient(
                URI.create("http://localhost:" + server.options().getPort()),
                access.developmentKey().orElse(""));
        // A different seed after each start, so that match ids are not reused.
        DemoWorld world = new DemoWorld(
                api, new SplittableRandom(SEED + ProcessHandle.current().pid()));
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "demo");
            thread.setDaemon(true);
            return thread;
        });
        timer = started;
        started.execute(() -> play(world, started));
    }

    synchronized void stop(@Observes ShutdownEvent event) {
        if (timer != null) {
            timer.shutdownNow();
            timer = null;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private static void play(DemoWorld world, ScheduledExecutorService timer) {
        try {
            world.prepare();
            LOG.infof("The demo runs: players=%d", DemoWorld.PLAYERS);
            timer.scheduleWithFixedDelay(() -> step(world), PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (IOException | RuntimeException e) {
            LOG.warn("The demo could not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void step(DemoWorld world) {
        try {
            world.next();
        } catch (IOException | RuntimeException e) {
            LOG.warn("A step of the demo failed; the demo continues", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
