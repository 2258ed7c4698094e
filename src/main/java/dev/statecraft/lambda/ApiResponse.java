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

/** Collects the parts of one response from the in-memory channel and converts them to an API Gateway response. */
final class ApiResponse implements VirtualResponseHandler {

    /** Minimum size of a compressed response; compression of smaller ones costs more time than it saves. */
    private static final int MIN_COMPRESSED_BYTES = 1_024;

    /** Headers that describe the in-memory connection. */
    private static final Set<String> NOT_FORWARDED =
            Set.of("connection", "content-length", "keep-alive", "set-cookie", "transfer-encoding");

    private final CompletableFuture<HttpResponse> complete;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HttpResponse head;

    /** @param complete is completed with the head of the response after its last part */
    ApiResponse(CompletableFuture<HttpResponse> complete) {
        this.complete = complete;
    }

    /** Waits until the response is complete. */
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
        // Has no effect after the response is complete.
        complete.completeExceptionally(
                new IllegalStateException("The connection was closed before the response was complete"));
    }

    /**
     * The response for API Gateway: values of a repeated header are joined, cookies are separate, and binary bodies are
     * base64. Larger text is compressed for clients that accept gzip.
     */
    APIGatewayV2HTTPResponse gatewayResponse(String acceptEncoding) {
        HttpResponse response = complete.join();
        Map<String, String> headers = headers(response.headers());
        String type = headers.getOrDefault("content-type", "");
        boolean text = isText(type) && !headers.containsKey("content-encoding");
        byte[] bytes = body.toByteArray();
        if (text && bytes.length >= MIN_COMPRESSED_BYTES && acceptsGzip(acceptEncoding)) {
            // VaryHeader has already added Accept-Encoding to the header Vary.
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
            // The server marks a response that it leaves uncompressed as "identity".
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

    /** Whether a value of {@code Accept-Encoding} accepts gzip: by name or by {@code *}, without {@code q=0}. */
    static boolean acceptsGzip(String acceptEncoding) {
        boolean accepted = false;
        for (String part : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] coding = part.strip().split("\\s*;\\s*", -1);
            boolean excluded = coding.length > 1 && coding[1].matches("q=0(\\.0*)?");
            if (coding[0].equals("gzip")) {
                return !excluded;
            }
            accepted |= coding[0].equals("*") && !excluded;
        }
        return accepted;
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream(bytes.length / 4);
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("A write to memory failed", e);
        }
        return zipped.toByteArray();
    }
}
