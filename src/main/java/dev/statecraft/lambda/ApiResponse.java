package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.quarkus.netty.runtime.virtual.VirtualResponseHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Gathers the parts of one answer from the in-memory channel and makes an API Gateway response of them. */
final class ApiResponse implements VirtualResponseHandler {

    /** Below this size compression costs more time than it saves. */
    private static final int COMPRESSED_FROM_BYTES = 1_024;

    /** Headers that describe the in-memory connection. */
    private static final Set<String> NOT_FORWARDED =
            Set.of("connection", "content-length", "keep-alive", "set-cookie", "transfer-encoding");

    private final CompletableFuture<HttpResponse> complete = new CompletableFuture<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HttpResponse head;

    /** Waits until the answer is there as a whole. */
    void await(long millis) throws ExecutionException, InterruptedException, TimeoutException {
        complete.get(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void handleMessage(Object message) {
        try {
            if (message instanceof HttpResponse response) {
                head = response;
            }
            if (message instanceof HttpContent content) {
                content.content().readBytes(body, content.content().readableBytes());
            }
            if (message instanceof FileRegion file) {
                file.transferTo(Channels.newChannel(body), file.transferred());
            }
            if (message instanceof LastHttpContent && head != null) {
                complete.complete(head);
            }
        } catch (IOException | RuntimeException e) {
            complete.completeExceptionally(e);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void close() {
        // Changes nothing once the answer is complete.
        complete.completeExceptionally(
                new IllegalStateException("The connection was closed before the answer was complete"));
    }

    /**
     * The answer for API Gateway, which takes a header once only (so values are joined), cookies apart, and bytes that
     * are not text as base64. Answers of some size are compressed for clients that can read gzip.
     */
    APIGatewayV2HTTPResponse gatewayResponse(String acceptEncoding) {
        HttpResponse response = complete.join();
        Map<String, String> headers = headers(response.headers());
        String type = headers.getOrDefault("content-type", "");
        boolean text = isText(type) && !headers.containsKey("content-encoding");
        byte[] bytes = body.toByteArray();
        if (text && bytes.length >= COMPRESSED_FROM_BYTES && readsGzip(acceptEncoding)) {
            // The server has said already that the answer depends on the encodings the client reads: VaryHeader.
            headers.put("content-encoding", "gzip");
            bytes = gzip(bytes);
            text = false;
        }
        List<String> cookies = response.headers().getAll("set-cookie");
        return APIGatewayV2HTTPResponse.builder()
                .withStatusCode(response.status().code())
                .withHeaders(headers)
                .withCookies(cookies.isEmpty() ? null : cookies)
                .withIsBase64Encoded(!text)
                .withBody(
                        text
                                ? new String(bytes, StandardCharsets.UTF_8)
                                : Base64.getEncoder().encodeToString(bytes))
                .build();
    }

    private static Map<String, String> headers(HttpHeaders from) {
        Map<String, String> headers = new TreeMap<>();
        for (String name : from.names()) {
            String key = name.toLowerCase(Locale.ROOT);
            String value = String.join(", ", from.getAll(name));
            // The server marks what it leaves to others to compress as "identity".
            boolean identity = key.equals("content-encoding") && value.equals("identity");
            if (!identity && !NOT_FORWARDED.contains(key)) {
                headers.put(key, value);
            }
        }
        return headers;
    }

    private static boolean isText(String contentType) {
        String type = contentType.toLowerCase(Locale.ROOT);
        return type.isEmpty()
                || type.startsWith("text/")
                || type.contains("json")
                || type.contains("yaml")
                || type.contains("javascript")
                || type.contains("xml");
    }

    /** Whether the value of {@code Accept-Encoding} names gzip, or everything, without refusing it by {@code q=0}. */
    static boolean readsGzip(String acceptEncoding) {
        boolean reads = false;
        for (String part : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] coding = part.strip().split("\\s*;\\s*", -1);
            boolean refused = coding.length > 1 && coding[1].matches("q=0(\\.0*)?");
            if (coding[0].equals("gzip")) {
                return !refused;
            }
            reads |= coding[0].equals("*") && !refused;
        }
        return reads;
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream(bytes.length / 4);
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory can always be written to", e);
        }
        return zipped.toByteArray();
    }
}
