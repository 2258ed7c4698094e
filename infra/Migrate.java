import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Registers a migration if a file is given, plans and applies the pending migrations, and shows the runs until they end.
 * A single file of plain Java; {@code infra/migrate --help} prints its usage.
 *
 * <p>Exit codes: 0 if everything succeeded, 1 if something failed, 2 for wrong arguments, 3 if the server is unreachable.
 */
public final class Migrate {

    private static final String USAGE = """
            Usage: infra/migrate [options] [definition.json]

            Registers the definition if one is given, plans and applies the pending migrations, and shows the runs until they end.

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
    private static final int TRIES = 6;
    private static final int LONGEST_IDLE = 20;
    private static final long POLL_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final Map<String, String> options;
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final boolean bar;
    private String last = "";

    private Migrate(Map<String, String> options) {
        this.options = options;
        String how = options.getOrDefault("--progress", "auto");
        bar = how.equals("bar") || (how.equals("auto") && System.console() != null);
    }

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        int code;
        try {
            code = run(args);
        } catch (Unreachable e) {
            System.err.println(e.getMessage());
            code = 3;
        } catch (Rejected e) {
            System.err.println(e.getMessage());
            code = 1;
        } catch (InterruptedException e) {
            code = 1;
        }
        System.exit(code);
    }

    private static int run(String[] args) throws InterruptedException {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--help", "-h" -> {
                    System.out.print(USAGE);
                    return 0;
                }
                case "--plan" -> options.put("--plan", "");
                case "--url", "--key", "--target", "--reason", "--rollback", "--mode", "--follow", "--progress" -> {
                    if (i + 1 == args.length) {
                        return wrongArguments(args[i] + " requires a value");
                    }
                    options.put(args[i], args[++i]);
                }
                default -> {
                    if (args[i].startsWith("-") || options.containsKey("file")) {
                        return wrongArguments("unknown argument: " + args[i]);
                    }
                    options.put("file", args[i]);
                }
            }
        }
        if (!Set.of("bar", "lines", "auto").contains(options.getOrDefault("--progress", "auto"))) {
            return wrongArguments("--progress must be bar, lines or auto");
        }
        if (options.containsKey("--rollback") && !options.containsKey("--reason")) {
            return wrongArguments("--rollback requires --reason");
        }
        Migrate migrate = new Migrate(options);
        if (options.containsKey("--follow")) {
            return migrate.follow(options.get("--follow")) ? 0 : 1;
        }
        return options.containsKey("--rollback") ? migrate.rollback() : migrate.apply();
    }

    private static int wrongArguments(String why) {
        System.err.println(why);
        System.err.print(USAGE);
        return 2;
    }

    // ---- Commands

    private int rollback() throws InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("reason", options.get("--reason"));
        if (options.containsKey("--mode")) {
            body.put("mode", options.get("--mode"));
        }
        Object answer = request("POST", "/v1/migrations/" + options.get("--rollback") + "/rollback?waitMillis=0", Json.write(body));
        String run = text(answer, "runId", "");
        if (run.isEmpty()) {
            throw new Rejected("the response has no runId: " + Json.write(answer));
        }
        follow(run);
        Object end = request("GET", "/v1/migrations/runs/" + run, null);
        return text(end, "status", "").equals("ROLLED_BACK") ? 0 : 1;
    }

    private int apply() throws InterruptedException {
        if (options.containsKey("file")) {
            register(Path.of(options.get("file")));
        }
        boolean succeeds = plan();
        if (options.containsKey("--plan")) {
            return succeeds ? 0 : 1;
        }
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
            Object answer = request("POST", "/v1/migrations/apply?waitMillis=0", Json.write(body));
            for (Object failed : list(answer, "failed")) {
                out.println("failed: " + text(failed, "version", "?") + ": " + text(failed, "error", "no reason given"));
            }
            boolean newRun = false;
            for (Object run : list(answer, "runs")) {
                if (followed.add(String.valueOf(run))) {
                    newRun = true;
                    if (!follow(String.valueOf(run))) {
                        return 1;
                    }
                }
            }
            if (!list(answer, "failed").isEmpty()) {
                return 1;
            }
            if (number(answer, "totalPending") <= number(answer, "applied")) {
                out.println("current version: " + text(request("GET", "/v1/migrations", null), "currentVersion", "?"));
                return 0;
            }
            idle = newRun ? 0 : idle + 1;
            if (idle > LONGEST_IDLE) {
                throw new Rejected(text(answer, "totalPending", "?") + " migrations are pending, but none is being applied");
            }
            if (!newRun) {
                pause(POLL_MILLIS);
            }
        }
    }

    private void register(Path file) throws InterruptedException {
        String definition;
        try {
            definition = Files.readString(file);
        } catch (IOException e) {
            throw new Rejected("cannot read " + file + ": " + e.getMessage());
        }
        Object registered = request("POST", "/v1/migrations", definition);
        out.println("registered: " + text(registered, "version", "?") + " " + text(registered, "description", ""));
    }

    /** Prints the plan of each pending migration. Returns true if no sampled record failed. */
    private boolean plan() throws InterruptedException {
        boolean succeeds = true;
        String version = "";
        for (Object migration : list(request("GET", "/v1/migrations", null), "migrations")) {
            if (version.equals(options.getOrDefault("--target", "all"))) {
                break;
            }
            version = text(migration, "version", "");
            if (!text(migration, "status", "").equals("PENDING")) {
                continue;
            }
            Object plan = request("POST", "/v1/migrations/" + version + "/plan", "");
            Object estimate = member(plan, "estimate");
            int failures = list(plan, "failures").size();
            succeeds &= failures == 0;
            out.printf(
                    Locale.ROOT,
                    "plan %s: %s of %s records change, %s read units, %s write units, %d failures in the sample%n",
                    version,
                    text(plan, "wouldChange", "?"),
                    text(plan, "matching", "?"),
                    text(estimate, "readUnits", "?"),
                    text(estimate, "writeUnits", "?"),
                    failures);
            for (Object failure : list(plan, "failures")) {
                out.println("  " + text(failure, "id", "?") + ": " + text(failure, "reason", "?"));
            }
            for (Object warning : list(plan, "warnings")) {
                out.println("  warning: " + text(warning, "path", "?") + " of " + text(warning, "count", "?")
                        + " records: " + text(warning, "message", "?"));
            }
        }
        return succeeds;
    }

    /** Shows a run until it ends. Returns true if it was applied, or rolled back in case of a rollback, without an error. */
    private boolean follow(String id) throws InterruptedException {
        last = "";
        while (true) {
            Object run = request("GET", "/v1/migrations/runs/" + id, null);
            String status = text(run, "status", "?");
            show(id, run, status);
            if (ENDED.contains(status)) {
                if (bar) {
                    out.println();
                }
                String error = text(run, "error", "");
                out.println(id + " " + text(run, "version", "") + ": " + status + (error.isEmpty() ? "" : ", " + error));
                boolean down = text(run, "direction", "UP").equals("DOWN");
                return status.equals(down ? "ROLLED_BACK" : "APPLIED") && error.isEmpty();
            }
            pause(POLL_MILLIS);
        }
    }

    private void show(String id, Object run, String status) {
        double total = number(run, "total");
        double handled = number(run, "done") + number(run, "skipped") + number(run, "failed");
        double share = total <= 0 ? 0 : Math.min(1, handled / total);
        int full = (int) Math.round(share * BAR);
        String phase = text(run, "phase", status);
        String counts = String.format(
                Locale.ROOT, "%3.0f %%  %.0f/%.0f, %.0f failed", share * 100, handled, total, number(run, "failed"));
        String pace = String.format(Locale.ROOT, "%.1f/s", number(run, "itemsPerSecond"))
                + (member(run, "etaSeconds") == null ? "" : ", " + text(run, "etaSeconds", "") + " s remaining");
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

    // ---- The server

    private Object request(String method, String path, String body) throws InterruptedException {
        String url = options.getOrDefault("--url", environment("STATECRAFT_URL", "http://localhost:8080"));
        String key = options.getOrDefault("--key", environment("STATECRAFT_KEY", ""));
        HttpRequest.Builder builder;
        try {
            builder = HttpRequest.newBuilder(URI.create(url.replaceAll("/+$", "") + path));
        } catch (IllegalArgumentException e) {
            throw new Unreachable(url + " is not a URL: " + e.getMessage());
        }
        builder.timeout(Duration.ofSeconds(60)).header("Content-Type", "application/json");
        if (!key.isEmpty()) {
            builder.header("Authorization", "Bearer " + key);
        }
        builder.method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        String reason = "";
        for (int attempt = 0; attempt < TRIES; attempt++) {
            if (attempt > 0) {
                pause(Math.min(LONGEST_PAUSE_MILLIS, POLL_MILLIS << attempt));
            }
            try {
                HttpResponse<String> response = http.send(builder.build(), BodyHandlers.ofString());
                int status = response.statusCode();
                // Every request of this command is idempotent and can be retried.
                if (status != 429 && status < 500) {
                    return answer(method + " " + path, status, response.body());
                }
                reason = "status " + status + " " + response.body();
            } catch (IOException e) {
                reason = String.valueOf(e.getMessage() == null ? e : e.getMessage());
            }
        }
        throw new Unreachable(url + " is unreachable: " + reason);
    }

    private static Object answer(String call, int status, String body) {
        Object json;
        try {
            json = Json.read(body);
        } catch (IllegalArgumentException e) {
            throw new Unreachable(call + " returned " + status + " with a body that is not JSON");
        }
        if (status >= 400) {
            String field = text(json, "field", "");
            throw new Rejected(call + " returned " + status + " " + text(json, "type", "") + "\n"
                    + text(json, "title", "") + (field.isEmpty() ? "" : " (" + field + ")") + ": "
                    + text(json, "detail", ""));
        }
        return json;
    }

    private static void pause(long millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    private static String environment(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    private static Object member(Object json, String name) {
        return json instanceof Map<?, ?> object ? object.get(name) : null;
    }

    private static String text(Object json, String name, String otherwise) {
        Object value = member(json, name);
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
            return String.valueOf(number.longValue());
        }
        return value == null ? otherwise : String.valueOf(value);
    }

    private static double number(Object json, String name) {
        return member(json, name) instanceof Double number ? number : 0;
    }

    private static List<?> list(Object json, String name) {
        return member(json, name) instanceof List<?> list ? list : List.of();
    }

    /** The server rejected a request, or a file could not be read. */
    private static final class Rejected extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Rejected(String message) {
            super(message);
        }
    }

    /** The server is unreachable or unavailable. */
    private static final class Unreachable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreachable(String message) {
            super(message);
        }
    }

    /** A small JSON reader and writer: objects are maps, arrays are lists, numbers are doubles. */
    private static final class Json {

        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static Object read(String text) {
            Json json = new Json(text);
            try {
                Object value = json.value();
                json.space();
                if (json.at < text.length()) {
                    throw new IllegalArgumentException("content after the JSON value");
                }
                return value;
            } catch (StringIndexOutOfBoundsException e) {
                throw new IllegalArgumentException("incomplete JSON", e);
            }
        }

        static String write(Object value) {
            if (value instanceof Map<?, ?> object) {
                List<String> members = new ArrayList<>();
                object.forEach((name, member) -> members.add(write(String.valueOf(name)) + ":" + write(member)));
                return "{" + String.join(",", members) + "}";
            }
            if (value instanceof List<?> list) {
                return "[" + String.join(",", list.stream().map(Json::write).toList()) + "]";
            }
            if (value instanceof String string) {
                StringBuilder quoted = new StringBuilder("\"");
                for (char c : string.toCharArray()) {
                    if (c == '"' || c == '\\') {
                        quoted.append('\\').append(c);
                    } else if (c < ' ') {
                        quoted.append(String.format("\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
                return quoted.append('"').toString();
            }
            return String.valueOf(value);
        }

        private void space() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private boolean take(char expected) {
            space();
            if (text.charAt(at) != expected) {
                return false;
            }
            at++;
            return true;
        }

        private void need(char expected) {
            if (!take(expected)) {
                throw new IllegalArgumentException(expected + " is missing at " + at);
            }
        }

        private Object value() {
            space();
            char first = text.charAt(at);
            return switch (first) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> string();
                default -> word();
            };
        }

        private Map<String, Object> object() {
            Map<String, Object> object = new LinkedHashMap<>();
            need('{');
            if (take('}')) {
                return object;
            }
            do {
                space();
                String name = string();
                need(':');
                object.put(name, value());
            } while (take(','));
            need('}');
            return object;
        }

        private List<Object> array() {
            List<Object> array = new ArrayList<>();
            need('[');
            if (take(']')) {
                return array;
            }
            do {
                array.add(value());
            } while (take(','));
            need(']');
            return array;
        }

        private String string() {
            need('"');
            StringBuilder string = new StringBuilder();
            while (text.charAt(at) != '"') {
                char c = text.charAt(at++);
                if (c != '\\') {
                    string.append(c);
                    continue;
                }
                char escaped = text.charAt(at++);
                switch (escaped) {
                    case 'n' -> string.append('\n');
                    case 't' -> string.append('\t');
                    case 'r' -> string.append('\r');
                    case 'b' -> string.append('\b');
                    case 'f' -> string.append('\f');
                    case 'u' -> {
                        string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                        at += 4;
                    }
                    default -> string.append(escaped);
                }
            }
            at++;
            return string.toString();
        }

        private Object word() {
            int from = at;
            while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String word = text.substring(from, at);
            return switch (word) {
                case "true" -> Boolean.TRUE;
                case "false" -> Boolean.FALSE;
                case "null" -> null;
                default -> Double.valueOf(word);
            };
        }
    }
}
