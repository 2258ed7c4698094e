package dev.statecraft.erasure;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code roblox-signature} of Roblox's webhooks: {@code t=<Unix seconds>,v1=<base64 of HMAC-SHA256>}. The
 * signed bytes are the time, a dot, and the raw body.
 */
final class RobloxSignature {

    private static final Pattern HEADER =
            Pattern.compile("\\s*t=(?<time>[0-9]{1,12})\\s*,\\s*v1=(?<mac>[A-Za-z0-9+/]{43}=)\\s*");

    private RobloxSignature() {}

    /** Result of a check. Constants are listed in order of precedence. */
    enum Verdict {
        /** The header is malformed, or does not match the secret and the body. */
        FORGED,
        /** The signature matches, but its time differs from the current time by more than the tolerance. */
        STALE,
        /** The signature is valid. */
        GOOD
    }

    /** Checks a signature in constant time. */
    static Verdict check(@Nullable String header, byte[] body, String secret, Instant now, Duration tolerance) {
        Matcher parts = HEADER.matcher(header == null ? "" : header);
        if (!parts.matches()) {
            return Verdict.FORGED;
        }
        String time = parts.group("time");
        if (!MessageDigest.isEqual(mac(time, body, secret), Base64.getDecoder().decode(parts.group("mac")))) {
            return Verdict.FORGED;
        }
        try {
            Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(time)), now)
                    .abs();
            return age.compareTo(tolerance) > 0 ? Verdict.STALE : Verdict.GOOD;
        } catch (DateTimeException e) {
            return Verdict.STALE;
        }
    }

    static byte[] mac(String time, byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has HMAC-SHA256", e);
        }
    }
}
