package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Runs the scripts of infra/ with an empty home, and with a PATH that contains only the programs of this list and the
 * installed stand-ins. A script that needs another program therefore fails.
 */
final class ScriptSandbox {

    static final String ACCOUNT = "123456789012";

    /** Bytes 18 and 19 of an ELF header. */
    static final int ARM64 = 0xb7;

    static final int X86_64 = 0x3e;

    private static final Path STANDINS = Path.of("src/test/resources/dev/statecraft/infra");

    private static final List<String> PROGRAMS = List.of(
            "awk",
            "basename",
            "cat",
            "cp",
            "curl",
            "cut",
            "date",
            "dirname",
            "grep",
            "head",
            "mkdir",
            "mktemp",
            "mv",
            "od",
            "paste",
            "rm",
            "sed",
            "sh",
            "sleep",
            "tr",
            "uname",
            "unzip");

    /** One of these is enough. */
    private static final List<String> HASHES = List.of("sha256sum", "shasum", "openssl");

    private final Path folder;
    private final Map<String, String> environment = new TreeMap<>();

    /** What a script wrote, and how it ended. */
    record Run(int code, String out, String err) {

        @Override
        public String toString() {
            return "exit code " + code + "\n" + out + err;
        }
    }

    /**
     * Creates the folders of the sandbox. The calling test is skipped on machines without curl, unzip and the other
     * programs.
     */
    ScriptSandbox(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder.resolve("bin"));
        Files.createDirectories(folder.resolve("home"));
        Path tools = tools();
        install("curl");
        environment.put("PATH", folder.resolve("bin") + File.pathSeparator + tools);
        environment.put("HOME", folder.resolve("home").toString());
        environment.put("FAKE", folder.toString());
        environment.put("CURL", onPath("curl").orElseThrow().toString());
        environment.put("TMPDIR", folder.toString());
    }

    /** A folder with links to the allowed programs. It is kept: JUnit warns of each link that it deletes. */
    private static synchronized Path tools() throws IOException {
        for (String program : PROGRAMS) {
            assumeTrue(onPath(program).isPresent(), program + " is not installed; the scripts of infra/ need it");
        }
        Path tools = Files.createDirectories(Path.of("target/script-tools")).toAbsolutePath();
        for (String program : Stream.concat(PROGRAMS.stream(), HASHES.stream()).toList()) {
            Path link = tools.resolve(program);
            Optional<Path> target = onPath(program);
            if (target.isPresent() && !Files.exists(link)) {
                Path fresh = Files.createTempDirectory(tools, "link").resolve(program);
                Files.createSymbolicLink(fresh, target.get());
                Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
                Files.delete(fresh.getParent());
            }
        }
        return tools;
    }

    static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A sandbox with an AWS CLI that has credentials of {@link #ACCOUNT} and the region eu-west-1. */
    static ScriptSandbox withAws(Path folder) throws IOException {
        ScriptSandbox sandbox = new ScriptSandbox(folder);
        sandbox.install("aws");
        sandbox.set("FAKE_ACCOUNT", ACCOUNT);
        sandbox.set("AWS_REGION", "eu-west-1");
        return sandbox;
    }

    /** Adds a stand-in from the test resources to the PATH. */
    void install(String program) throws IOException {
        Path copy = folder.resolve("bin").resolve(program);
        Files.copy(STANDINS.resolve(program), copy, StandardCopyOption.REPLACE_EXISTING);
        assertTrue(copy.toFile().setExecutable(true));
    }

    void set(String variable, String value) {
        environment.put(variable, value);
    }

    void unset(String variable) {
        environment.remove(variable);
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Folder in which infra/deploy keeps the keys of the stack statecraft in eu-west-1. */
    Path keys() {
        return folder.resolve("home/.config/statecraft/" + ACCOUNT + ".eu-west-1.statecraft");
    }

    /** Calls of the stand-ins, in order. */
    List<String> calls() throws IOException {
        Path file = folder.resolve("calls");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** A zip with an executable of an architecture, cut off after the ELF header's first fields. */
    Path nativeZip(String name, int machine) throws IOException {
        byte[] header = new byte[64];
        header[0] = 0x7f;
        header[1] = 'E';
        header[2] = 'L';
        header[3] = 'F';
        header[4] = 2;
        header[5] = 1;
        header[6] = 1;
        header[16] = 2;
        header[18] = (byte) machine;
        return zip(name, "bootstrap", header);
    }

    Path zip(String name, String entry, byte[] content) throws IOException {
        Path zip = folder.resolve(name);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry(entry));
            out.write(content);
        }
        return zip;
    }

    Run run(String script, Object... arguments) throws Exception {
        return runTyping("", script, arguments);
    }

    /** Runs a script of infra/ with a text as its input, and waits for its end. */
    Run runTyping(String input, String script, Object... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "infra/" + script));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), script + " did not end");
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
