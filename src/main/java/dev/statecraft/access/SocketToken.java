package dev.statecraft.access;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a browser puts its token when it opens a socket, since it cannot set the header {@code Authorization}: among the
 * protocols it offers, behind {@value #PROTOCOL}, or into the query. Addresses are written down in many places, so this
 * is for short-lived tokens and never for keys.
 */
public final class SocketToken {

    /** The header that names protocols. */
    public static final String HEADER = "Sec-WebSocket-Protocol";

    /** The protocol that is spoken. */
    public static final String PROTOCOL = "statecraft";

    /** The parameter of the query. */
    public static final String PARAMETER = "token";

    private SocketToken() {}

    /**
     * The token; empty if there is none.
     *
     * @param protocols the values of the header, each may hold several
     * @param parameters the values of the parameter, in the order of the query
     */
    public static Optional<String> of(List<String> protocols, List<String> parameters) {
        // Several could be read in several ways; together they are no token.
        return of(protocols, parameters.isEmpty() ? null : String.join("&", parameters));
    }

    /**
     * The token; empty if there is none.
     *
     * @param protocols the values of the header, each may hold several
     * @param parameter the value of the parameter; null if it is not there
     */
    public static Optional<String> of(List<String> protocols, @Nullable String parameter) {
        return parameter != null
                ? Optional.of(parameter)
                : offered(protocols)
                        .filter(protocol -> !protocol.equals(PROTOCOL))
                        .findFirst();
    }

    /** Whether the client offers the protocol that is spoken, and so has to be told that it is. */
    public static boolean isSpoken(List<String> protocols) {
        return offered(protocols).anyMatch(PROTOCOL::equals);
    }

    private static Stream<String> offered(List<String> protocols) {
        return protocols.stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip)
                .filter(protocol -> !protocol.isEmpty());
    }
}
