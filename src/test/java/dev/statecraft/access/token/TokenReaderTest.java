package dev.statecraft.access.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.PlayerTokenClaims;
import dev.statecraft.access.Scope;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that are signed with the right key but differ from valid tokens, and generated tokens. */
class TokenReaderTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant NOW = Instant.ofEpochSecond(1_780_000_000);
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"20601\"}";
    private static final String CLAIMS = "{\"iss\":\"statecraft\",\"aud\":\"statecraft\",\"sub\":\"ada\","
            + "\"iat\":1779999990,\"exp\":1780000060,\"key\":\"abc\",\"game\":\"default\",\"scopes\":[\"board:read\"],"
            + "\"player\":\"ada\",\"spaces\":[\"a\"],\"boards\":[]}";

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String signed(String header, String claims) {
        String text =
                base64(header.getBytes(StandardCharsets.UTF_8)) + "." + base64(claims.getBytes(StandardCharsets.UTF_8));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
            return text + "." + base64(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<TokenReader.Claims> read(String token) {
        Key key = new HmacKey(SECRET);
        return TokenReader.read(token, NOW, period -> period == 20_601 ? Optional.of(key) : Optional.empty());
    }

    @Test
    void validToken_isRead() {
        TokenReader.Claims claims = read(signed(HEADER, CLAIMS)).orElseThrow();
        assertEquals("abc", claims.keyId());
        assertEquals(Set.of(Scope.BOARD_READ), claims.scopes());
        assertEquals(new PlayerTokenClaims("ada", Set.of("a"), Set.of()), claims.pass());
        assertEquals(Instant.ofEpochSecond(1_780_000_060), claims.expiresAt());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'alg':'none','kid':'20601'}",
                "{'alg':'HS512','kid':'20601'}",
                "{'alg':'hs256','kid':'20601'}",
                "{'alg':'RS256','kid':'20601'}",
                "{'alg':['HS256'],'kid':'20601'}",
                "{'alg':null,'kid':'20601'}",
                "{'kid':'20601'}",
                "{'alg':'HS256'}",
                "{'alg':'HS256','kid':20601}",
                "{'alg':'HS256','kid':null}",
                "{'alg':'HS256','kid':['20601']}",
                "{'alg':'HS256','kid':{'a':'20601'}}",
                "{'alg':'HS256','kid':''}",
                "{'alg':'HS256','kid':'-20601'}",
                "{'alg':'HS256','kid':'99999999999999999999'}",
                "{'alg':'HS256','kid':'20603'}",
                "{'alg':'HS256','kid':'20601','kid':'20601'}",
                "{'alg':'none','alg':'HS256','kid':'20601'}",
                "{'alg':'HS256','kid':'20601','crit':[]}",
                "{'alg':'HS256','kid':'20601','crit':['exp']}",
                "{'alg':'HS256','kid':'20601','crit':'b64'}",
                "{'alg':'HS256','kid':'20601','b64':false}",
                "{'alg':'HS256','kid':'20601','zip':'DEF'}",
                "{'alg':'HS256','kid':'20601','jwk':{}}",
                "{'alg':'HS256','kid':'20601','typ':1}",
                "{'alg':'HS256','kid':'20601','typ':'at+jwt'}",
                "[]",
                "null",
                "''",
                "{",
                "{} {}"
            })
    void unexpectedHeader_isRejected(String header) {
        assertEquals(Optional.empty(), read(signed(header.replace('\'', '"'), CLAIMS)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iss:'another'",
                "iss:['statecraft']",
                "aud:['statecraft']",
                "aud:5",
                "sub:5",
                "sub:''",
                "sub:null",
                "iat:'1779999990'",
                "iat:-1",
                "iat:1e400",
                "exp:'1780000060'",
                "exp:1779999999",
                "exp:1780000000",
                "exp:1780000060.5",
                "exp:1e308",
                "exp:9223372036854775807",
                "exp:99999999999999999999999999",
                "exp:-1",
                "exp:true",
                "exp:[1780000060]",
                "exp:{}",
                "exp:null",
                "nbf:1780000001",
                "nbf:'0'",
                "key:5",
                "key:''",
                "key:'a#b'",
                "key:['abc']",
                "key:null",
                "game:{}",
                "game:null",
                "scopes:'board:read'",
                "scopes:[[['board:read']]]",
                "scopes:[1]",
                "scopes:[null]",
                "scopes:{}",
                "scopes:null",
                "player:5",
                "player:null",
                "player:''",
                "player:['ada']",
                "spaces:'a'",
                "spaces:[['a']]",
                "spaces:null",
                "boards:5",
                "boards:[true]"
            })
    void claimOfWrongTypeOrRange_isRejected(String claim) throws Exception {
        String name = claim.substring(0, claim.indexOf(':'));
        String value = claim.substring(claim.indexOf(':') + 1).replace('\'', '"');
        ObjectNode claims = (ObjectNode) MAPPER.readTree(CLAIMS);
        String text = claims.put(name, "@@").toString().replace("\"@@\"", value);
        assertEquals(Optional.empty(), read(signed(HEADER, text)), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iss", "aud", "sub", "iat", "exp", "key", "game", "scopes", "spaces", "boards"})
    void missingOrDuplicateClaim_isRejected(String name) throws Exception {
        ObjectNode claims = (ObjectNode) MAPPER.readTree(CLAIMS);
        String twice = CLAIMS.substring(0, CLAIMS.length() - 1) + ",\"" + name + "\":" + claims.get(name) + "}";
        assertEquals(Optional.empty(), read(signed(HEADER, twice)));
        claims.remove(name);
        assertEquals(Optional.empty(), read(signed(HEADER, claims.toString())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b", "a.b.c.d", "a.b.c.d.e", "token=", "=.=.=", "a b.c.d", "é.é.é"})
    void malformedToken_isRejected(String token) {
        assertEquals(Optional.empty(), read(token));
    }

    @Test
    void tooLongToken_isRejected() {
        String padded = CLAIMS.replace("\"ada\",\"iat\"", "\"" + "a".repeat(20_000) + "\",\"iat\"");
        assertEquals(Optional.empty(), read(signed(HEADER, padded)));
        assertEquals(Optional.empty(), read("a".repeat(10_000_000)));
    }

    @Test
    void signatureOfAnotherToken_isRejected() {
        String[] parts = signed(HEADER, CLAIMS).split("\\.", -1);
        String other = base64(CLAIMS.replace("board:read", "system:admin").getBytes(StandardCharsets.UTF_8));
        assertEquals(Optional.empty(), read(parts[0] + "." + other + "." + parts[2]));
        assertEquals(Optional.empty(), read(parts[0] + "." + parts[1] + "." + parts[2].substring(1)));
        assertEquals(Optional.empty(), read(parts[0] + "." + parts[1] + "."));
    }

    /** Every mutation of a valid token is rejected or has the same claims. */
    @Test
    void generatedTokens_areReadOrRejectedWithoutException() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Optional<TokenReader.Claims> ours = read(signed(HEADER, CLAIMS));
        List<String> pieces = List.of(
                "{",
                "}",
                "[",
                "]",
                "\"",
                ":",
                ",",
                "null",
                "true",
                "1e999",
                "-0",
                "\\ud800",
                "\"exp\"",
                "\"kid\"",
                "\"crit\":[]",
                "\u0000",
                "é",
                "9".repeat(400),
                "[".repeat(2_000),
                "{\"a\":".repeat(2_000));
        for (int i = 0; i < 20_000; i++) {
            String header = random.nextInt(3) == 0 ? changed(HEADER, pieces, random) : HEADER;
            String claims = random.nextInt(3) > 0 ? changed(CLAIMS, pieces, random) : CLAIMS;
            String token = signed(header, claims);
            if (random.nextInt(4) == 0) {
                token = changed(token, List.of(".", "=", "A", "%", "_", ""), random);
            }
            Optional<TokenReader.Claims> read;
            try {
                read = read(token);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + ": " + header + claims, e);
            }
            assertTrue(read.isEmpty() || !claims.equals(CLAIMS) || read.equals(ours), "seed " + seed + ": " + token);
        }
    }

    private static String changed(String text, List<String> pieces, Random random) {
        List<String> parts = new ArrayList<>();
        int from = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), from + random.nextInt(4));
        parts.add(text.substring(0, from));
        parts.add(pieces.get(random.nextInt(pieces.size())));
        parts.add(text.substring(to));
        return String.join("", parts);
    }
}
