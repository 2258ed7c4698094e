package dev.statecraft.local;

import dev.statecraft.local.template.ProjectFiles;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The DynamoDB Local process of dev mode. A live reload discards all classes of the application but not this process,
 * so a file stores the running process. The next dev mode reads the same file to stop a process that an earlier one
 * left running.
 */
final class DevDynamoDb {

    private static final Logger LOG = Logger.getLogger(DevDynamoDb.class);
    private static final Duration SAME_START = Duration.ofSeconds(2);

    /** Content of the file: the process, the process that forked it, and its options. */
    private record Note(long pid, Instant startedAt, long owner, int port, String data) {

        /** The process, if it is running; a different process with the same id is ignored. */
        Optional<ProcessHandle> process() {
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::isSame);
        }

        private boolean isSame(ProcessHandle process) {
            boolean sameStart = process.info()
                    .startInstant()
                    .map(start -> Duration.between(start, startedAt).abs().compareTo(SAME_START) < 0)
                    .orElse(false);
            boolean sameProgram = process.info()
                    .commandLine()
                    .map(line -> line.contains(DynamoDbLocalMain.class.getName()))
                    .orElse(true);
            return sameStart && sameProgram;
        }
    }

    private DevDynamoDb() {}

    /**
     * Returns the endpoint of DynamoDB Local. Reuses the process that this JVM forked before a live reload; otherwise
     * stops a process of an earlier dev mode and starts a new one.
     *
     * @param data directory of the data; null keeps the data in memory
     * @throws IllegalStateException if another process uses the port (the message contains the remedy), or if the
     *     process does not start
     */
    static URI ensure(int port, @Nullable Path data) {
        return ensure(port, data, ProjectFiles.target().resolve("dynamodb-local.properties"));
    }

    static URI ensure(int port, @Nullable Path data, Path file) {
        String dataOption = data == null ? "" : data.toString();
        long self = ProcessHandle.current().pid();
        Optional<Note> note = read(file);
        Optional<ProcessHandle> running = note.flatMap(Note::process);
        if (note.isPresent() && running.isPresent()) {
            Note known = note.get();
            if (known.owner() == self && known.port() == port && known.data().equals(dataOption)) {
                return URI.create("http://localhost:" + port);
            }
            if (known.owner() == self || !isAlive(known.owner())) {
                LOG.infof("Stopping the DynamoDB Local of an earlier run: pid=%d", known.pid());
                DynamoDbLocal.stop(running.get());
            }
        }
        // Not closed here: the process survives live reloads and ends when this JVM ends.
        DynamoDbLocal started = start(port, data);
        write(
                file,
                new Note(
                        started.process().pid(),
                        started.process().info().startInstant().orElse(Instant.now()),
                        self,
                        port,
                        dataOption));
        return started.endpoint();
    }

    private static DynamoDbLocal start(int port, @Nullable Path data) {
        try {
            return DynamoDbLocal.start(port, data);
        } catch (DynamoDbLocal.PortTakenException e) {
            throw new IllegalStateException(
                    "Port " + port + " for DynamoDB Local is in use: stop the process that uses it, or start with"
                            + " -Dstatecraft.local.dynamodb-port=" + (port + 1) + ".",
                    e);
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static Optional<Note> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties text = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            text.load(reader);
            return Optional.of(new Note(
                    Long.parseLong(text.getProperty("pid", "")),
                    Instant.parse(text.getProperty("startedAt", "")),
                    Long.parseLong(text.getProperty("owner", "")),
                    Integer.parseInt(text.getProperty("port", "")),
                    text.getProperty("data", "")));
        } catch (IOException | RuntimeException e) {
            LOG.warnf("The file about DynamoDB Local is malformed and is ignored: file=%s cause=%s", file, e);
            return Optional.empty();
        }
    }

    private static void write(Path file, Note note) {
        Properties text = new Properties();
        text.setProperty("pid", String.valueOf(note.pid()));
        text.setProperty("startedAt", note.startedAt().toString());
        text.setProperty("owner", String.valueOf(note.owner()));
        text.setProperty("port", String.valueOf(note.port()));
        text.setProperty("data", note.data());
        try (Writer writer = Files.newBufferedWriter(file)) {
            text.store(writer, "The DynamoDB Local that dev mode started.");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }
}
