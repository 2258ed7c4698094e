package dev.statecraft.local;

import dev.statecraft.local.template.ProjectFiles;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One run of dev mode, including all live reloads. Reports a port that is in use before anything starts, logs the
 * addresses after the start, and ends this JVM when Maven ends.
 */
@Singleton
@IfBuildProfile("dev")
public final class DevSession {

    private static final Logger LOG = Logger.getLogger(DevSession.class);

    /** System property that is set after the first start, because fields do not survive a live reload. */
    private static final String STARTED = "statecraft.dev-session-started";

    private final LocalConfig config;
    private final VertxHttpConfig http;
    private @Nullable CompletableFuture<Void> endWithMaven;

    DevSession(LocalConfig config, VertxHttpConfig http) {
        this.config = config;
        this.http = http;
    }

    void beforeAll(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE - 1) StartupEvent event) {
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            return;
        }
        endWithMaven = ProcessHandle.current()
                .parent()
                .map(maven -> maven.onExit().thenRun(() -> System.exit(1)))
                .orElse(null);
        int port = http.port();
        if (isFirstStart() && port > 0 && DynamoDbLocal.isTaken(port)) {
            exit("Port " + port + " is in use: stop the process that uses it, or start with -Dquarkus.http.port="
                    + (port + 1) + ".");
        }
    }

    void ready(@ObservesAsync HttpServerStart server) {
        System.setProperty(STARTED, "true");
        String url = "http://localhost:" + server.options().getPort();
        LOG.info("\n\n  Statecraft is ready.\n"
                + "\n  API              " + url + "/v1"
                + "\n  Dashboard        " + url + "/"
                + "\n  OpenAPI          " + url + "/q/swagger-ui and " + url + "/openapi"
                + "\n  Development key  sk_dev_local"
                + "\n  DynamoDB Local   http://localhost:" + config.dynamodbPort()
                + "\n  Data             "
                + config.data()
                        .map(data -> ProjectFiles.resolve(data).toString())
                        .orElse("in memory, lost at exit; -Dstatecraft.local.data=DIR stores it")
                + "\n");
    }

    void stop(@Observes ShutdownEvent event) {
        if (endWithMaven != null) {
            endWithMaven.cancel(false);
        }
    }

    /** Whether the application starts for the first time in this JVM. */
    static boolean isFirstStart() {
        return System.getProperty(STARTED) == null;
    }

    /**
     * Ends this JVM immediately and prints one sentence. An exception would add a long stack trace. Only child
     * processes are running at this point, and they end with this JVM.
     */
    static void exit(String sentence) {
        System.err.println("\n" + sentence + "\n");
        System.err.flush();
        Runtime.getRuntime().halt(1);
    }
}
