package dev.statecraft.local;

import dev.statecraft.access.Door;
import dev.statecraft.access.Scope;
import dev.statecraft.access.SocketToken;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.replication.SocketResource;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.websockets.next.HandshakeRequest;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The socket of a developer's machine: what API Gateway's WebSocket API does on AWS, at {@code /v1/socket}. */
@WebSocket(path = "/v1/socket")
@IfBuildProfile(anyOf = {"dev", "test"})
public class SocketEndpoint {

    private final SocketResource sockets;
    private final Door door;

    SocketEndpoint(SocketResource sockets, Door door) {
        this.sockets = sockets;
        this.door = door;
    }

    /** Refuses whoever is not let in before the connection is opened, as API Gateway does. */
    @Singleton
    @IfBuildProfile(anyOf = {"dev", "test"})
    static final class Check implements HttpUpgradeCheck {

        private final Door door;

        Check(Door door) {
            this.door = door;
        }

        @Override
        public Uni<CheckResult> perform(HttpUpgradeContext context) {
            HttpServerRequest request = context.httpRequest();
            List<String> credentials = request.headers().getAll("Authorization");
            Optional<String> token = SocketToken.of(
                    request.headers().getAll(SocketToken.HEADER), request.getParam(SocketToken.PARAMETER));
            return Uni.createFrom()
                    .item(() -> check(credentials, token))
                    .runSubscriptionOn(Infrastructure.getDefaultExecutor());
        }

        private CheckResult check(List<String> credentials, Optional<String> token) {
            try {
                door.letIn(credentials, token).require(Scope.STATE_READ);
                return CheckResult.permitUpgradeSync();
            } catch (ProblemException e) {
                return CheckResult.rejectUpgradeSync(e.problem().status());
            }
        }
    }

    @OnOpen
    @Blocking
    void opened(WebSocketConnection connection) {
        HandshakeRequest request = connection.handshakeRequest();
        Optional<String> token =
                SocketToken.of(request.headers(SocketToken.HEADER), parameter(request.query(), SocketToken.PARAMETER));
        sockets.opened(connection.id(), door.letIn(request.headers("Authorization"), token));
    }

    private static @Nullable String parameter(@Nullable String query, String name) {
        List<String> values = new QueryStringDecoder("?" + (query == null ? "" : query))
                .parameters()
                .get(name);
        return values == null ? null : values.get(0);
    }

    @OnTextMessage
    @Blocking
    String received(WebSocketConnection connection, String frame) {
        return sockets.received(connection.id(), frame);
    }

    @OnClose
    @Blocking
    void closed(WebSocketConnection connection) {
        sockets.closed(connection.id());
    }
}
