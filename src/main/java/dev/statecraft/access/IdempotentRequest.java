package dev.statecraft.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.IdempotencyStore.Answer;
import dev.statecraft.access.IdempotencyStore.Answered;
import dev.statecraft.access.IdempotencyStore.Attempt;
import dev.statecraft.access.IdempotencyStore.Claimed;
import dev.statecraft.access.IdempotencyStore.Request;
import dev.statecraft.entry.Ids;
import dev.statecraft.entry.ProblemException;
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
 * The request being served, for resources that take an {@code Idempotency-Key}. A key belongs to the game, to the
 * credential (of a player's token also to the player) and to the path; the parameters of the query and the body are what
 * must be the same, as JSON values: neither the order of keys nor {@code 1} or {@code 1.0} makes a difference.
 */
@RequestScoped
public class IdempotentRequest {

    /** The header that names a request. */
    public static final String HEADER = IdempotencyService.HEADER;

    /** The header that an answer carries if it is that of an earlier request. */
    static final String REPLAYED_HEADER = "Idempotent-Replayed";

    /** The field that such an answer has, if it has a body. */
    private static final String REPLAYED = "replayed";

    /** Parameters that change how an answer is given and not what is done. */
    private static final Set<String> PRESENTATION = Set.of("waitMillis", "rank");

    private static final List<String> KEPT_HEADERS =
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
     * A call of the operation.
     *
     * @param again whether an earlier call for the same request began and its answer is not known, so that its effect may
     *     be there already
     * @param startedAt when the first call for the request began
     */
    public record Call(boolean again, Instant startedAt) {}

    /** Runs a request that asks nothing about its run; see {@link #once(String, Object, Function)}. */
    public <T> T once(@Nullable String key, @Nullable Object body, Supplier<T> run) {
        return once(key, body, attempt -> run.get());
    }

    /**
     * Runs a request once. Without a key it just runs. With a key it costs 2 WCU more, and one more for each KB of the
     * packed answer; a replay costs 1. An answer that is too large is not kept: the request runs again then, which does not
     * repeat its effect.
     *
     * @param body the body as it was read, null for none
     * @param run makes the effect and returns the answer, a {@link Response} or what is sent with 200
     * @throws ReplayedAnswer the answer that the request had before
     * @throws ProblemException 400 if the key is no id, 422 if it was used with another body, 503 if an identical request
     *     still runs, and whatever {@code run} throws
     */
    public <T> T once(@Nullable String key, @Nullable Object body, Function<Call, T> run) {
        if (key == null) {
            return run.apply(new Call(false, clock.instant()));
        }
        return once(
                key,
                body,
                attempt -> run.apply(new Call(attempt.again(), attempt.startedAt())),
                UnaryOperator.identity(),
                (attempt, answer) -> {});
    }

    /** Completes an answer that is replayed. */
    interface Completion {

        void complete(Attempt attempt, ObjectNode answer);
    }

    /**
     * The same for an answer that must not be kept as it is.
     *
     * @param kept turns the answer into the one that is kept
     * @param completion puts back what was not kept
     */
    <T> T once(
            String key, @Nullable Object body, Function<Attempt, T> run, UnaryOperator<T> kept, Completion completion) {
        Request request = request(Ids.check(HEADER, key), body);
        IdempotencyStore.Claim claim = requests.begin(request);
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
        requests.end(request, attempt, answer(kept.apply(result)));
        return result;
    }

    private Request request(String key, @Nullable Object body) {
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        ObjectNode query = asked.putObject("query");
        uri.getQueryParameters().forEach((name, values) -> {
            if (!PRESENTATION.contains(name)) {
                values.forEach(query.putArray(name)::add);
            }
        });
        asked.set("body", mapper.valueToTree(body));
        Caller from = caller.get();
        String player = from.playerId();
        String name = String.join("\n", from.keyId(), player == null ? "" : player, uri.getPath(), key);
        return new Request(from.game(), Sha256.hex(name, 32), CanonicalJson.checksum(asked));
    }

    private Answer answer(@Nullable Object result) {
        Map<String, String> headers = new TreeMap<>();
        int status = 200;
        Object body = result;
        if (result instanceof Response response) {
            status = response.getStatus();
            body = response.getEntity();
            for (String header : KEPT_HEADERS) {
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
            throw new IllegalStateException("an answer can be written", e);
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
            throw new IllegalStateException("a stored answer can be read", e);
        }
    }
}
