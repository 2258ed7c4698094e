import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives a server the entity types, leaderboards and migrations that a file describes, or prints the file of a server. Nothing
 * is written unless the server accepts everything in the file, and nothing is ever deleted. {@code infra/apply --help} prints
 * its usage. Its exit codes are those of every {@link Command}.
 */
public final class Apply {

    private static final String USAGE = """
            Usage: infra/apply [options] statecraft.yaml
                   infra/apply --export

            Gives the server the entity types, leaderboards and migrations of the file, and prints what changes. The file - is
            the standard input.

              --url URL          URL of the API (default: STATECRAFT_URL, otherwise http://localhost:8080)
              --key KEY          API key (default: STATECRAFT_KEY)
              --plan             print the differences, without writes
              --migrate          apply the pending migrations too, and show the runs until they end
              --reason TEXT      reason, stored in the migration history
              --progress STYLE   of migrations: bar, lines, or auto (a bar on a terminal)
              --export           print the file of what the server has
              --help

            Exit codes: 0 success, 1 failure, 2 wrong arguments, 3 server unreachable.
            """;

    private static final Command COMMAND =
            new Command(USAGE, Set.of("--plan", "--migrate", "--export"), Set.of("--reason", "--progress"));

    private final Api api;
    private final Server server;
    private final PrintStream out;
    private final List<Step> steps = new ArrayList<>();
    private int created;
    private int changed;
    private int unchanged;
    private int impossible;
    private int unnamed;

    private Apply(Api api, PrintStream out) {
        this.api = api;
        this.server = new Server(api);
        this.out = out;
    }

    /** A request that makes a part of the file true. */
    private record Step(String title, String method, String path, Map<String, Object> body) {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(run(args, System.in, new PrintStream(System.out, true, StandardCharsets.UTF_8), System.err));
    }

