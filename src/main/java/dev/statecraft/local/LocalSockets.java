package dev.statecraft.local;

import dev.statecraft.replication.socket.Sockets;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OpenConnections;
import io.quarkus.websockets.next.WebSocketConnection;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Sends frames to the connections of this process, which replace the connections of API Gateway. */
@Singleton
@IfBuildProfile(anyOf = {"dev", "test"})
public final class LocalSockets implements Sockets {

    private static final Logger LOG = Logger.getLogger(LocalSockets.class);

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);

    private final OpenConnections open;

    LocalSockets(OpenConnections open) {
        this.open = open;
    }

    @Override
    public Delivery send(String connectionId, String frame) {
        Optional<WebSocketConnection> connection = open.findByConnectionId(connectionId);
        if (connection.isEmpty() || connection.get().isClosed()) {
            return Delivery.GONE;
        }
        try {
            connection.get().sendText(frame).await().atMost(SEND_TIMEOUT);
            return Delivery.SENT;
        } catch (RuntimeException e) {
            LOG.debug("A frame could not be sent", e);
            return connection.get().isClosed() ? Delivery.GONE : Delivery.FAILED;
        }
    }

    @Override
    public void close(String connectionId, Closing closing) {
        open.findByConnectionId(connectionId)
                .filter(connection -> !connection.isClosed())
                .ifPresent(connection -> connection
                        .close(reason(closing))
                        .subscribe()
                        .with(closed -> {}, failed -> LOG.debug("A connection could not be closed", failed)));
    }

    static CloseReason reason(Closing closing) {
        return new CloseReason(closing.code(), closing.reason());
    }
}
