package dev.statecraft.docs.price;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Clients that are subscribed to a space over a socket and count the frames that they receive. */
final class FollowerSockets implements AutoCloseable {

    private static final long TIMEOUT_SECONDS = 20;

    private final List<WebSocket> sockets = new ArrayList<>();
    private final AtomicInteger frames = new AtomicInteger();

    /** Opens a connection and subscribes it to a space. */
    void open(URI root, String key, String space) throws InterruptedException {
        CountDownLatch synced = new CountDownLatch(1);
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + key)
                .buildAsync(URI.create("ws://" + root.getAuthority() + "/v1/socket"), new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                        if (last) {
                            frames.incrementAndGet();
                            synced.countDown();
                        }
                        from.request(1);
                        return null;
                    }
                })
                .join();
        socket.sendText("{\"op\":\"sync\",\"id\":1,\"cursors\":{\"" + space + "\":\"\"}}", true)
                .join();
        if (!synced.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no response to the sync frame");
        }
        sockets.add(socket);
    }

    /** Frames that all clients have received. */
    int frames() {
        return frames.get();
    }

    @Override
    public void close() {
        sockets.forEach(socket -> socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join());
    }
}
