package dev.statecraft.access.authentication;

import dev.statecraft.access.AccessConfig;
import dev.statecraft.access.Caller;
import dev.statecraft.access.key.AccessKey;
import dev.statecraft.access.key.KeyFormat;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.access.token.SocketToken;
import dev.statecraft.access.token.TokenService;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** Authenticates requests and new socket connections by their credentials. */
@ApplicationScoped
public class Authenticator {

    private static final String SCHEME = "Bearer ";
    private static final String KEY_PREFIX = "sk_";

    private final AccessConfig config;
    private final KeyService keys;
    private final TokenService tokens;

    @Inject
    public Authenticator(AccessConfig config, KeyService keys, TokenService tokens) {
        this.config = config;
        this.keys = keys;
        this.tokens = tokens;
    }

    /**
     * Authenticates a request if no read is needed: without a credential, and with the development key.
     *
     * @param credentials values of the header {@code Authorization}
     * @return empty if the credential must be looked up with {@link #authenticate(List)}
     * @throws ProblemException 401 if the credentials are missing or malformed
     */
    Optional<Caller> authenticateWithoutRead(List<String> credentials) {
        if (credentials.isEmpty()) {
            if (!keys.allowsAnonymous()) {
                throw new ProblemException(Problem.unauthorized("Send an API key: Authorization: Bearer <key>."));
            }
            return Optional.of(caller(keys.builtIn(Caller.ANONYMOUS, Caller.ANONYMOUS)));
        }
        String credential = single(credentials);
        return isDevelopmentKey(credential)
                ? Optional.of(caller(keys.builtIn(KeyService.DEVELOPMENT, "development")))
                : Optional.empty();
    }

    /**
     * Authenticates a request. Cost: up to 2 RCU; none while the key is cached.
     *
     * @param credentials values of the header {@code Authorization}
     * @throws ProblemException 401 if the credential is missing or invalid
     */
    public Caller authenticate(List<String> credentials) {
        return authenticateWithoutRead(credentials).orElseGet(() -> {
            String credential = single(credentials);
            return credential.startsWith(KEY_PREFIX) ? authenticateByKey(credential) : authenticateByToken(credential);
        });
    }

    /**
     * Authenticates a new socket connection. Cost: up to 2 RCU; none while the key is cached.
     *
     * @param credentials values of the header {@code Authorization}
     * @param token the token that {@link SocketToken} found
     * @throws ProblemException 401 if the credential is missing or invalid, or if there are several
     */
    public Caller authenticate(List<String> credentials, Optional<String> token) {
        if (token.isEmpty()) {
            return authenticate(credentials);
        }
        if (!credentials.isEmpty()) {
            throw new ProblemException(Problem.unauthorized("Send the Authorization header or a token, not both."));
        }
        return authenticateByToken(token.get());
    }

    /**
     * Authenticates by a token. An API key is not accepted here, because proxies may log a token of a socket address.
     *
     * @throws ProblemException 401 if the token is invalid
     */
    private Caller authenticateByToken(String token) {
        return tokens.read(token)
                .orElseThrow(() -> new ProblemException(Problem.unauthorized("The token is unknown or has expired.")));
    }

    private Caller authenticateByKey(String credential) {
        return KeyFormat.read(credential)
                .flatMap(keys::find)
                .map(Authenticator::caller)
                .orElseThrow(() ->
                        new ProblemException(Problem.unauthorized("The API key is unknown, revoked or expired.")));
    }

    static Caller caller(AccessKey key) {
        return new Caller(key.game(), key.name(), key.id(), false, key.scopes(), null);
    }

    private static String single(List<String> credentials) {
        if (credentials.size() != 1 || !credentials.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ProblemException(
                    Problem.unauthorized("Send exactly one credential: Authorization: Bearer <key>."));
        }
        return credentials.get(0).substring(SCHEME.length()).strip();
    }

    private boolean isDevelopmentKey(String credential) {
        return KeyService.isDevelopment()
                && config.developmentKey()
                        .map(key -> MessageDigest.isEqual(
                                credential.getBytes(StandardCharsets.UTF_8), key.getBytes(StandardCharsets.UTF_8)))
                        .orElse(false);
    }
}
