package dev.statecraft.lambda;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lambda's side of the Runtime API (version 2018-06-01) for one function: delivers events one at a time and collects
 * the results.
 */
final class RuntimeApi implements AutoCloseable {

    /**
     * The result of one event.
     *
     * @param failed whether the function reported an error, when handling the event or when it started
     * @param body the response, or the description of the error
     */
    record Answer(boolean failed, String body) {}

    private record Invocation(String id, String event) {}

    private static final String BASE = "/2018-06-01/runtime/";
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<Invocation> waiting = new LinkedBlockingQueue<>();
    private final Map<String, CompletableFuture<Answer>> answers = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final BlockingQueue<Long> polls = new LinkedBlockingQueue<>();

    RuntimeApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(BASE + "invocation/next", this::next);
        server.createContext(BASE + "invocation/", this::answer);
        server.createContext(BASE + "init/error", this::initError);
        server.start();
    }

    /** The value of {@code AWS_LAMBDA_RUNTIME_API}. */
    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Sends one event and waits for its result. */
    Answer invoke(String event, Duration limit) throws InterruptedException, ExecutionException, TimeoutException {
        String id = "00000000-0000-4000-8000-%012d".formatted(ids.incrementAndGet());
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        answers.put(id, answer);
        waiting.add(new Invocation(id, event));
        return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Waits until the function asks for an event, after its start or after its last result. Each request for an event is
     * reported once.
     *
     * @return when it asked, in nanoseconds of {@link System#nanoTime()}
     */
    long awaitPoll(Duration limit) throws InterruptedException, TimeoutException {
        Long polled = polls.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (polled == null) {
            throw new TimeoutException("The function did not ask for an event");
        }
        return polled;
    }

    /** Fails the pending events after the function has ended. */
    void functionEnded(String output) {
        answers.values().forEach(answer -> answer.complete(new Answer(true, output)));
    }

    private void next(HttpExchange exchange) throws IOException {
        polls.add(System.nanoTime());
        try {
            Invocation invocation = waiting.take();
            exchange.getResponseHeaders().set("Lambda-Runtime-Aws-Request-Id", invocation.id());
            exchange.getResponseHeaders()
                    .set("Lambda-Runtime-Deadline-Ms", Long.toString(System.currentTimeMillis() + DEADLINE.toMillis()));
            exchange.getResponseHeaders()
                    .set(
                            "Lambda-Runtime-Invoked-Function-Arn",
                            "arn:aws:lambda:eu-central-1:123456789012:function:statecraft");
            exchange.getResponseHeaders().set("Lambda-Runtime-Trace-Id", "Root=1-65f0c1a2-0123456789abcdef01234567");
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            reply(exchange, 200, invocation.event());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            exchange.close();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String id = path.substring((BASE + "invocation/").length(), path.lastIndexOf('/'));
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        CompletableFuture<Answer> answer = answers.get(id);
        if (answer == null) {
            reply(exchange, 400, "{\"errorType\":\"InvalidRequestID\"}");
            return;
        }
        reply(exchange, 202, "{\"status\":\"OK\"}");
        answer.complete(new Answer(path.endsWith("/error"), body));
    }

    private void initError(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        reply(exchange, 202, "{\"status\":\"OK\"}");
        functionEnded(body);
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
