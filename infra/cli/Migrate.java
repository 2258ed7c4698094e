import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Registers a migration if a file is given, plans and applies the pending migrations, and shows the runs until they end.
 * {@code infra/migrate --help} prints its usage.
 * Its exit codes are those of every {@link Command}.
 */
public final class Migrate {

    private static final String USAGE = """
            Usage: infra/migrate [options] [definition]

            Registers the definition if a JSON or YAML file is given, plans and applies the pending migrations, and shows the runs until they end.

              --url URL          URL of the API (default: STATECRAFT_URL, otherwise http://localhost:8080)
              --key KEY          API key (default: STATECRAFT_KEY)
              --target VERSION   last migration to apply
              --reason TEXT      reason, stored in the migration history
              --plan             dry run of the pending migrations, without writes
              --rollback VERSION roll back this migration instead; requires --reason
              --mode MODE        mode of the rollback: SMART or EXACT
              --follow RUN       show the progress of an existing run
              --progress STYLE   bar, lines, or auto (a bar on a terminal)
              --help

            Exit codes: 0 success, 1 failure, 2 wrong arguments, 3 server unreachable.
            """;

    private static final Set<String> ENDED = Set.of("APPLIED", "ROLLED_BACK", "FAILED", "CANCELLED");
    private static final int BAR = 30;
    private static final int LONGEST_IDLE = 20;
    private static final long POLL_MILLIS = 500;

    private static final Command COMMAND = new Command(
            USAGE, Set.of("--plan"), Set.of("--target", "--reason", "--rollback", "--mode", "--follow", "--progress"));

    private final Api api;
    private final Map<String, String> options;
    private final PrintStream out;
    private final boolean bar;
    private String last = "";

