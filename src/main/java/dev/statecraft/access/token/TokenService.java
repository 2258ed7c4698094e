package dev.statecraft.access.token;

import dev.statecraft.access.AccessConfig;
import dev.statecraft.access.Caller;
import dev.statecraft.access.PlayerTokenClaims;
import dev.statecraft.access.Scope;
import dev.statecraft.access.key.AccessKey;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.access.signing.SigningKeyService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Creates and verifies tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256; no other algorithm is accepted. Time
 * is divided into periods of {@code signing-key-life}, each with its own signing key; the header {@code kid} of a token
 * is its period. A token is valid only while the API key from which it was created is valid.
 */
@ApplicationScoped
public class TokenService {

    private final SigningKeyService signingKeys;
    private final KeyService keys;
    private final AccessConfig config;
    private final Clock clock;

    TokenService(SigningKeyService signingKeys, KeyService keys, AccessConfig config, Clock clock) {
        this.signingKeys = signingKeys;
        this.keys = keys;
        this.config = config;
        this.clock = clock;
        if (config.signingKeyLife().compareTo(config.tokenLife()) < 0
                || config.signingKeyLife().compareTo(config.playerTokenLife()) < 0) {
            throw new IllegalStateException(
                    "statecraft.access.signing-key-life is shorter than the lifetime of a token");
        }
    }

    /** A token and its expiry. */
    public record Token(String token, Instant expiresAt) {}

    /** Creates a token with the scopes of an API key. */
    public Token create(Caller caller) {
        return sign(caller.name(), caller, caller.scopes(), null, config.tokenLife());
    }

    /** Creates a player token. It has at most the scopes of the server that requests it. */
    public Token create(Caller caller, Set<Scope> scopes, PlayerTokenClaims pass) {
        Set<Scope> both = new HashSet<>(scopes);
        both.retainAll(caller.scopes());
        return sign(pass.playerId(), caller, both, pass, config.playerTokenLife());
    }

    private Token sign(
            String subject, Caller caller, Set<Scope> scopes, @Nullable PlayerTokenClaims pass, Duration life) {
        Instant now = clock.instant();
        Instant expiresAt = now.plus(life);
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(TokenReader.ISSUER);
        claims.setAudience(TokenReader.AUDIENCE);
        claims.setSubject(subject);
        claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
        claims.setExpirationTime(NumericDate.fromSeconds(expiresAt.getEpochSecond()));
        claims.setStringClaim(TokenReader.KEY_CLAIM, caller.keyId());
        claims.setStringClaim(TokenReader.GAME_CLAIM, caller.game());
        claims.setStringListClaim(
                TokenReader.SCOPES_CLAIM,
                scopes.stream().map(Scope::text).sorted().toList());
        if (pass != null) {
            claims.setStringClaim(TokenReader.PLAYER_CLAIM, pass.playerId());
            claims.setStringListClaim(
                    TokenReader.SPACES_CLAIM, pass.spaces().stream().sorted().toList());
            claims.setStringListClaim(
                    TokenReader.BOARDS_CLAIM, pass.boards().stream().sorted().toList());
        }
        long period = signingKeys.period(now);
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        signature.setHeader("typ", "JWT");
        signature.setKeyIdHeaderValue(Long.toString(period));
        signature.setPayload(claims.toJson());
        signature.setKey(signingKeys.signingKey(period));
        try {
            return new Token(signature.getCompactSerialization(), Instant.ofEpochSecond(expiresAt.getEpochSecond()));
        } catch (JoseException e) {
            throw new IllegalStateException("A token could not be signed", e);
        }
    }

    /** The caller of a token; empty if the token or its API key is invalid or expired. Cost: up to 2 RCU. */
    public Optional<Caller> read(String token) {
        return TokenReader.read(token, clock.instant(), signingKeys::verificationKey)
                .flatMap(claims -> keys.find(claims.keyId())
                        .filter(key -> key.game().equals(claims.game()))
                        .map(key -> caller(key, claims)));
    }

    private static Caller caller(AccessKey key, TokenReader.Claims claims) {
        Set<Scope> scopes = new HashSet<>(claims.scopes());
        scopes.retainAll(key.scopes());
        return new Caller(key.game(), claims.subject(), key.id(), true, scopes, claims.pass(), claims.expiresAt());
    }
}
