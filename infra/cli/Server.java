import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration that a server has now. */
final class Server {

    /** The kinds of things that {@code PUT} configures as a whole. */
    enum Kind {
        ENTITY_TYPE("entity type", "/v1/entity-types", "types", "type", "strategy", List.of("type")),
        LEADERBOARD(
                "leaderboard",
                "/v1/leaderboards",
                "leaderboards",
                "id",
                "rankingType",
                List.of(
                        "id",
                        "status",
                        "season",
                        "seasonStartedAt",
                        "seasonEndsAt",
                        "createdAt",
                        "updatedAt",
                        "created",
                        "changed"));

        final String title;
        final String path;

        private final String list;
        private final String id;
        private final String required;
        private final List<String> state;

        /** The members of a response that are no settings are {@code state}. */
        Kind(String title, String path, String list, String id, String required, List<String> state) {
            this.title = title;
            this.path = path;
            this.list = list;
            this.id = id;
            this.required = required;
            this.state = state;
        }

        /** The path of one of them. */
        String path(String name) {
            return path + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        }

        /** The settings in a response. */
        Map<String, Object> settings(Object response) {
            return Configuration.without(response, state);
        }
    }

    /** The entity types that a server has without storing them, with their strategies. */
    private static final Map<String, String> STANDARD_TYPES =
            Map.of("GAME_STATE", "SERVER_WINS", "PLAYER_DATA", "MERGE", "UI_STATE", "CLIENT_WINS");

    private final Api api;

    Server(Api api) {
        this.api = api;
    }

    /** The settings of all things of a kind by name, without the entity types that have their defaults. */
    Map<String, Map<String, Object>> all(Kind kind) throws InterruptedException {
        Map<String, Map<String, Object>> all = new LinkedHashMap<>();
        String cursor = "";
        do {
            Object page = api.request("GET", kind.path + "?limit=1000" + cursor, null);
            for (Object each : Json.list(page, kind.list)) {
                all.put(Json.text(each, kind.id, ""), kind.settings(each));
            }
            String next = Json.text(page, "nextCursor", "");
            cursor = next.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
        } while (!cursor.isEmpty());
        return all;
    }

    /** Whether the settings are those that the server gives an entity type which nobody has stored. */
    boolean isStandard(Kind kind, String name, Map<String, Object> settings) throws InterruptedException {
        String strategy = kind == Kind.ENTITY_TYPE ? STANDARD_TYPES.get(name) : null;
        return strategy != null && Json.equal(settings, defaults(kind, name, strategy));
    }

    /** The settings that differ from the defaults, and the required one. */
    Map<String, Object> described(Kind kind, String name, Map<String, Object> settings) throws InterruptedException {
        // The defaults of a board depend only on its ranking type. A name without a board has no scores and no lanes.
        String probe = kind == Kind.ENTITY_TYPE ? name : "defaults-" + System.nanoTime();
        String required = String.valueOf(settings.get(kind.required));
        return Configuration.different(settings, defaults(kind, probe, required), kind.required);
    }

    private Map<String, Object> defaults(Kind kind, String name, String required) throws InterruptedException {
        return kind.settings(api.request("POST", kind.path(name) + "/plan", Map.of(kind.required, required)));
    }

    /** What {@code PUT} would do with a body: the settings afterwards, or a problem. */
    Api.Answer plan(Kind kind, String name, Map<String, Object> body) throws InterruptedException {
        return api.send("POST", kind.path(name) + "/plan", body);
    }

    /** The registered migrations without those of the Java code: their status by version, in order. */
    Map<String, String> migrations() throws InterruptedException {
        Map<String, String> all = new LinkedHashMap<>();
        for (Object migration : Json.list(api.request("GET", "/v1/migrations", null), "migrations")) {
            if (!Json.text(migration, "kind", "").equals("CODE")) {
                all.put(Json.text(migration, "version", ""), Json.text(migration, "status", ""));
            }
        }
        return all;
    }

    /** The registered definition of a migration. */
    Map<String, Object> definition(String version) throws InterruptedException {
        Object migration = api.request("GET", "/v1/migrations/" + version, null);
        return Configuration.without(Json.member(Json.member(migration, "details"), "definition"), List.of());
    }
}
