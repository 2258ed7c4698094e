package dev.statecraft.local;

import dev.statecraft.access.Scope;
import dev.statecraft.access.authentication.Authenticator;
import dev.statecraft.access.token.SocketToken;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.socket.SocketResource;
import dev.statecraft.replication.socket.Sockets.Closing;
import dev.statecraft.replication.state.ReplicationConfig;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.websockets.next.HandshakeRequest;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The WebSocket endpoint of dev mode at {@code /v1/socket}, which replaces API Gateway's WebSocket API. */
@WebSocket(path = SocketEndpoint.PATH)
@IfBuildProfile(anyOf = {"dev", "test"})
public class SocketEndpoint {

    static final String PATH = "/v1/socket";

    private static final Logger LOG = Logger.getLogger(SocketEndpoint.class);

    private final SocketResource sockets;
    private final Authenticator authenticator;
    private final ReplicationConfig config;

    SocketEndpoint(SocketResource sockets, Authenticator authenticator, ReplicationConfig config) {
        this.sockets = sockets;
        this.authenticator = authenticator;
        this.config = config;
    }

    /** Rejects unauthorized callers with a problem before the connection is opened, as API Gateway does. */
    @Singleton
    @IfBuildProfile(anyOf = {"dev", "test"})
    static final class Check {

        /** Before the route that opens connections. */
        private static final int ORDER = -10;

        private final Authenticator authenticator;

        Check(Authenticator authenticator) {
            this.authenticator = authenticator;
        }

        void routes(@Observes Router router) {
            router.route(HttpMethod.GET, PATH).order(ORDER).blockingHandler(this::check, false);
        }

        private void check(RoutingContext context) {
            HttpServerRequest request = context.request();
            try {
                authenticator
                        .authenticate(
                                request.headers().getAll(HttpHeaders.AUTHORIZATION),
                                SocketToken.of(request.headers().getAll(SocketToken.HEADER), tokens(request.query())))
                        .require(Scope.STATE_READ);
                context.next();
            } catch (ProblemException e) {
                context.fail(e.problem().status(), e);
            }
        }
    }

    @OnOpen
    @Blocking
    void opened(WebSocketConnection connection) {
        HandshakeRequest request = connection.handshakeRequest();
        Optional<String> token = SocketToken.of(request.headers(SocketToken.HEADER), tokens(request.query()));
        sockets.opened(connection.id(), authenticator.authenticate(request.headers("Authorization"), token));
    }

    /** The values of the query parameter with the token. */
    private static List<String> tokens(@Nullable String query) {
        return new QueryStringDecoder("?" + (query == null ? "" : query))
                .parameters()
                .getOrDefault(SocketToken.PARAMETER, List.of());
    }

    @OnTextMessage
    @Blocking
    void received(WebSocketConnection connection, String frame) {
        if (frame.length() > config.frameBytes()
                || frame.getBytes(StandardCharsets.UTF_8).length > config.frameBytes()) {
            close(connection, Closing.TOO_LARGE);
            return;
        }
        SocketResource.FrameResponse response = sockets.respond(connection.id(), frame);
        connection.sendTextAndAwait(response.frame());
        if (response.closing() != null) {
            close(connection, response.closing());
        }
    }

    @OnBinaryMessage
    @Blocking
    void receivedBinary(WebSocketConnection connection, byte[] frame) {
        if (frame.length > config.frameBytes()) {
            close(connection, Closing.TOO_LARGE);
            return;
        }
        connection.sendTextAndAwait(sockets.receivedBinary());
    }

    /** The connection is rejected after the check: a key was revoked meanwhile, or too many connections are open. */
    @OnError
    @Blocking
    void rejected(WebSocketConnection connection, ProblemException rejected) {
        int status = rejected.problem().status();
        close(connection, status == 429 || status == 503 ? Closing.TRY_LATER : Closing.NOT_ALLOWED);
    }

    /** The server reports a too long message only by this type of exception. */
    @OnError
    @Blocking
    void tooLarge(WebSocketConnection connection, IllegalStateException overflow) {
        LOG.debug("A frame was rejected", overflow);
        close(connection, Closing.TOO_LARGE);
    }

    @OnError
    @Blocking
    void failed(WebSocketConnection connection, RuntimeException failure) {
        LOG.error("A connection failed", failure);
        close(connection, Closing.FAILED);
    }

    private static void close(WebSocketConnection connection, Closing closing) {
        if (!connection.isClosed()) {
            connection.closeAndAwait(LocalSockets.reason(closing));
        }
    }

    @OnClose
    @Blocking
    void closed(WebSocketConnection connection) {
        sockets.closed(connection.id());
    }
}
