package dev.statecraft.access.authentication;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The signature of a request: HMAC-SHA256 (RFC 2104) over the request line, a timestamp, a nonce and the hash of the
 * body. The API key itself is not sent. The MAC key is the SHA-256 of the API key in hexadecimal, which is also the
 * stored form of the API key.
 *
 * @param timestamp time of the signature, in Unix seconds
 * @param nonce a value that the client uses only once
 * @param content SHA-256 of the uncompressed body in hexadecimal; of zero bytes for a request without a body
 * @param signature the MAC in hexadecimal
 */
record RequestSignature(String keyId, long timestamp, String nonce, String content, String signature) {

    /** Prefix of the header {@code Authorization}. */
    static final String SCHEME = "HMAC-SHA256 ";

    private static final Pattern KEY_ID = Pattern.compile("[0-9A-Za-z]{1,32}");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");
    private static final Pattern NONCE = Pattern.compile("[0-9A-Za-z_-]{16,64}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** Method, path and query of a request, percent-encoded as sent; the query without its question mark. */
    record RequestLine(String method, String path, @Nullable String query) {}

    /** Whether a header has the scheme of signatures. */
    static boolean isSignature(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /**
     * Reads a header {@code HMAC-SHA256 keyId=…,timestamp=…,nonce=…,content=…,signature=…}; empty if it is malformed.
     */
    static Optional<RequestSignature> read(String header) {
        Map<String, String> parts = new HashMap<>();
        if (!isSignature(header)) {
            return Optional.empty();
        }
        for (String part : header.substring(SCHEME.length()).split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0
                    || parts.put(
                                    part.substring(0, equals).strip(),
                                    part.substring(equals + 1).strip())
                            != null) {
                return Optional.empty();
            }
        }
        String keyId = parts.getOrDefault("keyId", "");
        String timestamp = parts.getOrDefault("timestamp", "");
        String nonce = parts.getOrDefault("nonce", "");
        String content = parts.getOrDefault("content", "");
        String signature = parts.getOrDefault("signature", "");
        boolean valid = parts.size() == 5
                && KEY_ID.matcher(keyId).matches()
                && SECONDS.matcher(timestamp).matches()
                && NONCE.matcher(nonce).matches()
                && SHA256.matcher(content).matches()
                && SHA256.matcher(signature).matches();
        return valid
                ? Optional.of(new RequestSignature(keyId, Long.parseLong(timestamp), nonce, content, signature))
                : Optional.empty();
    }

    /** Whether the timestamp differs from the current time by at most the tolerance. */
    boolean isFresh(Instant now, Duration tolerance) {
        return Math.abs(now.getEpochSecond() - timestamp) <= tolerance.toSeconds();
    }

    /** Whether the signature matches a request and the hash of an API key. */
    boolean isOf(RequestLine line, String keyHash) {
        byte[] expected = sign(line, keyHash).getBytes(StandardCharsets.US_ASCII);
        return MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.US_ASCII));
    }

    /** The expected signature in hexadecimal. */
    String sign(RequestLine line, String keyHash) {
        String text = String.join(
                "\n",
                SCHEME.strip(),
                keyId,
                Long.toString(timestamp),
                nonce,
                line.method(),
                line.path(),
                line.query() == null ? "" : line.query(),
                content);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(keyHash.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HmacSHA256", e);
        }
    }
}
