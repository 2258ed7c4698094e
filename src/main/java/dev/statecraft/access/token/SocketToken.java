package dev.statecraft.access.token;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The token of a new socket connection. A browser cannot set the header {@code Authorization} for a socket, so it sends
 * the token as an additional subprotocol after {@value #PROTOCOL}, or in the query. Addresses are logged in many
 * places, so only short-lived tokens are accepted here, never API keys.
 */
public final class SocketToken {

    /** The header with the offered subprotocols. */
    public static final String HEADER = "Sec-WebSocket-Protocol";

    /** The subprotocol of Statecraft. */
    public static final String PROTOCOL = "statecraft";

    /** The query parameter with the token. */
    public static final String PARAMETER = "token";

    private SocketToken() {}

    /**
     * The token; empty if there is none.
     *
     * @param protocols values of the header; each may contain several subprotocols
     * @param parameters values of the query parameter, in the order of the query
     */
    public static Optional<String> of(List<String> protocols, List<String> parameters) {
        // Several tokens are ambiguous; joined, they are not a valid token.
        return of(protocols, parameters.isEmpty() ? null : String.join("&", parameters));
    }

    /**
     * The token; empty if there is none.
     * @param protocols values of the header; each may contain several subprotocols
     * @param parameter value of the query parameter; null if it is missing
     */
    public static Optional<String> of(List<String> protocols, @Nullable String parameter) {
        return parameter != null
                ? Optional.of(parameter)
                : offered(protocols)
                        .filter(protocol -> !protocol.equals(PROTOCOL))
                        .findFirst();
    }

    /** Whether the client offers {@value #PROTOCOL}; the server must then confirm it in the handshake. */
    public static boolean isOffered(List<String> protocols) {
        return offered(protocols).anyMatch(PROTOCOL::equals);
    }

    private static Stream<String> offered(List<String> protocols) {
        return protocols.stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip)
                .filter(protocol -> !protocol.isEmpty());
    }
}
