package dev.statecraft.access;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The authenticated caller of a request.
 *
 * @param game the game that the request concerns; every partition key starts with it
 * @param name name of the caller in version history, audit records and logs
 * @param keyId API key of the caller, or from which the caller's token was created; {@value #ANONYMOUS} without a key
 * @param byToken whether the credential is a token
 * @param scopes the granted scopes
 * @param pass limits of a player token; null for servers
 * @param expiresAt when the token expires; null for an API key, whose validity is checked repeatedly
 */
public record Caller(
        String game,
        String name,
        String keyId,
        boolean byToken,
        Set<Scope> scopes,
        @Nullable PlayerTokenClaims pass,
        @Nullable Instant expiresAt) {

    /** The game of a deployment without named games. */
    public static final String DEFAULT_GAME = "default";

    /** The key id of callers without a key. */
    public static final String ANONYMOUS = "anonymous";

    /** Copies the scopes. */
    public Caller {
        scopes = Set.copyOf(scopes);
    }

    /** A caller whose credential does not expire. */
    public Caller(
            String game,
            String name,
            String keyId,
            boolean byToken,
            Set<Scope> scopes,
            @Nullable PlayerTokenClaims pass) {
        this(game, name, keyId, byToken, scopes, pass, null);
    }

    /** A caller without a key that has all scopes in a game. */
    public Caller(String game, String name) {
        this(game, name, ANONYMOUS, false, Scope.ALL, null);
    }

    /** The player of a player token; null for servers. */
    public @Nullable String playerId() {
        return pass == null ? null : pass.playerId();
    }

    /** Whether the caller has a scope. */
    public boolean has(Scope scope) {
        return scopes.contains(scope);
    }

    /**
     * Requires a scope.
     *
     * @throws ProblemException 403 if the caller does not have it
     */
    public void require(Scope scope) {
        if (!has(scope)) {
            throw forbidden("The request requires the scope " + scope.text() + ".");
        }
    }

    /**
     * Requires access to a space. Servers have access to every space of their game.
     *
     * @throws ProblemException 403 if the player token does not name the space
     */
    public void requireSpace(String space) {
        if (pass != null && !pass.spaces().contains(space)) {
            throw forbidden("The token is not valid for this space.");
        }
    }

    /**
     * Requires access to a board. Servers have access to every board of their game.
     *
     * @throws ProblemException 403 if the player token does not name the board
     */
    public void requireBoard(String board) {
        if (pass != null && !pass.boards().contains(board)) {
            throw forbidden("The token is not valid for this board.");
        }
    }

    /**
     * Requires that the caller may act for a player. Servers may act for every player of their game.
     *
     * @throws ProblemException 403 if the player token belongs to another player
     */
    public void requirePlayer(String player) {
        if (pass != null && !pass.playerId().equals(player)) {
            throw forbidden("The token belongs to another player.");
        }
    }

    public static ProblemException forbidden(String detail) {
        return new ProblemException(Problem.forbidden(detail));
    }
}
