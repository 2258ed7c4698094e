package dev.statecraft.http.json;

import dev.statecraft.http.OptionalBody;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.table.Sha256;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Processes every request body before it is bound, over HTTP and in API Gateway events: decompresses it, limits its
 * decompressed length, and validates JSON ({@link JsonCheck}). The HTTP server does not decompress bodies, because the
 * in-memory channel cannot, and because a malformed archive is a problem response here instead of a closed connection.
 */
@jakarta.ws.rs.ext.Provider
public class RequestBody implements ReaderInterceptor {

    /** The request property with the SHA-256, in hexadecimal, of a signed body; not set if the body is not signed. */
    public static final String SIGNED_CONTENT = "statecraft.signed-content";

    private final Provider<Integer> limitBytes;
    private final Provider<RequestJson> requests;

    /**
     * Interceptors are instantiated when a native executable is built, so the configuration is read per request.
     *
     * @param limitBytes maximum bytes of a request body, counted after decompression; a larger body is rejected with 413
     */
    @Inject
    public RequestBody(
            @ConfigProperty(name = "statecraft.limits.body-bytes") Provider<Integer> limitBytes,
            Provider<RequestJson> requests) {
        this.limitBytes = limitBytes;
        this.requests = requests;
    }

    @Override
    public @Nullable Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        byte[] body = read(context.getInputStream(), context.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING));
        checkSigned(body, context.getProperty(SIGNED_CONTENT));
        if (body.length == 0 && isOptional(context.getAnnotations())) {
            return null;
        }
        boolean json = isJson(context.getMediaType()) && !isRaw(context.getType());
        if (json && BulkRequest.class.isAssignableFrom(context.getType())) {
            return requests.get().readBulk(body, context.getType());
        }
        context.setInputStream(new ByteArrayInputStream(json ? JsonCheck.checked(body) : body));
        return context.proceed();
    }

    /** Rejects a body that differs from the signed one; {@code content} is null if the body is not signed. */
    static void checkSigned(byte[] body, @Nullable Object content) {
        if (content != null && !content.equals(Sha256.hex(body))) {
            throw new ProblemException(Problem.unauthorized("The body does not match the signed content hash."));
        }
    }

    /**
     * Reads and decompresses a body.
     *
     * @param encoding value of {@code Content-Encoding}; null if it is missing
     * @throws ProblemException 400, 413 or 415 if the body is malformed, too large, or has another encoding
     */
    byte[] read(InputStream body, @Nullable String encoding) {
        return decoded(received(body), encoding);
    }

    private byte[] received(InputStream body) {
        try {
            return limited(body);
        } catch (IOException e) {
            throw new ProblemException(Problem.badRequest(null, "The body is incomplete."));
        }
    }

    private byte[] decoded(byte[] body, @Nullable String encoding) {
        if (encoding == null || encoding.equalsIgnoreCase("identity")) {
            return body;
        }
        if (!encoding.toLowerCase(Locale.ROOT).equals("gzip")) {
            throw new ProblemException(Problem.of(
                    415,
                    "unsupported-encoding",
                    "The content encoding is not supported",
                    "Send gzip or no content encoding."));
        }
        try (InputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return limited(unzipped);
        } catch (IOException e) {
            throw new ProblemException(Problem.badRequest(null, "The body is not valid gzip."));
        }
    }

    private byte[] limited(InputStream in) throws IOException {
        int limit = limitBytes.get();
        byte[] bytes = in.readNBytes(limit + 1);
        if (bytes.length > limit) {
            throw new ProblemException(Problem.tooLarge(limit));
        }
        return bytes;
    }

    /** Whether the parameter with these annotations is a body that may be missing. */
    static boolean isOptional(Annotation @Nullable [] annotations) {
        return annotations != null
                && Arrays.stream(annotations).anyMatch(annotation -> annotation instanceof OptionalBody);
    }

    private static boolean isJson(@Nullable MediaType type) {
        return type != null
                && (type.getSubtype().equals("json") || type.getSubtype().endsWith("+json"));
    }

    /** Whether a resource reads the raw body, for example to verify a signature over it. */
    private static boolean isRaw(Class<?> type) {
        return type == byte[].class || type == String.class || type == InputStream.class;
    }
}
