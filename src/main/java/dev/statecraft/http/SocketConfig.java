package dev.statecraft.http;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.util.Optional;

/** Where open connections are reached. */
@ConfigMapping(prefix = "statecraft.socket")
public interface SocketConfig {

    /**
     * The management address of the WebSocket API, stage included; template.yaml gives it to every function that commits.
     * Without it nobody is told of news, and connections learn of them when they ask.
     */
    Optional<URI> endpoint();

    /** Where clients open a socket, for the dashboard to know; the application's own {@code /v1/socket} if it is not said. */
    Optional<URI> url();
}
