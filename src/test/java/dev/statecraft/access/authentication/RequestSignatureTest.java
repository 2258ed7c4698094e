package dev.statecraft.access.authentication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.access.authentication.RequestSignature.RequestLine;
import dev.statecraft.access.key.KeyFormat;
import dev.statecraft.table.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestSignatureTest {

    /** Computed with Python's hmac and hashlib. */
    private static final String KEY = "sk_0123456789ab_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    private static final String CONTENT = "1d34bea8894475576d731f3bb7155c632c12f25f025e59f6ce71bb3d8ab0532d";
    private static final String SIGNATURE = "860f8a01338762f66582dc6acf37df975fd81e48ab8f57a3db2f03f509a525b7";
    private static final String HEADER = "HMAC-SHA256 keyId=0123456789ab, timestamp=1780000000, nonce=abcdefghijklmnop,"
            + " content=" + CONTENT + ", signature=" + SIGNATURE;
    private static final RequestLine LINE = new RequestLine("POST", "/v1/leaderboards/race/scores", "rank=false");

    private final RequestSignature signature = RequestSignature.read(HEADER).orElseThrow();
    private final String hash = KeyFormat.read(KEY).orElseThrow().hash();

    @Test
    void signatureOfAnotherImplementation_matches() {
        assertEquals(SIGNATURE, signature.sign(LINE, hash));
        assertTrue(signature.isOf(LINE, hash));
    }

    /** The test vector of the guide to access, computed with Python's hmac and hashlib. */
    @Test
    void encodedPath_isSignedAsSent() throws IOException {
        String path = "/v1/leaderboards/race%3A1/scores";
        String content = Sha256.hex("{\"playerId\": \"ada\", \"value\": 1500}".getBytes(StandardCharsets.UTF_8));
        RequestSignature shown = RequestSignature.read(HEADER.replace(CONTENT, content)
                        .replace(SIGNATURE, "59e6069afa55fa13d935537f66496c2a466d63978dff9164fb3ad7a1f7ab7463"))
                .orElseThrow();
        assertTrue(shown.isOf(new RequestLine("POST", path, "rank=false"), hash));
        assertFalse(shown.isOf(new RequestLine("POST", path.replace("%3A", ":"), "rank=false"), hash));
        String guide = Files.readString(Path.of("src/site/markdown/guides/access.md"));
        for (String part : List.of(KEY, hash, path, content, shown.signature())) {
            assertTrue(guide.contains(part), part);
        }
    }

    @Test
    void everyPartOfTheRequest_isSigned() {
        assertFalse(signature.isOf(new RequestLine("PUT", LINE.path(), LINE.query()), hash));
        assertFalse(signature.isOf(new RequestLine("POST", LINE.path() + "/batch", LINE.query()), hash));
        assertFalse(signature.isOf(new RequestLine("POST", LINE.path(), null), hash));
        assertFalse(signature.isOf(LINE, "0" + hash.substring(1)));
        for (String other : new String[] {
            HEADER.replace("1780000000", "1780000001"),
            HEADER.replace("nonce=a", "nonce=b"),
            HEADER.replace("content=" + CONTENT, "content=" + "0".repeat(64)),
            HEADER.replace("0123456789ab,", "0123456789ac,")
        }) {
            assertFalse(RequestSignature.read(other).orElseThrow().isOf(LINE, hash), other);
        }
    }

    @Test
    void timestamp_isAcceptedWithinTheTolerance() {
        Instant made = Instant.ofEpochSecond(1_780_000_000);
        Duration tolerance = Duration.ofMinutes(5);
        assertTrue(signature.isFresh(made.plusSeconds(300), tolerance));
        assertTrue(signature.isFresh(made.minusSeconds(300), tolerance));
        assertFalse(signature.isFresh(made.plusSeconds(301), tolerance));
        assertFalse(signature.isFresh(made.minusSeconds(301), tolerance));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer x",
                "HMAC-SHA256",
                "HMAC-SHA256 ",
                "HMAC-SHA256 keyId=a",
                "HMAC-SHA256 keyId",
                "HMAC-SHA256 keyId=a,keyId=a,timestamp=1,nonce=abcdefghijklmnop,content=0,signature=0"
            })
    void malformedHeader_isRejected(String header) {
        assertEquals(Optional.empty(), RequestSignature.read(header));
    }

    @Test
    void missingDuplicateOrInvalidPart_isRejected() {
        for (String broken : new String[] {
            HEADER + ",more=1",
            HEADER.replace("timestamp=1780000000", "timestamp=-1"),
            HEADER.replace("timestamp=1780000000", "timestamp=17800000000000"),
            HEADER.replace("nonce=abcdefghijklmnop", "nonce=short"),
            HEADER.replace("nonce=abcdefghijklmnop", "nonce=abcdefghijklmno#"),
            HEADER.replace(SIGNATURE, SIGNATURE.toUpperCase(java.util.Locale.ROOT)),
            HEADER.replace("keyId=0123456789ab", "keyId="),
            HEADER.replace(CONTENT, CONTENT.substring(1))
        }) {
            assertEquals(Optional.empty(), RequestSignature.read(broken), broken);
        }
    }
}
