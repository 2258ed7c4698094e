package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.http.FailureProblems;
import dev.statecraft.http.Problem;
import dev.statecraft.http.RequestTarget;
import dev.statecraft.http.SecurityHeaders;
import dev.statecraft.http.VaryHeader;
import dev.statecraft.runtime.Threads;
import dev.statecraft.runtime.Ticker;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.quarkus.netty.runtime.virtual.VirtualClientConnection;
import io.quarkus.vertx.http.runtime.QuarkusHttpHeaders;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of HTTP requests on Lambda. Passes an event of an API Gateway HTTP API (payload version 2.0) to the
 * application's HTTP server over its in-memory channel, and converts the response for API Gateway. It never throws: an
 * invalid event is a 400, an internal error a 500, a response that exceeds the time limit a 503.
 */
@ApplicationScoped
@Named("api")
public class ApiHandler
        implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse>,
                PrimedHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {

    /** Timeout of API Gateway, minus the time to return the response. */
    private static final long MAX_WAIT_MILLIS = 29_000;

    /** Part of the function's time that is reserved to return a timeout as a problem. */
    private static final long RESERVE_MILLIS = 250;

    /** Headers of the connection between API Gateway and its client, and headers that this class sets itself. */
    private static final Set<String> NOT_FORWARDED = Set.of(
            "connection", "content-length", "cookie", "expect", "keep-alive", "te", "transfer-encoding", "upgrade");

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");

    private final ObjectMapper mapper;
    private final Metrics metrics;
    private final Ticker ticker;
    private final Threads threads;
    private final FailureProblems failures;
    private final Vertx vertx;

    @Inject
    public ApiHandler(
            ObjectMapper mapper,
            Metrics metrics,
            Ticker ticker,
            Threads threads,
            FailureProblems failures,
            Vertx vertx) {
        this.vertx = vertx;
        this.mapper = mapper;
        this.metrics = metrics;
        this.ticker = ticker;
        this.threads = threads;
        this.failures = failures;
    }

    @Override
    public APIGatewayV2HTTPResponse handleRequest(@Nullable APIGatewayV2HTTPEvent event, @Nullable Context context) {
        long started = ticker.nanos();
        APIGatewayV2HTTPResponse answer = answer(event, context);
        metrics.recordRequest(answer.getStatusCode(), ticker.nanos() - started);
        return answer;
    }

    @Override
    public Class<APIGatewayV2HTTPEvent> eventType() {
        return APIGatewayV2HTTPEvent.class;
    }

    @Override
    public String primingEvent() {
        return PrimingEvents.HTTP;
    }

    /** A request with an unknown key, over the in-memory channel: the key is looked up, and the response is a 401. */
    @Override
    public APIGatewayV2HTTPResponse prime(APIGatewayV2HTTPEvent event) {
        InMemoryServer.open(vertx);
        return answer(event, null);
    }

    private APIGatewayV2HTTPResponse answer(@Nullable APIGatewayV2HTTPEvent event, @Nullable Context context) {
        try {
            String method = event == null ? null : method(event);
            if (event == null
                    || event.getRawPath() == null
                    || method == null
                    || !METHOD.matcher(method).matches()) {
                return problem(Problem.badRequest(null, "The event is not one of an API Gateway HTTP API."));
            }
            String uri = uri(event);
            Optional<String> fault = RequestTarget.fault(uri);
            if (fault.isPresent()) {
                return problem(Problem.badRequest(null, fault.get())
                        .withInstance(RequestTarget.path(uri).orElse(null)));
            }
            byte[] body = body(event);
            if (body == null) {
                return problem(Problem.badRequest(null, "The body is not valid base64."));
            }
            return exchange(request(event, method, uri, body), body, waitMillis(context))
                    .gatewayResponse(accepts(event));
        } catch (TimeoutException e) {
            return problem(Problem.unavailable(1));
        } catch (ExecutionException e) {
            return problem(Problem.internal(failures.logged(e.getCause())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return problem(Problem.unavailable(1));
        } catch (RuntimeException e) {
            return problem(Problem.internal(failures.logged(e)));
        }
    }

    private ApiResponse exchange(DefaultHttpRequest request, byte[] body, long waitMillis)
            throws ExecutionException, InterruptedException, TimeoutException {
        ApiResponse response = new ApiResponse(threads.newFuture());
        VirtualClientConnection<?> connection =
                VirtualClientConnection.connect(response, VertxHttpRecorder.VIRTUAL_HTTP);
        try {
            connection.sendMessage(request);
            connection.sendMessage(new DefaultLastHttpContent(Unpooled.wrappedBuffer(body)));
            response.await(waitMillis);
            return response;
        } finally {
            connection.close();
        }
    }

    private static DefaultHttpRequest request(APIGatewayV2HTTPEvent event, String method, String uri, byte[] body) {
        DefaultHttpRequest request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), uri, new QuarkusHttpHeaders());
        Map<String, String> headers = event.getHeaders() == null ? Map.of() : event.getHeaders();
        headers.forEach((name, value) -> {
            // A value is passed on unsplit: commas are also part of dates and entity tags.
            if (value != null && !NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
                request.headers().add(name, value);
            }
        });
        List<String> cookies = event.getCookies();
        if (cookies != null && !cookies.isEmpty()) {
            request.headers().set(HttpHeaderNames.COOKIE, String.join("; ", cookies));
        }
        if (!request.headers().contains(HttpHeaderNames.HOST)) {
            request.headers().set(HttpHeaderNames.HOST, "localhost");
        }
        request.headers().set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
        return request;
    }

    /** Path and query as sent. The path of the event contains a stage other than {@code $default}, which is removed. */
    private static String uri(APIGatewayV2HTTPEvent event) {
        String path = event.getRawPath();
        String stage = event.getRequestContext().getStage();
        if (stage != null && !stage.equals("$default") && (path + "/").startsWith("/" + stage + "/")) {
            path = path.substring(stage.length() + 1);
        }
        path = path.startsWith("/") ? path : "/" + path;
        String query = event.getRawQueryString();
        // A question mark in the path was escaped in the request; unescaped, it would start the query.
        return escaped(path).replace("?", "%3F") + (query == null || query.isEmpty() ? "" : "?" + escaped(query));
    }

    /** Escapes characters that a request line must not contain, because API Gateway unescapes some paths. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7f && b != '#') {
                escaped.append((char) b);
            } else {
                escaped.append(String.format(Locale.ROOT, "%%%02X", b));
            }
        }
        return escaped.toString();
    }

    private static byte @Nullable [] body(APIGatewayV2HTTPEvent event) {
        if (event.getBody() == null) {
            return new byte[0];
        }
        if (!event.getIsBase64Encoded()) {
            return event.getBody().getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(event.getBody());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable String method(APIGatewayV2HTTPEvent event) {
        APIGatewayV2HTTPEvent.RequestContext context = event.getRequestContext();
        return context == null || context.getHttp() == null
                ? null
                : context.getHttp().getMethod();
    }

    /** Value of {@code Accept-Encoding}; empty if the header is missing. */
    private static String accepts(APIGatewayV2HTTPEvent event) {
        if (event.getHeaders() == null) {
            return "";
        }
        return event.getHeaders().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase("accept-encoding") && header.getValue() != null)
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }

    private static long waitMillis(@Nullable Context context) {
        return context == null
                ? MAX_WAIT_MILLIS
                : Math.max(1, Math.min(context.getRemainingTimeInMillis() - RESERVE_MILLIS, MAX_WAIT_MILLIS));
    }

    private APIGatewayV2HTTPResponse problem(Problem problem) {
        Map<String, String> headers = new HashMap<>(SecurityHeaders.ALWAYS);
        headers.put("content-type", Problem.MEDIA_TYPE);
        headers.put("cache-control", "no-store");
        headers.put("vary", VaryHeader.ACCEPT_ENCODING);
        Integer retryAfterSeconds = problem.retryAfterSeconds();
        if (retryAfterSeconds != null) {
            headers.put("retry-after", retryAfterSeconds.toString());
        }
        try {
            return APIGatewayV2HTTPResponse.builder()
                    .withStatusCode(problem.status())
                    .withHeaders(headers)
                    .withBody(mapper.writeValueAsString(problem))
                    .build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A problem could not be written as JSON", e);
        }
    }
}
