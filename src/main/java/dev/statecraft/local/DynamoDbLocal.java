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
 * DynamoDB Local as a process of its own, forked from the class path Maven wrote. It lives until {@link #close()} or
 * until this JVM has ended, whichever comes first. One store is shared by all regions and credentials.
 */
public final class DynamoDbLocal implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final int LOG_LINES_IN_ERROR = 15;

    /** The system property with arguments for its JVM, which tests tune for processes that live for seconds. */
    private static final String JVM = "statecraft.dynamodb-local.jvm";

    /** The port was asked for by number and something else listens on it. */
    public static final class PortTakenException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        PortTakenException(int port) {
            super("Port " + port + " is taken by another process.");
        }
    }

    private final Process process;
    private final int port;

    /**
     * The JDK holds on to a process that someone waits for, and with it to the pipe whose end would end the child: a live
     * reload leaves nothing else that refers to it.
     */
    private final CompletableFuture<Process> ended;

    private DynamoDbLocal(Process process, int port) {
        this.process = process;
        this.port = port;
        this.ended = process.onExit();
    }

    /**
     * Starts DynamoDB Local and returns when it answers, usually after one to three seconds.
     *
     * @param port the port to listen on; 0 takes a free one
     * @param data the directory to keep the data in, created if missing; null keeps it in memory only
     * @throws PortTakenException if the port is in use
     * @throws IllegalStateException if the process ends or does not answer within a minute; the message ends with the
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
            started.awaitAnswer(log);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("DynamoDB Local could not be started", e);
        }
    }

    /** Where clients connect to. */
    public URI endpoint() {
        return URI.create("http://localhost:" + port);
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** The process, for whoever has to recognise it later. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /** Stops the process and returns when it is gone. Safe to call twice. */
    @Override
    public void close() {
        stop(process.toHandle());
    }

    /** Asks a process to end, and ends it by force when it has not done so within five seconds. */
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
                // SQLite is loaded as a native library, which newer JDKs warn about otherwise.
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
        // Not as an argument: a class path that long pushes the main class out of what the system remembers of a
        // command line, and by that the process is recognised.
        builder.environment()
                .put(
                        "CLASSPATH",
                        ProjectFiles.target().resolve("classes")
                                + File.pathSeparator
                                + Files.readString(tools).strip());
        return builder.start();
    }

    private void awaitAnswer(Path log) throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!answers()) {
            boolean late = System.nanoTime() - deadline > 0;
            if (late || ended.isDone()) {
                close();
                throw new IllegalStateException(
                        "DynamoDB Local " + (late ? "did not answer within " + START_LIMIT.toSeconds() + " s" : "ended")
                                + " on port " + port + ". Its log " + log + " ends with:\n" + tail(log));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** Any HTTP answer will do: without a signed request it is a 400. */
    private boolean answers() {
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
