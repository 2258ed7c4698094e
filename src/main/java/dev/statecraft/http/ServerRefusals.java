package dev.statecraft.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.vertx.VertxOptionsCustomizer;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Sends problem responses for requests that the HTTP server rejects before any handler of the application: a too long
 * request line or too large headers, invalid HTTP, an invalid URI, and a body with malformed chunks. By default the
 * server sends no response body, and closes the connection without a response for malformed chunks.
 *
 * <p>Vert.x accepts a handler for invalid requests only from the creator of the server, which is Quarkus. The metrics
 * interface is the only place where a connection can be reached before its first request, so this class implements it
 * and measures nothing. The in-memory server of Lambda has neither limits nor chunks, so this class does nothing on
 * Lambda.
 */
@ApplicationScoped
public class ServerRefusals implements VertxOptionsCustomizer {

    private static final String SERVER = "handler";
    private static final String BODIES = "statecraft-bodies";

    private final boolean onLambda;

    @Inject
    public ServerRefusals(@ConfigProperty(name = "quarkus.http.virtual") boolean inMemory) {
        this.onLambda = inMemory && LaunchMode.current() == LaunchMode.NORMAL;
    }

    /** Quarkus customizes options only; the builder that Vert.x recommends for the factory is not accessible. */
    @Override
    @SuppressWarnings("deprecation")
    public void accept(VertxOptions options) {
        if (onLambda) {
            return;
        }
        options.setMetricsOptions(new MetricsOptions().setEnabled(true).setFactory(ignored -> new Connections()));
    }

    private static final class Connections implements VertxMetrics {

        @Override
        public HttpServerMetrics<?, ?, ?> createHttpServerMetrics(HttpServerOptions options, SocketAddress address) {
            return new Requests();
        }
    }

    private static final class Requests implements HttpServerMetrics<@Nullable Void, Void, Void> {

        /** Called before the server chooses the handler of the request. */
        @Override
        public @Nullable Void requestBegin(Void socket, io.vertx.core.spi.observability.HttpRequest started) {
            if (started instanceof HttpServerRequest request
                    && request.version() != io.vertx.core.http.HttpVersion.HTTP_2
                    && request.connection() instanceof HttpServerConnection connection) {
                connection.invalidRequestHandler(ServerRefusals::reject);
                if (!isUri(request.uri())) {
                    // Quarkus would respond by itself. The connection is closed after the response, so this handler
                    // receives no further request.
                    connection.handler(ServerRefusals::rejectTarget);
                }
                watchBodies((ConnectionBase) request.connection());
            }
            return null;
        }
    }

    private static void watchBodies(ConnectionBase connection) {
        ChannelPipeline pipeline = connection.channelHandlerContext().pipeline();
        if (pipeline.get(BODIES) == null && pipeline.get(SERVER) != null) {
            pipeline.addBefore(SERVER, BODIES, new Bodies());
        }
    }

    private static boolean isUri(String target) {
        try {
            return new URI(target).getRawPath() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static void rejectTarget(HttpServerRequest request) {
        String fault = RequestTarget.fault(request.uri()).orElse("The request target is not a valid URI.");
        // The rest of the request is discarded; a close during the upload could discard the response.
        request.endHandler(end -> send(request, Problem.badRequest(null, fault)));
    }

    private static void reject(HttpServerRequest request) {
        send(request, problem(request.decoderResult().cause()));
    }

    /** Sends the problem and closes the connection, because the start of the next request is unknown. */
    private static void send(HttpServerRequest request, Problem problem) {
        HttpServerResponse response = request.response().setStatusCode(problem.status());
        headers().forEach(response::putHeader);
        response.end(json(problem)).onComplete(sent -> request.connection().close());
    }

    private static Problem problem(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(
                    414, "uri-too-long", "The URI is too long", "The request line exceeds the server's limit.");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.of(
                    431, "headers-too-large", "The headers are too large", "The headers exceed the server's limit.");
        }
        return Problem.badRequest(null, "The request line or a header is not valid HTTP (RFC 9112).");
    }

    private static Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>(SecurityHeaders.ALWAYS);
        headers.put("Content-Type", Problem.MEDIA_TYPE);
        headers.put("Cache-Control", "no-store");
        headers.put("Vary", VaryHeader.ACCEPT_ENCODING);
        headers.put("Connection", "close");
        return headers;
    }

    /** Written without the application's mapper, which a live reload replaces while the server remains. */
    private static String json(Problem problem) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("type", problem.type())
                .put("title", problem.title())
                .put("status", problem.status());
        if (problem.detail() != null) {
            json.put("detail", problem.detail());
        }
        return json.toString();
    }

    /** Responds to a request with a malformed chunk, unless a response has been sent. */
    private static final class Bodies extends ChannelDuplexHandler {

        private boolean answered;
        private boolean rejected;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest) {
                answered = false;
            } else if (message instanceof HttpContent content
                    && content.decoderResult().isFailure()
                    && !answered) {
                context.writeAndFlush(answer()).addListener(ChannelFutureListener.CLOSE);
                rejected = true;
            }
            // The server notifies the handler that reads the body.
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            if (rejected) {
                ReferenceCountUtil.release(message);
                promise.setSuccess();
                return;
            }
            answered |= message instanceof HttpResponse response
                    && response.status().codeClass() != HttpStatusClass.INFORMATIONAL;
            super.write(context, message, promise);
        }

        private static DefaultFullHttpResponse answer() {
            byte[] body = json(Problem.badRequest(null, "The chunks of the body are not valid HTTP (RFC 9112)."))
                    .getBytes(StandardCharsets.UTF_8);
            DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_REQUEST, Unpooled.wrappedBuffer(body));
            HttpHeaders headers = response.headers();
            ServerRefusals.headers().forEach(headers::set);
            headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
            return response;
        }
    }
}
