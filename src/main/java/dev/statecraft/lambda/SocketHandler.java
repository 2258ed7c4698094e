package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2WebSocketEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2WebSocketResponse;
import dev.statecraft.access.authentication.Authenticator;
import dev.statecraft.access.token.SocketToken;
import dev.statecraft.http.FailureProblems;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.socket.SocketResource;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of sockets on Lambda. API Gateway holds the connections and calls the function for each connect,
 * disconnect and frame. The response to a frame is sent over its connection. It never throws.
 */
@ApplicationScoped
@Named("socket")
public class SocketHandler
        implements RequestHandler<APIGatewayV2WebSocketEvent, APIGatewayV2WebSocketResponse>,
                PrimedHandler<APIGatewayV2WebSocketEvent, APIGatewayV2WebSocketResponse> {

    private final SocketResource sockets;
    private final Authenticator authenticator;
    private final Metrics metrics;
    private final Ticker ticker;
    private final FailureProblems failures;

    SocketHandler(
            SocketResource sockets,
            Authenticator authenticator,
            Metrics metrics,
            Ticker ticker,
            FailureProblems failures) {
        this.metrics = metrics;
        this.sockets = sockets;
        this.authenticator = authenticator;
        this.ticker = ticker;
        this.failures = failures;
    }

    @Override
    public APIGatewayV2WebSocketResponse handleRequest(
            @Nullable APIGatewayV2WebSocketEvent event, @Nullable Context context) {
        long started = ticker.nanos();
        APIGatewayV2WebSocketResponse answer = process(event);
        metrics.recordRequest(answer.getStatusCode(), ticker.nanos() - started);
        return answer;
    }

    @Override
    public Class<APIGatewayV2WebSocketEvent> eventType() {
        return APIGatewayV2WebSocketEvent.class;
    }

    @Override
    public String primingEvent() {
        return PrimingEvents.CONNECT;
    }

    /** A new connection with an unknown key: the key is looked up, and the connection is refused. */
    @Override
    public APIGatewayV2WebSocketResponse prime(APIGatewayV2WebSocketEvent event) {
        return process(event);
    }

    private APIGatewayV2WebSocketResponse process(@Nullable APIGatewayV2WebSocketEvent event) {
        String id = event == null || event.getRequestContext() == null
                ? null
                : event.getRequestContext().getConnectionId();
        if (event == null || id == null) {
            return answer(400, null);
        }
        try {
            String route = event.getRequestContext().getRouteKey();
            if ("$connect".equals(route)) {
                return opened(id, event);
            }
            if ("$disconnect".equals(route)) {
                sockets.closed(id);
                return answer(200, null);
            }
            return answer(200, sockets.received(id, body(event)));
        } catch (RuntimeException e) {
            return answer(failures.problemOf(e).status(), null);
        }
    }

    private APIGatewayV2WebSocketResponse opened(String id, APIGatewayV2WebSocketEvent event) {
        List<String> protocols = headers(event, SocketToken.HEADER);
        sockets.opened(
                id,
                authenticator.authenticate(headers(event, "Authorization"), SocketToken.of(protocols, tokens(event))));
        APIGatewayV2WebSocketResponse answer = answer(200, null);
        if (SocketToken.isOffered(protocols)) {
            answer.setHeaders(Map.of(SocketToken.HEADER, SocketToken.PROTOCOL));
        }
        return answer;
    }

    /** The values of the query parameter with the token. */
    private static List<String> tokens(APIGatewayV2WebSocketEvent event) {
        Map<String, List<String>> all = event.getMultiValueQueryStringParameters();
        if (all != null && all.containsKey(SocketToken.PARAMETER)) {
            return all.get(SocketToken.PARAMETER);
        }
        Map<String, String> last = event.getQueryStringParameters();
        return last != null && last.containsKey(SocketToken.PARAMETER)
                ? List.of(last.get(SocketToken.PARAMETER))
                : List.of();
    }

    private static List<String> headers(APIGatewayV2WebSocketEvent event, String name) {
        Map<String, String> headers = event.getHeaders();
        return headers == null
                ? List.of()
                : headers.entrySet().stream()
                        .filter(header -> header.getKey().equalsIgnoreCase(name))
                        .map(Map.Entry::getValue)
                        .toList();
    }

    private static String body(APIGatewayV2WebSocketEvent event) {
        String body = event.getBody();
        if (body == null) {
            return "";
        }
        try {
            return event.isIsBase64Encoded()
                    ? new String(Base64.getDecoder().decode(body), StandardCharsets.UTF_8)
                    : body;
        } catch (IllegalArgumentException e) {
            throw new ProblemException(Problem.badRequest(null, "The frame is not valid base64."));
        }
    }

    private static APIGatewayV2WebSocketResponse answer(int status, @Nullable String body) {
        APIGatewayV2WebSocketResponse answer = new APIGatewayV2WebSocketResponse();
        answer.setStatusCode(status);
        answer.setBody(body);
        return answer;
    }
}