    /** Migrations of a server, with the options of the command. */
    Migrate(Api api, Map<String, String> options, PrintStream out) {
        this.api = api;
        this.options = options;
        this.out = out;
        String how = options.getOrDefault("--progress", "auto");
        if (!Set.of("bar", "lines", "auto").contains(how)) {
            throw new Command.WrongArguments("--progress must be bar, lines or auto");
        }
        bar = how.equals("bar") || (how.equals("auto") && System.console() != null);
    }

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.exit(COMMAND.run(args, out, System.err, options -> run(options, out)));
    }

    private static int run(Map<String, String> options, PrintStream out) throws InterruptedException {
        if (options.containsKey("--rollback") && !options.containsKey("--reason")) {
            throw new Command.WrongArguments("--rollback requires --reason");
        }
        Migrate migrate = new Migrate(new Api(options), options, out);
        if (options.containsKey("--follow")) {
            return migrate.follow(options.get("--follow")) ? 0 : 1;
        }
        if (options.containsKey("--rollback")) {
            return migrate.rollback();
        }
        if (options.containsKey("file")) {
            migrate.register(options.get("file"));
        }
        boolean succeeds = migrate.plan();
        return options.containsKey("--plan") ? (succeeds ? 0 : 1) : migrate.apply();
    }

    private int rollback() throws InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("reason", options.get("--reason"));
        if (options.containsKey("--mode")) {
            body.put("mode", options.get("--mode"));
        }
        Object answer =
                api.request("POST", "/v1/migrations/" + options.get("--rollback") + "/rollback?waitMillis=0", body);
        String run = Json.text(answer, "runId", "");
        if (run.isEmpty()) {
            throw new Rejected("the response has no runId: " + Json.write(answer));
        }
        follow(run);
        Object end = api.request("GET", "/v1/migrations/runs/" + run, null);
        return Json.text(end, "status", "").equals("ROLLED_BACK") ? 0 : 1;
    }

    /** Applies the pending migrations up to {@code --target} and shows the runs until they end. Returns the exit code. */
    int apply() throws InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>();
        if (options.containsKey("--target")) {
            body.put("target", options.get("--target"));
        }
        if (options.containsKey("--reason")) {
            body.put("reason", options.get("--reason"));
        }
        Set<String> followed = new LinkedHashSet<>();
        int idle = 0;
        while (true) {
            Object answer = api.request("POST", "/v1/migrations/apply?waitMillis=0", body);
            for (Object failed : Json.list(answer, "failed")) {
                out.println("failed: " + Json.text(failed, "version", "?") + ": "
                        + Json.text(failed, "error", "no reason given"));
            }
            boolean newRun = false;
            for (Object run : Json.list(answer, "runs")) {
                if (followed.add(String.valueOf(run))) {
                    newRun = true;
                    if (!follow(String.valueOf(run))) {
                        return 1;
                    }
                }
            }
            if (!Json.list(answer, "failed").isEmpty()) {
                return 1;
            }
            if (Json.number(answer, "totalPending") <= Json.number(answer, "applied")) {
                out.println("current version: "
                        + Json.text(api.request("GET", "/v1/migrations", null), "currentVersion", "?"));
                return 0;
            }
            idle = newRun ? 0 : idle + 1;
            if (idle > LONGEST_IDLE) {
                throw new Rejected(
                        Json.text(answer, "totalPending", "?") + " migrations are pending, but none is being applied");
            }
            if (!newRun) {
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    private void register(String file) throws InterruptedException {
        Object registered = api.request(
                "POST",
                "/v1/migrations",
                Configuration.document(file, System.in).value());
        out.println("registered: " + Json.text(registered, "version", "?") + " "
                + Json.text(registered, "description", ""));
    }

    /** Prints the plan of each pending migration. Returns true if no sampled record failed. */
    boolean plan() throws InterruptedException {
        boolean succeeds = true;
        String version = "";
        for (Object migration : Json.list(api.request("GET", "/v1/migrations", null), "migrations")) {
            if (version.equals(options.getOrDefault("--target", "all"))) {
                break;
            }
            version = Json.text(migration, "version", "");
            if (!Json.text(migration, "status", "").equals("PENDING")) {
                continue;
            }
            Object plan = api.request("POST", "/v1/migrations/" + version + "/plan", null);
            Object estimate = Json.member(plan, "estimate");
            int failures = Json.list(plan, "failures").size();
            succeeds &= failures == 0;
            out.printf(
                    Locale.ROOT,
                    "plan %s: %s of %s records change, %s read units, %s write units, %d failures in the sample%n",
                    version,
                    Json.text(plan, "wouldChange", "?"),
                    Json.text(plan, "matching", "?"),
                    Json.text(estimate, "readUnits", "?"),
                    Json.text(estimate, "writeUnits", "?"),
                    failures);
            for (Object failure : Json.list(plan, "failures")) {
                out.println("  " + Json.text(failure, "id", "?") + ": " + Json.text(failure, "reason", "?"));
            }
            for (Object warning : Json.list(plan, "warnings")) {
                out.println("  warning: " + Json.text(warning, "path", "?") + " of " + Json.text(warning, "count", "?")
                        + " records: " + Json.text(warning, "message", "?"));
            }
        }
        return succeeds;
    }

    /** Shows a run until it ends. Returns true if it was applied, or rolled back in case of a rollback, without an error. */
    private boolean follow(String id) throws InterruptedException {
        last = "";
        while (true) {
            Object run = api.request("GET", "/v1/migrations/runs/" + id, null);
            String status = Json.text(run, "status", "?");
            show(id, run, status);
            if (ENDED.contains(status)) {
                if (bar) {
                    out.println();
                }
                String error = Json.text(run, "error", "");
                out.println(id + " " + Json.text(run, "version", "") + ": " + status
                        + (error.isEmpty() ? "" : ", " + error));
                boolean down = Json.text(run, "direction", "UP").equals("DOWN");
                return status.equals(down ? "ROLLED_BACK" : "APPLIED") && error.isEmpty();
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private void show(String id, Object run, String status) {
        double total = Json.number(run, "total");
        double handled = Json.number(run, "done") + Json.number(run, "skipped") + Json.number(run, "failed");
        double share = total <= 0 ? 0 : Math.min(1, handled / total);
        int full = (int) Math.round(share * BAR);
        String phase = Json.text(run, "phase", status);
        String counts = String.format(
                Locale.ROOT,
                "%3.0f %%  %.0f/%.0f, %.0f failed",
                share * 100,
                handled,
                total,
                Json.number(run, "failed"));
        String pace = String.format(Locale.ROOT, "%.1f/s", Json.number(run, "itemsPerSecond"))
                + (Json.member(run, "etaSeconds") == null
                        ? ""
                        : ", " + Json.text(run, "etaSeconds", "") + " s remaining");
        if (bar) {
            out.printf(
                    "\r[%s%s] %s  %s  %s %s\u001b[K",
                    "#".repeat(full), "-".repeat(BAR - full), counts, pace, status, phase);
            out.flush();
            return;
        }
        // One line per 10 % of progress and per change of status or phase.
        String now = status + " " + phase + " " + (int) (share * 10);
        if (!now.equals(last)) {
            last = now;
            out.println(id + "  " + status + " " + phase + "  " + counts + "  " + pace);
        }
    }
}