    /** Runs the command and returns its exit code. */
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        return COMMAND.run(args, out, err, options -> run(options, in, out));
    }

    private static int run(Map<String, String> options, InputStream in, PrintStream out) throws InterruptedException {
        if (options.containsKey("--export") == options.containsKey("file")) {
            throw new Command.WrongArguments("give either a file or --export");
        }
        Api api = new Api(options);
        Apply apply = new Apply(api, out);
        if (options.containsKey("--export")) {
            apply.export();
            return 0;
        }
        Migrate migrate = new Migrate(api, options, out);
        boolean writes = !options.containsKey("--plan");
        if (!apply.plan(Configuration.read(options.get("file"), in))) {
            out.println(writes ? "Nothing was changed." : "The file cannot be applied.");
            return 1;
        }
        if (writes) {
            apply.apply();
        }
        if (!options.containsKey("--migrate")) {
            return 0;
        }
        boolean succeeds = migrate.plan();
        return writes ? migrate.apply() : succeeds ? 0 : 1;
    }

    // ---- Plan

    /** Prints the differences. Returns false if the server would reject a part of the file. */
    private boolean plan(Configuration file) throws InterruptedException {
        plan(Server.Kind.ENTITY_TYPE, file, file.entityTypes());
        plan(Server.Kind.LEADERBOARD, file, file.leaderboards());
        long pending = planMigrations(file);
        out.println(created + " to create, " + changed + " to change, " + unchanged + " unchanged, " + impossible
                + " impossible, " + unnamed + " not in the file");
        if (pending > 0) {
            out.println(pending + " registered migrations are pending; --migrate applies them");
        }
        return impossible == 0;
    }

    private void plan(Server.Kind kind, Configuration file, Map<String, Map<String, Object>> wanted)
            throws InterruptedException {
        if (wanted == null) {
            return;
        }
        Map<String, Map<String, Object>> existing = server.all(kind);
        for (Map.Entry<String, Map<String, Object>> each : wanted.entrySet()) {
            String title = kind.title + " " + each.getKey();
            Api.Answer answer = server.plan(kind, each.getKey(), each.getValue());
            if (answer.isProblem()) {
                impossible(title, file.place(each.getValue()) + ": " + answer.problem() + locked(answer.body()));
                continue;
            }
            Map<String, Object> before = existing.get(each.getKey());
            Map<String, Object> after = kind.settings(answer.body());
            Step step = new Step(title, "PUT", kind.path(each.getKey()), each.getValue());
            if (before == null) {
                create(step, each.getValue());
            } else {
                change(step, Differences.between(before, after));
            }
        }
        for (Map.Entry<String, Map<String, Object>> each : existing.entrySet()) {
            if (!wanted.containsKey(each.getKey()) && !server.isStandard(kind, each.getKey(), each.getValue())) {
                unnamed(kind.title + " " + each.getKey());
            }
        }
    }

    private static String locked(Object problem) {
        List<?> fields = Json.list(problem, "fields");
        return fields.isEmpty() ? "" : " " + Json.write(fields);
    }

    /** Plans the migrations and returns how many of the registered ones are pending. */
    private long planMigrations(Configuration file) throws InterruptedException {
        Map<String, Map<String, Object>> wanted = file.migrations();
        if (wanted == null) {
            return 0;
        }
        Map<String, String> existing = server.migrations();
        for (Map.Entry<String, Map<String, Object>> each : wanted.entrySet()) {
            String title = "migration " + each.getKey();
            if (!existing.containsKey(each.getKey())) {
                create(new Step(title, "POST", "/v1/migrations", each.getValue()), each.getValue());
                continue;
            }
            Map<String, Object> definition = Configuration.without(each.getValue(), List.of("outOfOrder"));
            List<String> differences = Differences.between(server.definition(each.getKey()), definition);
            if (differences.isEmpty()) {
                unchanged++;
            } else {
                impossible(
                        title,
                        file.place(each.getValue())
                                + ": a registered migration cannot change; add another version\n    "
                                + String.join("\n    ", differences));
            }
        }
        existing.keySet().stream()
                .filter(version -> !wanted.containsKey(version))
                .forEach(version -> unnamed("migration " + version));
        return existing.values().stream().filter("PENDING"::equals).count();
    }

    private void create(Step step, Map<String, Object> body) {
        created++;
        steps.add(step);
        out.println("+ " + step.title());
        Differences.fields(body).forEach(line -> out.println("    " + line));
    }

    private void change(Step step, List<String> differences) {
        if (differences.isEmpty()) {
            unchanged++;
            return;
        }
        changed++;
        steps.add(step);
        out.println("~ " + step.title());
        differences.forEach(line -> out.println("    " + line));
    }

    private void impossible(String title, String reason) {
        impossible++;
        out.println("! " + title);
        out.println("    " + reason);
    }

    private void unnamed(String title) {
        unnamed++;
        out.println("? " + title + " is not in the file and stays");
    }

    // ---- Apply

    private void apply() throws InterruptedException {
        for (Step step : steps) {
            api.request(step.method(), step.path(), step.body());
            out.println("done: " + step.title());
        }
    }

    // ---- Export

    private void export() throws InterruptedException {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put(Configuration.ENTITY_TYPES, described(Server.Kind.ENTITY_TYPE));
        file.put(Configuration.LEADERBOARDS, described(Server.Kind.LEADERBOARD));
        List<Object> migrations = new ArrayList<>();
        for (String version : server.migrations().keySet()) {
            migrations.add(server.definition(version));
        }
        file.put(Configuration.MIGRATIONS, migrations);
        out.print("# Statecraft configuration. Show the differences: infra/apply --plan statecraft.yaml\n");
        out.print(YamlWriter.write(file));
    }

    private Map<String, Object> described(Server.Kind kind) throws InterruptedException {
        Map<String, Object> all = new LinkedHashMap<>();
        for (Map.Entry<String, Map<String, Object>> each : server.all(kind).entrySet()) {
            if (!server.isStandard(kind, each.getKey(), each.getValue())) {
                all.put(each.getKey(), server.described(kind, each.getKey(), each.getValue()));
            }
        }
        return all;
    }
}
