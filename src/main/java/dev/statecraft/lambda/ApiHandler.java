package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemMapper;
import dev.statecraft.http.RequestTarget;
import dev.statecraft.http.SecurityHeaders;
import dev.statecraft.http.VaryHeader;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.quarkus.netty.runtime.virtual.VirtualClientConnection;
import io.quarkus.vertx.http.runtime.QuarkusHttpHeaders;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
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
 * Where HTTP enters on Lambda: hands an event of an API Gateway HTTP API (payload version 2.0) to the application's own
 * HTTP server over its in-memory channel, and turns what comes back into the answer for API Gateway. It never throws:
 * an event that makes no sense is a 400, a fault of ours a 500, an answer that does not come in time a 503.
 */
@ApplicationScoped
@Named("api")
public class ApiHandler implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {

    /** What API Gateway itself waits for an answer, less what the way back takes. */
    private static final long MAX_WAIT_MILLIS = 29_000;

    /** Kept of the function's own time, so that the caller hears of a timeout from us. */
    private static final long RESERVE_MILLIS = 250;

    /** Headers that describe the connection between API Gateway and its client, or that are set anew. */
    private static final Set<String> NOT_FORWARDED = Set.of(
            "connection", "content-length", "cookie", "expect", "keep-alive", "te", "transfer-encoding", "upgrade");

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");

    private final ObjectMapper mapper;
    private final Metrics metrics;

    @Inject
    public ApiHandler(ObjectMapper mapper, Metrics metrics) {
        this.mapper = mapper;
        this.metrics = metrics;
    }

    @Override
    public APIGatewayV2HTTPResponse handleRequest(@Nullable APIGatewayV2HTTPEvent event, @Nullable Context context) {
        long started = System.nanoTime();
        APIGatewayV2HTTPResponse answer = answer(event, context);
        metrics.answered(answer.getStatusCode(), started);
        return answer;
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
            return problem(Problem.internal(ProblemMapper.logged(e.getCause())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return problem(Problem.unavailable(1));
        } catch (RuntimeException e) {
            return problem(Problem.internal(ProblemMapper.logged(e)));
        }
    }

    private static ApiResponse exchange(DefaultHttpRequest request, byte[] body, long waitMillis)
            throws ExecutionException, InterruptedException, TimeoutException {
        ApiResponse response = new ApiResponse();
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
            // A value is handed on whole: commas are part of dates and tags, and a list is a list in one line as well.
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

    /** Path and query as they were sent; a stage other than {@code $default} is part of the event's path, not of ours. */
    private static String uri(APIGatewayV2HTTPEvent event) {
        String path = event.getRawPath();
        String stage = event.getRequestContext().getStage();
        if (stage != null && !stage.equals("$default") && (path + "/").startsWith("/" + stage + "/")) {
            path = path.substring(stage.length() + 1);
        }
        path = path.startsWith("/") ? path : "/" + path;
        String query = event.getRawQueryString();
        // A question mark within the path was escaped when it was sent; as it is, it would begin the query.
        return escaped(path).replace("?", "%3F") + (query == null || query.isEmpty() ? "" : "?" + escaped(query));
    }

    /** Escapes what may not stand in a request line, as API Gateway does not pass every path on as it was escaped. */
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

    /** What encodings the client can read; empty if it does not say. */
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
            throw new IllegalStateException("A problem is made of values that can be written", e);
        }
    }
}
