package dev.statecraft.replication.socket;

/** Transport of open WebSocket connections: API Gateway, or the HTTP server of dev mode. */
public interface Sockets {

    /** Result of sending a frame. */
    enum Delivery {
        /** The transport accepted the frame: API Gateway confirmed the call, or the dev-mode socket sent it. */
        SENT,
        /** The frame was not sent (transport error, or no endpoint is configured). The connection may still be open. */
        FAILED,
        /** The connection is closed. The caller deletes its record. */
        GONE
    }

    /** Reason why the server closes a connection. */
    enum Closing {
        /** The token has expired, or the API key was revoked. */
        CREDENTIAL_ENDED(1008, "The credential has expired or was revoked. Connect with a new one."),
        /** The player opened more connections than allowed; its oldest connection is closed. */
        REPLACED(1008, "The player has too many connections. The oldest is closed."),
        /** The connection is not stored. */
        NOT_KNOWN(1008, "The connection is no longer known. Connect again."),
        /** The caller may not open a connection. */
        NOT_ALLOWED(1008, "The credential does not permit a connection."),
        /** A frame, or a message of several frames, is longer than {@code statecraft.replication.frame-bytes}. */
        TOO_LARGE(1009, "The frame exceeds the maximum size."),
        /** An internal error occurred. */
        FAILED(1011, "Internal error. Connect again."),
        /** The rate limit of the caller is exceeded, or the database is not available. */
        TRY_LATER(1013, "Too many requests or temporarily unavailable. Connect later.");

        private final int code;
        private final String reason;

        Closing(int code, String reason) {
            this.code = code;
            this.reason = reason;
        }

        /** Returns the status code of the close frame: RFC 6455, section 7.4, and the IANA registry. */
        public int code() {
            return code;
        }

        /** Returns the human-readable reason in the close frame; at most 123 bytes. */
        public String reason() {
            return reason;
        }
    }

    /** Sends a frame to a connection. Does not throw. */
    Delivery send(String connectionId, String frame);

    /**
     * Closes a connection with a reason. Does not throw. By default does nothing: API Gateway does not let a server
     * choose the close code, so on AWS the connection ends when the client closes it or when it is idle.
     */
    default void close(String connectionId, Closing closing) {}
}
