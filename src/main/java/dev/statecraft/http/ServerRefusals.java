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
 * Gives a problem to requests that the HTTP server refuses before any handler of the application sees them: a request
 * line or headers that are too long, no HTTP or no URI, and a body whose chunks are broken. The server by itself answers the
 * former without a body and closes the connection of the latter without an answer.
 *
 * <p>Vert.x takes a handler for invalid requests only from the creator of the server, which is Quarkus. The one place
 * where a connection can be reached in front of its first request is the interface for metrics, so this is there under
 * the name of metrics and measures nothing. The in-memory server that Lambda events go to has neither limits nor chunks,
 * so nothing of this is installed on Lambda.
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

    /** Quarkus lets options be customized, and not the builder that Vert.x wants a factory to be given to instead. */
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

        /** The server chooses the handler for a request after this. */
        @Override
        public @Nullable Void requestBegin(Void socket, io.vertx.core.spi.observability.HttpRequest begun) {
            if (begun instanceof HttpServerRequest request
                    && request.version() != io.vertx.core.http.HttpVersion.HTTP_2
                    && request.connection() instanceof HttpServerConnection connection) {
                connection.invalidRequestHandler(ServerRefusals::refuse);
                if (!isUri(request.uri())) {
                    // Quarkus would answer by itself. The connection is closed behind the answer, so that nothing else
                    // comes to this handler.
                    connection.handler(ServerRefusals::refuseTarget);
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

    private static void refuseTarget(HttpServerRequest request) {
        String fault = RequestTarget.fault(request.uri()).orElse("The request target is not a valid URI.");
        // What the client still sends is let go by; closing in the middle of it could take the answer from the client.
        request.endHandler(end -> send(request, Problem.badRequest(null, fault)));
    }

    private static void refuse(HttpServerRequest request) {
        send(request, problem(request.decoderResult().cause()));
    }

    /** The connection is closed behind the answer, as nobody knows where the next request would begin. */
    private static void send(HttpServerRequest request, Problem problem) {
        HttpServerResponse response = request.response().setStatusCode(problem.status());
        headers().forEach(response::putHeader);
        response.end(json(problem)).onComplete(sent -> request.connection().close());
    }

    private static Problem problem(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(414, "uri-too-long", "The URI is too long", "The request line exceeds the server's limit.");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.of(
                    431,
                    "headers-too-large",
                    "The headers are too large",
                    "The headers exceed the server's limit.");
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

    /** Made without the application's mapper, which a live reload replaces and the server does not. */
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

    /** Answers a request whose body breaks off in the middle of a chunk, unless it has been answered before. */
    private static final class Bodies extends ChannelDuplexHandler {

        private boolean answered;
        private boolean refused;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest) {
                answered = false;
            } else if (message instanceof HttpContent content
                    && content.decoderResult().isFailure()
                    && !answered) {
                context.writeAndFlush(answer()).addListener(ChannelFutureListener.CLOSE);
                refused = true;
            }
            // The server notifies the handler that waits for the body of the failure.
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            if (refused) {
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
