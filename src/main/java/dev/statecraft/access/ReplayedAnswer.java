package dev.statecraft.access;

import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Ends a request that was answered before, with that answer. It is thrown because resources declare what they answer, and
 * the stored answer is JSON that no longer has that type.
 */
public final class ReplayedAnswer extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Response response;

    ReplayedAnswer(Response response) {
        // It is no failure, so nobody looks at where it was thrown.
        super("The stored response of the request is replayed", null, false, false);
        this.response = response;
    }

    /** Sends the answer. */
    public static final class Sender {

        @ServerExceptionMapper
        public Response send(ReplayedAnswer replayed) {
            return replayed.response;
        }
    }
}
