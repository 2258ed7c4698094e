package dev.statecraft.erasure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.erasure.RobloxSignature.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

public class RobloxSignatureTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
    private static final byte[] BODY = "{\"EventType\":\"x\"}".getBytes(StandardCharsets.UTF_8);
    private static final Duration TOLERANCE = Duration.ofMinutes(10);

    /** Computed with another implementation: Python's hmac. */
    @Test
    void mac_isHmacSha256OverTimeDotBody() {
        String signed = "t=1800000000,v1=3WwGQRWvMdd9hJ9fI7CJLxGhPmcq/0Xw1tbDkBf9RWQ=";
        assertEquals(signed, signed(NOW, BODY, "secret"));
        assertEquals(Verdict.GOOD, check(signed, BODY));
    }

    @Test
    void differentBodySecretOrTime_isForged() {
        String good = signed(NOW, BODY, "secret");
        assertEquals(Verdict.FORGED, check(good, "{}".getBytes(StandardCharsets.UTF_8)));
        assertEquals(Verdict.FORGED, check(signed(NOW, BODY, "other"), BODY));
        assertEquals(Verdict.FORGED, check(good.replace("t=1800000000", "t=1800000001"), BODY));
    }

    @Test
    void timeOutsideTheTolerance_isStale() {
        assertEquals(Verdict.GOOD, check(signed(NOW.minus(TOLERANCE), BODY, "secret"), BODY));
        assertEquals(Verdict.STALE, check(signed(NOW.minus(TOLERANCE).minusSeconds(1), BODY, "secret"), BODY));
        assertEquals(Verdict.STALE, check(signed(NOW.plus(TOLERANCE).plusSeconds(1), BODY, "secret"), BODY));
    }

    @Test
    void malformedSignature_isForged() {
        for (String header : new String[] {null, "", "t=1", "v1=abc", "t=1,v1=", "t=x,v1=" + "A".repeat(43) + "="}) {
            assertEquals(Verdict.FORGED, check(header, BODY), header);
        }
    }

    private static Verdict check(String header, byte[] body) {
        return RobloxSignature.check(header, body, "secret", NOW, TOLERANCE);
    }

    public static String signed(Instant at, byte[] body, String secret) {
        String time = Long.toString(at.getEpochSecond());
        return "t=" + time + ",v1=" + Base64.getEncoder().encodeToString(RobloxSignature.mac(time, body, secret));
    }
}
