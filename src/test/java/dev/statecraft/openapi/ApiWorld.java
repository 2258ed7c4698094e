package dev.statecraft.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.Keyring;
import dev.statecraft.access.Scope;
import dev.statecraft.local.LocalRuntime;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A separate game in which the examples of the OpenAPI document are called; {@code ApiPlay} calls them in order. */
public final class ApiWorld {

    private final ApiDocument document;
    private final Runnable rest;
    private final String game;
    private final String key;
    private final Map<String, String> parameters = new TreeMap<>(Map.of(
            "board",
            "arena",
            "entity",
            "player_ada",
            "player",
            "ada",
            "type",
            "PLAYER_DATA",
            "version",
            "1.1.0",
            "season",
            "1",
            "submissionId",
            "match-17-eve"));
    private final Map<String, Response> answers = new TreeMap<>();
    private final List<String> rejected = new ArrayList<>();

    ApiWorld(ApiDocument document, LocalRuntime local, String game) {
        this(
                document,
                () -> local.pump().drain(Duration.ofSeconds(30)),
                game,
                Keyring.key(game, List.copyOf(Scope.ALL)));
    }

    /**
     * A world in another system.
     *
     * @param rest waits until all background work is processed
     * @param key an API key of the game, with all scopes
     */
    public ApiWorld(ApiDocument document, Runnable rest, String game, String key) {
        this.document = document;
        this.rest = rest;
        this.game = game;
        this.key = key;
    }

    /** The first response of each operation, by its id. */
    public Map<String, Response> answers() {
        return answers;
    }

    /** The API key of the game. */
    String key() {
        return key;
    }

    /** The current path parameters, by name. */
    public Map<String, String> parameters() {
        return parameters;
    }

    /** The requests that were rejected, with their responses. */
    public List<String> rejected() {
        return rejected;
    }

    /** The document whose operations are called. */
    public ApiDocument document() {
        return document;
    }

    public Response call(String id) {
        return call(id, "");
    }

    public Response call(String id, String query) {
        ApiDocument.Call call = document.call(id);
        JsonNode example = document.requestExample(call);
        return send(call, example.isMissingNode() ? null : example.toString(), query);
    }

    public Response send(ApiDocument.Call call, Object body, String query) {
        Response answer;
        try {
            answer = request(call, body, query);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " after " + rejected, e);
        }
        if (answer.statusCode() >= 300) {
            rejected.add("The example of " + call + " is answered " + answer.statusCode() + " " + answer.asString());
        }
        answers.putIfAbsent(call.id(), answer);
        return answer;
    }

    /** Calls an operation with the parameters of the world. */
    Response request(ApiDocument.Call call, Object body, String query) {
        RequestSpecification request = Keyring.with(key);
        if (body != null) {
            request.contentType("application/json").body(body);
        }
        return request.request(call.method(), path(call) + query);
    }

    /** The path of an operation with the parameters of the world. */
    String path(ApiDocument.Call call) {
        String path = call.path();
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            path = path.replace("{" + parameter.getKey() + "}", parameter.getValue());
        }
        // Parameters that a later call creates.
        return path.replaceAll("\\{[^}]*\\}", "none");
    }

    public String game() {
        return game;
    }

    public void rest() {
        rest.run();
    }

    public Response post(String path, String body, int status) {
        return expect(
                Keyring.with(key)
                        .contentType("application/json")
                        .body(json(body))
                        .post(path),
                status);
    }

    public Response patch(String path, String body, int status) {
        return expect(
                Keyring.with(key)
                        .contentType("application/json")
                        .body(json(body))
                        .patch(path),
                status);
    }

    public void put(String path, String body) {
        expect(
                Keyring.with(key)
                        .contentType("application/json")
                        .body(json(body))
                        .put(path),
                200);
    }

    private static Response expect(Response answer, int status) {
        return answer.then().statusCode(status).extract().response();
    }

    private static String json(String body) {
        return body.replace('\'', '"');
    }
}
