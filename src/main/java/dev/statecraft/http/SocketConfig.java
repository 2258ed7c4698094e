package dev.statecraft.http;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.util.Optional;

/** Addresses of the WebSocket API. */
@ConfigMapping(prefix = "statecraft.socket")
public interface SocketConfig {

    /**
     * Management endpoint of the WebSocket API, including the stage. template.yaml sets it on every function that
     * commits. Without it, changes are not pushed, and connections receive them when they pull.
     */
    Optional<URI> endpoint();

    /**
     * Address at which the dashboard opens a socket; by default {@code /v1/socket} of the application. template.yaml
     * sets the address of the WebSocket API.
     */
    Optional<URI> url();
}
