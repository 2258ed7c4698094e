package dev.statecraft.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Makes tokens and reads them back: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256 and nothing else. Time is cut
 * into periods of {@code signing-key-life}, each with a key of its own; a token names its period as {@code kid}. A token
 * is good only as long as the key it was made from.
 */
@ApplicationScoped
public class TokenService {

    static final String ISSUER = "statecraft";
    static final String AUDIENCE = "statecraft";
    static final String KEY_CLAIM = "key";
    static final String GAME_CLAIM = "game";
    static final String SCOPES_CLAIM = "scopes";
    static final String PLAYER_CLAIM = "player";
    static final String SPACES_CLAIM = "spaces";
    static final String BOARDS_CLAIM = "boards";

    private static final int KEY_BYTES = 32;
    private static final int MOST_CACHED = 8;

    private final SigningKeyStore signingKeys;
    private final KeyService keys;
    private final AccessConfig config;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<Long, Key> known = new ConcurrentHashMap<>();

    TokenService(SigningKeyStore signingKeys, KeyService keys, AccessConfig config, Clock clock) {
        this.signingKeys = signingKeys;
        this.keys = keys;
        this.config = config;
        this.clock = clock;
        if (config.signingKeyLife().compareTo(config.tokenLife()) < 0
                || config.signingKeyLife().compareTo(config.playerTokenLife()) < 0) {
            throw new IllegalStateException("statecraft.access.signing-key-life is shorter than a token lives");
        }
    }

    /** A token and until when it is good. */
    public record Token(String token, Instant expiresAt) {}

    /** A token that stands for a key. */
    public Token make(Caller caller) {
        return sign(caller.name(), caller, caller.scopes(), null, config.tokenLife());
    }

    /** A token for a player, made by a server and never good for more than it. */
    public Token make(Caller caller, Set<Scope> scopes, PlayerPass pass) {
        Set<Scope> both = new HashSet<>(scopes);
        both.retainAll(caller.scopes());
        return sign(pass.playerId(), caller, both, pass, config.playerTokenLife());
    }

    private Token sign(String subject, Caller caller, Set<Scope> scopes, @Nullable PlayerPass pass, Duration life) {
        Instant now = clock.instant();
        Instant expiresAt = now.plus(life);
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(ISSUER);
        claims.setAudience(AUDIENCE);
        claims.setSubject(subject);
        claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
        claims.setExpirationTime(NumericDate.fromSeconds(expiresAt.getEpochSecond()));
        claims.setStringClaim(KEY_CLAIM, caller.keyId());
        claims.setStringClaim(GAME_CLAIM, caller.game());
        claims.setStringListClaim(
                SCOPES_CLAIM, scopes.stream().map(Scope::text).sorted().toList());
        if (pass != null) {
            claims.setStringClaim(PLAYER_CLAIM, pass.playerId());
            claims.setStringListClaim(
                    SPACES_CLAIM, pass.spaces().stream().sorted().toList());
            claims.setStringListClaim(
                    BOARDS_CLAIM, pass.boards().stream().sorted().toList());
        }
        long period = period(now);
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        signature.setHeader("typ", "JWT");
        signature.setKeyIdHeaderValue(Long.toString(period));
        signature.setPayload(claims.toJson());
        signature.setKey(signingKey(period));
        try {
            return new Token(signature.getCompactSerialization(), Instant.ofEpochSecond(expiresAt.getEpochSecond()));
        } catch (JoseException e) {
            throw new IllegalStateException("A token is made of values that can be signed", e);
        }
    }

    /** Who a token stands for; empty if it is not one of ours, or not good any more, for whatever reason. */
    public Optional<Caller> read(String token) {
        return TokenReader.read(token, clock.instant(), this::verificationKey)
                .flatMap(claims -> keys.find(claims.keyId())
                        .filter(key -> key.game().equals(claims.game()))
                        .map(key -> caller(key, claims)));
    }

    private static Caller caller(AccessKey key, TokenReader.Claims claims) {
        Set<Scope> scopes = new HashSet<>(claims.scopes());
        scopes.retainAll(key.scopes());
        return new Caller(key.game(), claims.subject(), key.id(), true, scopes, claims.pass(), claims.expiresAt());
    }

    /** The key of a period that a token can be from and still be good; nothing is read for any other. */
    private Optional<Key> verificationKey(long period) {
        long now = period(clock.instant());
        // Clocks of instances differ: one that is ahead may sign with the next key already.
        if (period < now - 1 || period > now + 1) {
            return Optional.empty();
        }
        Optional<Key> key = Optional.ofNullable(known.get(period))
                .or(() -> signingKeys.read(period).map(HmacKey::new));
        key.ifPresent(found -> remember(period, found));
        return key;
    }

    /**
     * Bytes that only this deployment can compute: HMAC-SHA256 over a text with the signing key of a moment. No text that is
     * signed in a token has a line break, so a text with one is never taken for a token.
     *
     * @param at a moment whose signing key is still kept: of this period or one of the two before
     */
    byte[] derive(Instant at, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(signingKey(period(at)));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HmacSHA256", e);
        }
    }

    private Key signingKey(long period) {
        Key cached = known.get(period);
        if (cached != null) {
            return cached;
        }
        Optional<byte[]> stored = signingKeys.read(period);
        if (stored.isEmpty()) {
            byte[] made = new byte[KEY_BYTES];
            random.nextBytes(made);
            signingKeys.create(
                    period, made, (period + 3) * config.signingKeyLife().toSeconds());
            Arrays.fill(made, (byte) 0);
            stored = signingKeys.read(period);
        }
        Key key = new HmacKey(
                stored.orElseThrow(() -> new IllegalStateException("A signing key is gone right after it was made")));
        remember(period, key);
        return key;
    }

    private void remember(long period, Key key) {
        if (known.size() >= MOST_CACHED) {
            known.clear();
        }
        known.put(period, key);
    }

    private long period(Instant now) {
        return now.getEpochSecond() / config.signingKeyLife().toSeconds();
    }
}
