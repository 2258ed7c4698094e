package dev.statecraft.replication;

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

    /** Sends a frame to a connection that somebody opened before; does not throw. */
    Delivery send(String connectionId, String frame);
}
