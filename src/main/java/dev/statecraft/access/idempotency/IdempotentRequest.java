package dev.statecraft.access.idempotency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.Caller;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.idempotency.IdempotencyStore.Answer;
import dev.statecraft.access.idempotency.IdempotencyStore.Answered;
import dev.statecraft.access.idempotency.IdempotencyStore.Attempt;
import dev.statecraft.access.idempotency.IdempotencyStore.Claimed;
import dev.statecraft.access.idempotency.IdempotencyStore.Request;
import dev.statecraft.http.Ids;
import dev.statecraft.http.ProblemException;
import dev.statecraft.table.CanonicalJson;
import dev.statecraft.table.Sha256;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Idempotent processing of the current request, for resources that accept an {@code Idempotency-Key}. A key is scoped
 * to the game, the credential (for a player token also the player) and the path. Query parameters and body must be
 * equal as JSON values: the order of object keys does not matter, and {@code 1} equals {@code 1.0}.
 */
@RequestScoped
public class IdempotentRequest {

    /** The request header with the idempotency key. */
    public static final String HEADER = IdempotencyService.HEADER;

    /** Response header of a replayed response. */
    public static final String REPLAYED_HEADER = "Idempotent-Replayed";

    /** Field in the body of a replayed response. */
    private static final String REPLAYED = "replayed";

    /** Query parameters that change the response but not the effect of a request. */
    private static final Set<String> PRESENTATION = Set.of("waitMillis", "rank");

    private static final List<String> STORED_HEADERS =
            List.of(HttpHeaders.LOCATION, HttpHeaders.ETAG, HttpHeaders.CACHE_CONTROL);

    private static final int NO_CONTENT = 204;
    private static final int SERVER_ERROR = 500;

    private final IdempotencyService requests;
    private final CurrentCaller caller;
    private final UriInfo uri;
    private final ObjectMapper mapper;
    private final Clock clock;

    IdempotentRequest(
            IdempotencyService requests, CurrentCaller caller, UriInfo uri, ObjectMapper mapper, Clock clock) {
        this.clock = clock;
        this.requests = requests;
        this.caller = caller;
        this.uri = uri;
        this.mapper = mapper;
    }

    /**
     * One attempt to process the request.
     *
     * @param retry whether an earlier attempt started without a stored response, so that its effect may already exist
     * @param startedAt start of the first attempt
     */
    public record Call(boolean retry, Instant startedAt) {}

    /** Processes a request once without access to the attempt; see {@link #once(String, Object, Function)}. */
    public <T> T once(@Nullable String key, @Nullable Object body, Supplier<T> run) {
        return once(key, body, attempt -> run.get());
    }

    /**
     * Processes a request once. Without a key, the request is always processed. A response that is too large is not
     * stored; the request is then processed again, which does not repeat its effect. Cost with a key: 2 WCU, plus 1 WCU
     * per KB of the deflated response; 1 WCU for a replay.
     *
     * @param body the parsed body; null for none
     * @param run processes the request and returns the response: a {@link Response}, or the body of a 200
     * @throws ReplayedAnswer if the response is stored
     * @throws ProblemException 400 if the key is not an id, 422 if it was used with a different body, 503 if an
     *     identical request is still being processed, and every exception of {@code run}
     */
    public <T> T once(@Nullable String key, @Nullable Object body, Function<Call, T> run) {
        if (key == null) {
            return run.apply(new Call(false, clock.instant()));
        }
        return once(
                key,
                body,
                attempt -> run.apply(new Call(attempt.retry(), attempt.startedAt())),
                UnaryOperator.identity(),
                (attempt, answer) -> {});
    }

    /** Completes a response that is replayed. */
    public interface Completion {

        void complete(Attempt attempt, ObjectNode answer);
    }

    /**
     * Processes a request once; parts of its response must not be stored.
     *
     * @param stored removes these parts current a response
     * @param completion adds them to a replayed response
     */
    public <T> T once(
            String key,
            @Nullable Object body,
            Function<Attempt, T> run,
            UnaryOperator<T> stored,
            Completion completion) {
        Request request = request(Ids.check(HEADER, key), body);
        IdempotencyStore.Claim claim = requests.start(request);
        if (claim instanceof Answered answered) {
            if (answered.answer().json() != null || answered.answer().status() == NO_CONTENT) {
                throw replayed(answered, completion);
            }
            return run.apply(answered.attempt());
        }
        Attempt attempt = ((Claimed) claim).attempt();
        T result;
        try {
            result = run.apply(attempt);
        } catch (ProblemException e) {
            requests.fail(request, attempt, e.problem().status() < SERVER_ERROR);
            throw e;
        } catch (RuntimeException e) {
            requests.fail(request, attempt, false);
            throw e;
        }
        requests.complete(request, attempt, answer(stored.apply(result)));
        return result;
    }

    private Request request(String key, @Nullable Object body) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        ObjectNode query = content.putObject("query");
        uri.getQueryParameters().forEach((name, values) -> {
            if (!PRESENTATION.contains(name)) {
                values.forEach(query.putArray(name)::add);
            }
        });
        content.set("body", mapper.valueToTree(body));
        Caller current = caller.get();
        String player = current.playerId();
        String name = String.join("\n", current.keyId(), player == null ? "" : player, uri.getPath(), key);
        return new Request(current.game(), Sha256.hex(name, 32), CanonicalJson.checksum(content));
    }

    private Answer answer(@Nullable Object result) {
        Map<String, String> headers = new TreeMap<>();
        int status = 200;
        Object body = result;
        if (result instanceof Response response) {
            status = response.getStatus();
            body = response.getEntity();
            for (String header : STORED_HEADERS) {
                String value = response.getHeaderString(header);
                if (value != null) {
                    headers.put(header, value);
                }
            }
        }
        if (body == null) {
            return new Answer(NO_CONTENT, headers, null);
        }
        try {
            return new Answer(status, headers, mapper.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A response could not be written", e);
        }
    }

    private ReplayedAnswer replayed(Answered answered, Completion completion) {
        Answer answer = answered.answer();
        Response.ResponseBuilder response = Response.status(answer.status()).header(REPLAYED_HEADER, "true");
        answer.headers().forEach(response::header);
        String json = answer.json();
        if (json != null) {
            ObjectNode body = read(json);
            completion.complete(answered.attempt(), body);
            body.put(REPLAYED, true);
            response.entity(body).type("application/json");
        }
        return new ReplayedAnswer(response.build());
    }

    private ObjectNode read(String json) {
        try {
            return (ObjectNode) mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored response could not be read", e);
        }
    }
}
