package dev.statecraft.lambda;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.RuntimeValue;
import io.quarkus.runtime.ShutdownContext;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;

/** The in-memory channel of the application's HTTP server, which {@link ApiHandler} uses. */
final class InMemoryServer {

    /** Quarkus closes the channel. */
    private static final ShutdownContext NOT_CLOSED_HERE = new ShutdownContext() {
        @Override
        public void addShutdownTask(Runnable task) {}

        @Override
        public void addLastShutdownTask(Runnable task) {}
    };

    private InMemoryServer() {}

    /**
     * Opens the channel before Quarkus does, which is after the last observer of the start. Quarkus uses the same method and
     * then finds the channel open. The routes are complete before the first observer.
     */
    static void open(Vertx vertx) {
        boolean virtual = true;
        boolean socket = false;
        VertxHttpConfig http =
                ConfigProvider.getConfig().unwrap(SmallRyeConfig.class).getConfigMapping(VertxHttpConfig.class);
        try {
            new VertxHttpRecorder(null, null, new RuntimeValue<>(http), null, null, null)
                    .startServer(
                            () -> vertx,
                            NOT_CLOSED_HERE,
                            LaunchMode.NORMAL,
                            virtual,
                            socket,
                            () -> 0,
                            List.of(),
                            false,
                            false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
