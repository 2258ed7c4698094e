package dev.statecraft.testing.bench;

import dev.statecraft.local.LocalSockets;
import dev.statecraft.replication.socket.Sockets;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;

/** Sockets of the running application whose frames take as long as API Gateway needs to accept them. */
@Alternative
@Singleton
class DelayedSockets implements Sockets {

    private final Sockets delayed;

    DelayedSockets(LocalSockets sockets) {
        delayed = Bench.delayed(sockets, Bench.profile(), Ticker.system());
    }

    @Override
    public Delivery send(String connectionId, String frame) {
        return delayed.send(connectionId, frame);
    }

    @Override
    public void close(String connectionId, Closing closing) {
        delayed.close(connectionId, closing);
    }
}
