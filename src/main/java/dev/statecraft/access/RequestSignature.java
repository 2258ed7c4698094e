package dev.statecraft.access;

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
 * The signature of a request, HMAC-SHA256 (RFC 2104) over what it asks for, when, and a number used once. The key itself
 * is not sent. What it is made with is the SHA-256 of the key in hexadecimal, which is what is kept of a key here.
 *
 * @param timestamp when it was made, in epoch seconds
 * @param nonce told once only
 * @param content SHA-256 of the body in hexadecimal, before it is compressed; of nothing where there is none
 * @param signature in hexadecimal
 */
record RequestSignature(String keyId, long timestamp, String nonce, String content, String signature) {

    /** What the header {@code Authorization} begins with. */
    static final String SCHEME = "HMAC-SHA256 ";

    private static final Pattern KEY_ID = Pattern.compile("[0-9A-Za-z]{1,32}");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");
    private static final Pattern NONCE = Pattern.compile("[0-9A-Za-z_-]{16,64}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** What is asked for: path and query as they were sent, percent-encoded; the query without its question mark. */
    record RequestLine(String method, String path, @Nullable String query) {}

    /** Whether a header is meant as a signature. */
    static boolean isSignature(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /** Reads a header {@code HMAC-SHA256 keyId=…,timestamp=…,nonce=…,content=…,signature=…}; empty if it is none. */
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
        boolean whole = parts.size() == 5
                && KEY_ID.matcher(keyId).matches()
                && SECONDS.matcher(timestamp).matches()
                && NONCE.matcher(nonce).matches()
                && SHA256.matcher(content).matches()
                && SHA256.matcher(signature).matches();
        return whole
                ? Optional.of(new RequestSignature(keyId, Long.parseLong(timestamp), nonce, content, signature))
                : Optional.empty();
    }

    /** Whether it was made about now. */
    boolean isFresh(Instant now, Duration tolerance) {
        return Math.abs(now.getEpochSecond() - timestamp) <= tolerance.toSeconds();
    }

    /** Whether it is of this request and by who has the key of which this is the hash. */
    boolean isOf(RequestLine line, String keyHash) {
        byte[] expected = sign(line, keyHash).getBytes(StandardCharsets.US_ASCII);
        return MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.US_ASCII));
    }

    /** What the signature has to be. */
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
