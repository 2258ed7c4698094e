package dev.statecraft.http;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a test runs with Node.js: the files of a folder, with the packages of its lock file, which npm brings. */
public final class NodeProject {

    private static final Duration INSTALL_PATIENCE = Duration.ofMinutes(3);

    private final Path sources;
    private final Path work;

    /**
     * @param sources the folder, with a {@code package.json} and a {@code package-lock.json}
     * @param work where it is copied to and run
     */
    public NodeProject(Path sources, Path work) {
        this.sources = sources;
        this.work = work;
    }

    /** What a process printed, and the code it ended with. */
    public record Outcome(int code, String output) {}

    /** Whether there is Node.js, with npm. */
    public static boolean isPossible() {
        return find("node", "npm").size() == 2;
    }

    /** The programs of these names that there are on the path. */
    static List<Path> find(String... names) {
        return Arrays.stream(names)
                .flatMap(name -> Arrays.stream(
                                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(directory -> Path.of(directory, name))
                        .filter(Files::isExecutable)
                        .limit(1))
                .toList();
    }

    /** Copies the files and has npm fetch what they import, at the versions and hashes of the lock file. */
    public Outcome install() throws IOException, InterruptedException {
        Files.createDirectories(work);
        boolean same = Files.isDirectory(work.resolve("node_modules"));
        try (Stream<Path> files = Files.list(sources)) {
            for (Path from : files.toList()) {
                Path to = work.resolve(from.getFileName());
                boolean unchanged = Files.exists(to) && Files.mismatch(from, to) == -1;
                same &= unchanged || !from.toString().endsWith(".json");
                Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return same
                ? new Outcome(0, "")
                : run(INSTALL_PATIENCE, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline");
    }

    /** Runs a command in the folder, and ends it when it takes too long. */
    public Outcome run(Duration patience, String... command) throws IOException, InterruptedException {
        Files.createDirectories(work);
        Path log = work.resolve(Path.of(command[0]).getFileName() + ".log");
        Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            boolean ended = process.waitFor(patience.toSeconds(), TimeUnit.SECONDS);
            return new Outcome(ended ? process.exitValue() : -1, Files.readString(log));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
