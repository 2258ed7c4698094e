package dev.statecraft.lambda;

import dev.statecraft.http.SocketConfig;
import dev.statecraft.replication.socket.Sockets;
import io.quarkus.arc.DefaultBean;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.apigatewaymanagementapi.ApiGatewayManagementApiClient;
import software.amazon.awssdk.services.apigatewaymanagementapi.model.GoneException;

/** Sends frames to the connections of API Gateway over its management API. Cost: one request per frame. */
@ApplicationScoped
@DefaultBean
public class GatewaySockets implements Sockets {

    private static final Logger LOG = Logger.getLogger(GatewaySockets.class);

    private final @Nullable ApiGatewayManagementApiClient gateway;

    GatewaySockets(SocketConfig config) {
        this.gateway = config.endpoint().map(GatewaySockets::client).orElse(null);
    }

    private static ApiGatewayManagementApiClient client(URI endpoint) {
        return ApiGatewayManagementApiClient.builder()
                .endpointOverride(endpoint)
                .httpClientBuilder(ApacheHttpClient.builder())
                .build();
    }

    @PreDestroy
    void close() {
        if (gateway != null) {
            gateway.close();
        }
    }

    @Override
    public Delivery send(String connectionId, String frame) {
        if (gateway == null) {
            return Delivery.FAILED;
        }
        try {
            gateway.postToConnection(post -> post.connectionId(connectionId).data(SdkBytes.fromUtf8String(frame)));
            return Delivery.SENT;
        } catch (GoneException e) {
            return Delivery.GONE;
        } catch (SdkException e) {
            LOG.warn("A frame could not be sent", e);
            return Delivery.FAILED;
        }
    }
}
