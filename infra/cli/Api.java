import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** The HTTP API of a deployment. Every request of the commands is idempotent and is retried after a temporary failure. */
final class Api {

    private static final int TRIES = 6;
    private static final long PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final String url;
    private final String key;

    /** The API that the options {@code --url} and {@code --key} or the environment name. */
    Api(Map<String, String> options) {
        url = options.getOrDefault("--url", environment("STATECRAFT_URL", "http://localhost:8080"));
        key = options.getOrDefault("--key", environment("STATECRAFT_KEY", ""));
    }

    /** A response of the server. */
    record Answer(int status, Object body) {

        boolean isProblem() {
            return status >= 400;
        }

        /** The problem in one line: type, field and explanation. */
        String problem() {
            String field = Json.text(body, "field", "");
            return Json.text(body, "title", "status " + status) + (field.isEmpty() ? "" : " (" + field + ")") + ": "
                    + Json.text(body, "detail", "");
        }
    }

    /** Sends a request and returns the body of the response. Throws {@link Rejected} for a problem. */
    Object request(String method, String path, Object body) throws InterruptedException {
        Answer answer = send(method, path, body);
        if (answer.isProblem()) {
            throw new Rejected(method + " " + path + " returned " + answer.status() + " "
                    + Json.text(answer.body(), "type", "") + "\n" + answer.problem());
        }
        return answer.body();
    }

    /**
     * Sends a request and returns the response, which may be a problem.
     *
     * @param body JSON; null for none
     */
    Answer send(String method, String path, Object body) throws InterruptedException {
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
        builder.method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body)));
        String reason = "";
        for (int attempt = 0; attempt < TRIES; attempt++) {
            if (attempt > 0) {
                Thread.sleep(Math.min(LONGEST_PAUSE_MILLIS, PAUSE_MILLIS << attempt));
            }
            try {
                HttpResponse<String> response = http.send(builder.build(), BodyHandlers.ofString());
                int status = response.statusCode();
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

    private static Answer answer(String call, int status, String body) {
        try {
            return new Answer(status, Json.read(body));
        } catch (IllegalArgumentException e) {
            throw new Unreachable(call + " returned " + status + " with a body that is not JSON");
        }
    }

    private static String environment(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }
}
