package dev.statecraft.docs;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One {@code sh} process that runs the scripts of a page in order, so that variables persist. Each {@code curl} without a
 * credential sends the key of the page; the status of every {@code curl} is recorded.
 */
final class ShellSession implements AutoCloseable {

    private static final String END = "end-of-script";

    private static final long MAX_SECONDS = 120;

    private static final Pattern STATUS = Pattern.compile("(?m)^http-status (\\d{3}) (\\S+)$");

    private static final String PRELUDE = """
            curl() {
              case "$*" in
                *uthorization*) command curl --max-time 60 -w '%{stderr}\\nhttp-status %{http_code} %{url_effective}\\n' "$@" ;;
                *) command curl --max-time 60 -w '%{stderr}\\nhttp-status %{http_code} %{url_effective}\\n' \\
                     -H "Authorization: Bearer $STATECRAFT_PAGE_KEY" "$@" ;;
              esac
            }
            """;

    private final Process process;
    private final BufferedWriter input;
    private final BufferedReader output;
    private final Path directory;
    private final ScheduledExecutorService watchdog = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "shell-watchdog");
        thread.setDaemon(true);
        return thread;
    });
    private int scripts;

    /**
     * The result of a script.
     *
     * @param code exit code of its last command
     * @param output standard output
     * @param errors standard error, without the recorded statuses
     * @param statuses HTTP status and URL of each {@code curl}, in order
     */
    record Outcome(int code, String output, String errors, List<Status> statuses) {}

    /** The status of a request. */
    record Status(int code, String url) {

        boolean isError() {
            return code < 200 || code >= 400;
        }
    }

    /**
     * @param directory where scripts and their standard errors are kept
     * @param key the credential of requests that name none, also of the commands in infra
     */
    ShellSession(Path directory, String key) throws IOException {
        this.directory = Files.createDirectories(directory);
        ProcessBuilder builder = new ProcessBuilder("sh").redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("STATECRAFT_PAGE_KEY", key);
        builder.environment().put("STATECRAFT_KEY", key);
        // A proxy of the machine must not see requests to the local application.
        builder.environment().put("NO_PROXY", "localhost,127.0.0.1");
        process = builder.start();
        input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        input.write(PRELUDE);
    }

    /**
     * Runs a script and waits for its end.
     *
     * @throws IOException if the script ends the shell, or takes more than two minutes
     */
    Outcome run(String text) throws IOException {
        ScheduledFuture<?> limit = watchdog.schedule(this::kill, MAX_SECONDS, TimeUnit.SECONDS);
        try {
            return runUnlimited(text);
        } finally {
            limit.cancel(false);
        }
    }

    private Outcome runUnlimited(String text) throws IOException {
        Path script = directory.resolve("block-" + ++scripts + ".sh");
        Path errors = directory.resolve("block-" + scripts + ".err");
        Files.writeString(script, text + "\n");
        input.write(". " + script.toAbsolutePath() + " 2>" + errors.toAbsolutePath() + "\n");
        input.write("printf '\\n" + END + " %s\\n' $?\n");
        input.flush();
        StringBuilder read = new StringBuilder();
        String line;
        while ((line = output.readLine()) != null) {
            if (line.startsWith(END + " ")) {
                String error = Files.readString(errors);
                return new Outcome(
                        Integer.parseInt(line.substring(END.length() + 1)),
                        read.toString(),
                        STATUS.matcher(error).replaceAll("").strip(),
                        statuses(error));
            }
            read.append(line).append('\n');
        }
        throw new IOException("The shell ended within a script, or the script took more than " + MAX_SECONDS + " s: "
                + Files.readString(errors));
    }

    private static List<Status> statuses(String error) {
        List<Status> statuses = new ArrayList<>();
        Matcher matcher = STATUS.matcher(error);
        while (matcher.find()) {
            statuses.add(new Status(Integer.parseInt(matcher.group(1)), matcher.group(2)));
        }
        return statuses;
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
        kill();
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
