package dev.statecraft.access.idempotency;

import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Ends a request with its stored response. It is an exception because resource methods declare their response type, and
 * the stored response is untyped JSON.
 */
public final class ReplayedAnswer extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Response response;

    ReplayedAnswer(Response response) {
        // This exception is not a failure, so its stack trace is not needed.
        super("The stored response of the request is replayed", null, false, false);
        this.response = response;
    }

    /** Sends the stored response. */
    public static final class Sender {

        @ServerExceptionMapper
        public Response send(ReplayedAnswer replayed) {
            return replayed.response;
        }
    }
}
