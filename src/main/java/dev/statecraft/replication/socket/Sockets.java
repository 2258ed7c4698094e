package dev.statecraft.replication.socket;

/** Whatever keeps the open connections and can write to them: API Gateway, or the HTTP server of dev mode. */
public interface Sockets {

    /** What became of a frame. */
    enum Delivery {
        /** It is on its way. */
        SENT,
        /** It could not be handed over this time. */
        FAILED,
        /** There is no such connection any more. */
        GONE
    }

    /** Why the server closes a connection. */
    enum Closing {
        /** The token has ended, or the key was revoked. */
        CREDENTIAL_ENDED(1008, "The credential has expired or was revoked. Connect with a new one."),
        /** The player has opened more connections than it may have. */
        REPLACED(1008, "The player has too many connections. The oldest is closed."),
        /** Nothing is stored of the connection any more. */
        NOT_KNOWN(1008, "The connection is no longer known. Connect again."),
        /** The caller may not open a connection. */
        NOT_ALLOWED(1008, "The credential does not permit a connection."),
        /** A frame, or a message of several frames, is longer than {@code statecraft.replication.frame-bytes}. */
        TOO_LARGE(1009, "The frame exceeds the maximum size."),
        /** The server failed. */
        FAILED(1011, "Internal error. Connect again."),
        /** The caller opens connections more often than it may, or the database is not available. */
        TRY_LATER(1013, "Too many requests or temporarily unavailable. Connect later.");

        private final int code;
        private final String reason;

        Closing(int code, String reason) {
            this.code = code;
            this.reason = reason;
        }

        /** The status code of the close frame: RFC 6455, section 7.4, and IANA's registry. */
        public int code() {
            return code;
        }

        /** What the close frame says, for a person to read; shorter than the 123 bytes it may have. */
        public String reason() {
            return reason;
        }
    }

    /** Sends a frame to a connection that somebody opened before; does not throw. */
    Delivery send(String connectionId, String frame);

    /**
     * Closes a connection and gives the client the reason; does not throw. API Gateway lets nobody choose the code, so on
     * AWS this does nothing: the connection ends when the client has read the problem and leaves, or is idle.
     */
    default void close(String connectionId, Closing closing) {}
}
