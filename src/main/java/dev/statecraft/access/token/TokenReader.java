package dev.statecraft.access.token;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.PlayerTokenClaims;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import java.io.IOException;
import java.security.Key;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Parses and verifies tokens. It accepts only the form that {@code TokenService} creates, although RFC 7515 and RFC
 * 7519 allow more: three parts, the header fields {@code alg}, {@code typ} and {@code kid} and no others (so no {@code
 * crit}), each field once and with the type that the server writes. Any other text is an invalid token; no method
 * throws.
 */
public final class TokenReader {

    public static final String ISSUER = "statecraft";
    public static final String AUDIENCE = "statecraft";
    public static final String KEY_CLAIM = "key";
    public static final String GAME_CLAIM = "game";
    public static final String SCOPES_CLAIM = "scopes";
    static final String PLAYER_CLAIM = "player";
    static final String SPACES_CLAIM = "spaces";
    static final String BOARDS_CLAIM = "boards";

    /** Maximum length of a token. A token with the maximum number of names is shorter. */
    static final int MAX_LENGTH = 16_384;

    /** The last second of the year 9999. */
    private static final long LAST_SECOND = 253_402_300_799L;

    private static final Set<String> HEADER_FIELDS = Set.of("alg", "typ", "kid");

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    private static final Pattern PERIOD = Pattern.compile("[0-9]{1,18}");

    private static final AlgorithmConstraints ALGORITHM =
            new AlgorithmConstraints(ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256);

    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * The claims of a token.
     *
     * @param keyId the API key from which the token was created
     * @param scopes the scopes of the token; the API key must still have them
     */
    record Claims(
            String keyId,
            String game,
            String subject,
            Set<Scope> scopes,
            @Nullable PlayerTokenClaims pass,
            Instant expiresAt) {}

    private TokenReader() {}

    /**
     * The claims of a token; empty if the token is malformed, expired, or its signature is wrong.
     *
     * @param keys returns the signing key of a period; empty if tokens of that period are not accepted
     */
    static Optional<Claims> read(String token, Instant now, LongFunction<Optional<Key>> keys) {
        if (token.length() > MAX_LENGTH || !FORM.matcher(token).matches()) {
            return Optional.empty();
        }
        String[] parts = token.split("\\.", -1);
        return object(parts[0])
                .flatMap(TokenReader::period)
                .flatMap(keys::apply)
                .filter(key -> isSigned(token, key))
                .flatMap(key -> object(parts[1]))
                .flatMap(claims -> claims(claims, now));
    }

    private static Optional<ObjectNode> object(String part) {
        try {
            return STRICT.readTree(Base64.getUrlDecoder().decode(part)) instanceof ObjectNode object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (IllegalArgumentException | IOException e) {
            // The part is not base64 or not a JSON object.
            return Optional.empty();
        }
    }

    /** The period in the {@code kid} of a header; empty if the header does not have the expected form. */
    private static Optional<Long> period(ObjectNode header) {
        boolean known = header.properties().stream()
                .allMatch(field -> HEADER_FIELDS.contains(field.getKey())
                        && field.getValue().isTextual());
        String kid = header.path("kid").asText();
        return known
                        && header.path("alg").asText().equals(AlgorithmIdentifiers.HMAC_SHA256)
                        && header.path("typ").asText("JWT").equals("JWT")
                        && PERIOD.matcher(kid).matches()
                ? Optional.of(Long.parseLong(kid))
                : Optional.empty();
    }

    private static boolean isSigned(String token, Key key) {
        try {
            JsonWebSignature signature = new JsonWebSignature();
            signature.setAlgorithmConstraints(ALGORITHM);
            signature.setCompactSerialization(token);
            signature.setKey(key);
            return signature.verifySignature();
        } catch (JoseException e) {
            return false;
        }
    }

    private static Optional<Claims> claims(ObjectNode claims, Instant now) {
        long second = now.getEpochSecond();
        Optional<Long> expires = seconds(claims.path("exp"));
        boolean valid = is(claims.path("iss"), ISSUER)
                && is(claims.path("aud"), AUDIENCE)
                && seconds(claims.path("iat")).isPresent()
                && expires.filter(end -> second < end).isPresent()
                && (!claims.has("nbf")
                        || seconds(claims.path("nbf"))
                                .filter(begin -> begin <= second)
                                .isPresent());
        String keyId = text(claims.path(KEY_CLAIM));
        String game = text(claims.path(GAME_CLAIM));
        String subject = text(claims.path("sub"));
        Set<String> scopes = texts(claims.path(SCOPES_CLAIM));
        if (!valid || keyId == null || !Ids.isStored(keyId) || game == null || subject == null || scopes == null) {
            return Optional.empty();
        }
        PlayerTokenClaims pass = pass(claims);
        if (pass == null && claims.has(PLAYER_CLAIM)) {
            return Optional.empty();
        }
        Set<Scope> known = new HashSet<>();
        scopes.forEach(scope -> Scope.of(scope).ifPresent(known::add));
        return Optional.of(new Claims(keyId, game, subject, known, pass, Instant.ofEpochSecond(expires.orElseThrow())));
    }

    private static @Nullable PlayerTokenClaims pass(ObjectNode claims) {
        String player = text(claims.path(PLAYER_CLAIM));
        Set<String> spaces = texts(claims.path(SPACES_CLAIM));
        Set<String> boards = texts(claims.path(BOARDS_CLAIM));
        return player == null || !Ids.isStored(player) || spaces == null || boards == null
                ? null
                : new PlayerTokenClaims(player, spaces, boards);
    }

    private static boolean is(JsonNode claim, String wanted) {
        return claim.isTextual() && claim.textValue().equals(wanted);
    }

    private static @Nullable String text(JsonNode claim) {
        return claim.isTextual() && !claim.textValue().isEmpty() ? claim.textValue() : null;
    }

    private static @Nullable Set<String> texts(JsonNode claim) {
        if (!claim.isArray()) {
            return null;
        }
        Set<String> texts = new HashSet<>();
        for (JsonNode each : claim) {
            if (!each.isTextual()) {
                return null;
            }
            texts.add(each.textValue());
        }
        return texts;
    }

    /** A time in Unix seconds; empty if the claim is not an integer between 0 and the year 9999. */
    private static Optional<Long> seconds(JsonNode claim) {
        return claim.isIntegralNumber()
                        && claim.canConvertToLong()
                        && claim.longValue() >= 0
                        && claim.longValue() <= LAST_SECOND
                ? Optional.of(claim.longValue())
                : Optional.empty();
    }
}
