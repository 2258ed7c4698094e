package dev.statecraft.local;

import dev.statecraft.local.template.ProjectFiles;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * DynamoDB Local as a separate process, started from the class path that Maven wrote. It runs until {@link #close()} or
 * until this JVM ends. All regions and credentials share one store.
 */
public final class DynamoDbLocal implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final int LOG_LINES_IN_ERROR = 15;

    /** System property with JVM arguments for the process, which tests tune for short-lived processes. */
    private static final String JVM = "statecraft.dynamodb-local.jvm";

    /** The requested port is in use by another process. */
    public static final class PortTakenException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        PortTakenException(int port) {
            super("Port " + port + " is in use by another process.");
        }
    }

    private final Process process;
    private final int port;

    /**
     * Keeps a reference to the process and its input pipe across live reloads, because the JDK retains a process whose
     * exit is awaited. The child ends when the pipe is closed.
     */
    private final CompletableFuture<Process> ended;

    private DynamoDbLocal(Process process, int port) {
        this.process = process;
        this.port = port;
        this.ended = process.onExit();
    }

    /**
     * Starts DynamoDB Local and returns when it responds, usually after one to three seconds.
     *
     * @param port port to listen on; 0 chooses a free one
     * @param data directory of the data, created if missing; null keeps the data in memory
     * @throws PortTakenException if the port is in use
     * @throws IllegalStateException if the process ends or does not respond within a minute; the message ends with the
     *     last lines of its log
     */
    public static DynamoDbLocal start(int port, @Nullable Path data) {
        if (port != 0 && isTaken(port)) {
            throw new PortTakenException(port);
        }
        int chosen = port == 0 ? freePort() : port;
        Path log = ProjectFiles.target().resolve("dynamodb-local-" + chosen + ".log");
        try {
            Process process = fork(chosen, data, log);
            DynamoDbLocal started = new DynamoDbLocal(process, chosen);
            started.awaitResponse(log);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("DynamoDB Local could not be started", e);
        }
    }

    /** The endpoint for clients. */
    public URI endpoint() {
        return URI.create("http://localhost:" + port);
    }

    /** The port of the endpoint. */
    public int port() {
        return port;
    }

    /** The process. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /** Stops the process and returns after it has ended. Idempotent. */
    @Override
    public void close() {
        stop(process.toHandle());
    }

    /** Terminates a process, by force if it does not end within five seconds. */
    static void stop(ProcessHandle process) {
        process.destroy();
        if (!endsWithin(process, STOP_LIMIT)) {
            process.destroyForcibly();
            endsWithin(process, STOP_LIMIT);
        }
    }

    static boolean isTaken(int port) {
        try (ServerSocket probe = new ServerSocket(port)) {
            return !probe.isBound();
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean endsWithin(ProcessHandle process, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (process.isAlive()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return true;
    }

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("No free port", e);
        }
    }

    private static Process fork(int port, @Nullable Path data, Path log) throws IOException {
        Path tools = ProjectFiles.tools();
        if (!Files.exists(tools)) {
            throw new IllegalStateException(
                    tools + " is missing: run ./mvnw generate-resources, which resolves DynamoDB Local and writes it.");
        }
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(List.of(java.toString()));
        String arguments = System.getProperty(JVM, "");
        command.addAll(arguments.isBlank() ? List.of() : List.of(arguments.split(" ")));
        command.addAll(List.of(
                // Newer JDKs warn about SQLite's native library without this option.
                "--enable-native-access=ALL-UNNAMED",
                DynamoDbLocalMain.class.getName(),
                "-sharedDb",
                "-disableTelemetry",
                "-port",
                String.valueOf(port)));
        if (data == null) {
            command.add("-inMemory");
        } else {
            Files.createDirectories(data);
            command.addAll(List.of("-dbPath", data.toAbsolutePath().toString()));
        }
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        // The class path is not an argument, because a long one would push the main class, which identifies the
        // process, out of the command line that the system reports.
        builder.environment()
                .put(
                        "CLASSPATH",
                        ProjectFiles.target().resolve("classes")
                                + File.pathSeparator
                                + Files.readString(tools).strip());
        return builder.start();
    }

    private void awaitResponse(Path log) throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!responds()) {
            boolean late = System.nanoTime() - deadline > 0;
            if (late || ended.isDone()) {
                close();
                throw new IllegalStateException("DynamoDB Local "
                        + (late ? "did not respond within " + START_LIMIT.toSeconds() + " s" : "ended") + " on port "
                        + port + ". Its log " + log + " ends with:\n" + tail(log));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** Whether the process returns any HTTP response; an unsigned request gets a 400. */
    private boolean responds() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) endpoint().toURL().openConnection();
            connection.setConnectTimeout(1_000);
            connection.setReadTimeout(1_000);
            return connection.getResponseCode() > 0;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String tail(Path log) throws IOException {
        List<String> lines =
                Files.readString(log, StandardCharsets.UTF_8).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_IN_ERROR), lines.size()));
    }
}
