package dev.statecraft.clients;

import com.sun.net.httpserver.HttpServer;
import dev.statecraft.runtime.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A ticker that a test in another process moves ahead: {@code POST <address>?seconds=15}. */
final class MovableTicker implements Ticker, AutoCloseable {

    private static final Ticker SYSTEM = Ticker.system();
    private static final String PARAMETER = "seconds=";

    private final HttpServer server;
    private final AtomicLong ahead = new AtomicLong();

    private MovableTicker(HttpServer server) {
        this.server = server;
    }

    static MovableTicker start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        MovableTicker ticker = new MovableTicker(server);
        server.createContext("/", exchange -> {
            String query = exchange.getRequestURI().getQuery();
            long seconds = Long.parseLong(query.substring(query.indexOf(PARAMETER) + PARAMETER.length()));
            ticker.ahead.addAndGet(Duration.ofSeconds(seconds).toNanos());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return ticker;
    }

    URI address() {
        return URI.create("http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":"
                + server.getAddress().getPort() + "/");
    }

    @Override
    public long nanos() {
        return SYSTEM.nanos() + ahead.get();
    }

    @Override
    public void sleep(long nanos) {
        SYSTEM.sleep(nanos);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
