package dev.statecraft.access;

import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** Tells from the credentials of a request, or of a connection that is opened, who it comes from. */
@ApplicationScoped
public class Door {

    private static final String SCHEME = "Bearer ";
    private static final String KEY_PREFIX = "sk_";

    private final AccessConfig config;
    private final KeyService keys;
    private final TokenService tokens;

    @Inject
    public Door(AccessConfig config, KeyService keys, TokenService tokens) {
        this.config = config;
        this.keys = keys;
        this.tokens = tokens;
    }

    /**
     * Lets somebody in, as far as that can be told without reading anything.
     *
     * @param credentials the values of the header {@code Authorization}
     * @return empty if the credentials have to be looked up: {@link #letIn}
     * @throws ProblemException 401, if they cannot be enough
     */
    Optional<Caller> letInAtOnce(List<String> credentials) {
        if (credentials.isEmpty()) {
            if (!keys.isOpen()) {
                throw new ProblemException(Problem.unauthorized("Send an API key: Authorization: Bearer <key>."));
            }
            return Optional.of(caller(keys.standing(Caller.ANONYMOUS, Caller.ANONYMOUS)));
        }
        String credential = only(credentials);
        return isDevelopmentKey(credential)
                ? Optional.of(caller(keys.standing(KeyService.DEVELOPMENT, "development")))
                : Optional.empty();
    }

    /**
     * Lets somebody in; up to 2 RCU, none for a while after.
     *
     * @param credentials the values of the header {@code Authorization}
     * @throws ProblemException 401, if they are not enough
     */
    public Caller letIn(List<String> credentials) {
        return letInAtOnce(credentials).orElseGet(() -> {
            String credential = only(credentials);
            return credential.startsWith(KEY_PREFIX) ? letInByKey(credential) : letInByToken(credential);
        });
    }

    /**
     * Lets in who opens a socket; up to 2 RCU, none for a while after.
     *
     * @param credentials the values of the header {@code Authorization}
     * @param token what {@link SocketToken} found
     * @throws ProblemException 401, if they are not enough, or more than one
     */
    public Caller letIn(List<String> credentials, Optional<String> token) {
        if (token.isEmpty()) {
            return letIn(credentials);
        }
        if (!credentials.isEmpty()) {
            throw new ProblemException(Problem.unauthorized("Send the Authorization header or a token, not both."));
        }
        return letInByToken(token.get());
    }

    /**
     * Lets somebody in who could only send a token beside the request, where it may be written down on its way. Keys
     * are not taken here.
     *
     * @throws ProblemException 401, if it is not a good token
     */
    private Caller letInByToken(String token) {
        return tokens.read(token)
                .orElseThrow(() ->
                        new ProblemException(Problem.unauthorized("The token is unknown or has expired.")));
    }

    private Caller letInByKey(String credential) {
        return KeyText.read(credential)
                .flatMap(keys::find)
                .map(Door::caller)
                .orElseThrow(() -> new ProblemException(Problem.unauthorized("The API key is unknown, revoked or expired.")));
    }

    static Caller caller(AccessKey key) {
        return new Caller(key.game(), key.name(), key.id(), false, key.scopes(), null);
    }

    private static String only(List<String> credentials) {
        if (credentials.size() != 1 || !credentials.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ProblemException(Problem.unauthorized("Send exactly one credential: Authorization: Bearer <key>."));
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
