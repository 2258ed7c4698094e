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
 * The one DynamoDB Local of dev mode. A live reload throws away every class of the application but not this process, so
 * what runs is remembered in a file and not in a field. From the same file the next dev mode knows what an earlier one
 * could not stop.
 */
final class DevDynamoDb {

    private static final Logger LOG = Logger.getLogger(DevDynamoDb.class);
    private static final Duration SAME_START = Duration.ofSeconds(2);

    /** What the file says: which process, forked by whom, with what options. */
    private record Note(long pid, Instant startedAt, long owner, int port, String data) {

        /** The process, if it still runs; a process that only has the same number by now is not meant. */
        Optional<ProcessHandle> process() {
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::isMeant);
        }

        private boolean isMeant(ProcessHandle process) {
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
     * Keeps the DynamoDB Local that this JVM forked before a live reload, or stops what an earlier dev mode left behind
     * and starts a new one.
     *
     * @param data the directory to keep the data in; null keeps it in memory only
     * @throws IllegalStateException if something else listens on the port, with what to do, or it does not start
     */
    static URI ensure(int port, @Nullable Path data) {
        return ensure(port, data, ProjectFiles.target().resolve("dynamodb-local.properties"));
    }

    static URI ensure(int port, @Nullable Path data, Path file) {
        String wantedData = data == null ? "" : data.toString();
        long self = ProcessHandle.current().pid();
        Optional<Note> note = read(file);
        Optional<ProcessHandle> running = note.flatMap(Note::process);
        if (note.isPresent() && running.isPresent()) {
            Note known = note.get();
            if (known.owner() == self && known.port() == port && known.data().equals(wantedData)) {
                return URI.create("http://localhost:" + port);
            }
            if (known.owner() == self || !isAlive(known.owner())) {
                LOG.infof("Stopping the DynamoDB Local of an earlier run: pid=%d", known.pid());
                DynamoDbLocal.stop(running.get());
            }
        }
        // Not closed here: it outlives live reloads and ends by itself when this JVM has ended.
        DynamoDbLocal started = start(port, data);
        write(
                file,
                new Note(
                        started.process().pid(),
                        started.process().info().startInstant().orElse(Instant.now()),
                        self,
                        port,
                        wantedData));
        return started.endpoint();
    }

    private static DynamoDbLocal start(int port, @Nullable Path data) {
        try {
            return DynamoDbLocal.start(port, data);
        } catch (DynamoDbLocal.PortTakenException e) {
            throw new IllegalStateException(
                    "Port " + port + ", meant for DynamoDB Local, is taken: stop what listens there, or start with"
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
            LOG.warnf("Ignoring an unreadable note about DynamoDB Local: file=%s cause=%s", file, e);
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
