package dev.statecraft.local;

import dev.statecraft.access.Door;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.replication.SocketResource;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

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
            try {
                door.letIn(context.httpRequest().headers().getAll("Authorization"));
                return CheckResult.permitUpgrade();
            } catch (ProblemException e) {
                return CheckResult.rejectUpgrade(e.problem().status());
            }
        }
    }

    @OnOpen
    @Blocking
    void opened(WebSocketConnection connection) {
        sockets.opened(connection.id(), door.letIn(connection.handshakeRequest().headers("Authorization")));
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
