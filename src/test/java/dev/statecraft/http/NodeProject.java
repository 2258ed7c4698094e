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

/** A Node.js project of a test: the files of a folder, with the packages of its lock file. */
public final class NodeProject {

    private static final Duration INSTALL_PATIENCE = Duration.ofMinutes(3);

    private final Path sources;
    private final Path work;

    /**
     * @param sources the folder, with a {@code package.json} and a {@code package-lock.json}
     * @param work the directory to which it is copied and in which it runs
     */
    public NodeProject(Path sources, Path work) {
        this.sources = sources;
        this.work = work;
    }

    /** The output and the exit code of a process. */
    public record Outcome(int code, String output) {}

    /** Whether Node.js and npm are installed. */
    public static boolean isPossible() {
        return arePresent("node", "npm");
    }

    /** Whether all programs with these names are on the path. */
    public static boolean arePresent(String... names) {
        return find(names).size() == names.length;
    }

    /** The programs with these names on the path. */
    static List<Path> find(String... names) {
        return Arrays.stream(names)
                .flatMap(name -> Arrays.stream(
                                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(directory -> Path.of(directory, name))
                        .filter(Files::isExecutable)
                        .limit(1))
                .toList();
    }

    /** Copies the files and installs their packages with npm, at the versions and hashes of the lock file. */
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

    /** Runs a command in the folder; ends it after the time limit. */
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
