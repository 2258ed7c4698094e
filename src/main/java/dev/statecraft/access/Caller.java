package dev.statecraft.access;

import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request.
 *
 * @param game the game whose data the request is about; every partition key begins with it
 * @param name what the caller is called in history and logs
 * @param keyId the key it came with, or which its token was made from; {@value #ANONYMOUS} for none
 * @param byToken whether it came with a token
 * @param scopes what it may do
 * @param pass what narrows it to a player; null for servers
 * @param expiresAt when what it came with is not good any more; null for a key, of which that is asked again and again
 */
public record Caller(
        String game,
        String name,
        String keyId,
        boolean byToken,
        Set<Scope> scopes,
        @Nullable PlayerPass pass,
        @Nullable Instant expiresAt) {

    /** The game of a deployment that tells no games apart. */
    public static final String DEFAULT_GAME = "default";

    /** What stands for the key of a caller that has none. */
    public static final String ANONYMOUS = "anonymous";

    /** Copies the scopes. */
    public Caller {
        scopes = Set.copyOf(scopes);
    }

    /** A caller that came with what has no end of its own. */
    public Caller(
            String game, String name, String keyId, boolean byToken, Set<Scope> scopes, @Nullable PlayerPass pass) {
        this(game, name, keyId, byToken, scopes, pass, null);
    }

    /** A caller that may do everything in a game. */
    public Caller(String game, String name) {
        this(game, name, ANONYMOUS, false, Scope.ALL, null);
    }

    /** The player it is bound to; null for servers. */
    public @Nullable String playerId() {
        return pass == null ? null : pass.playerId();
    }

    /** Whether it holds a scope. */
    public boolean has(Scope scope) {
        return scopes.contains(scope);
    }

    /**
     * Goes on only if it holds a scope.
     *
     * @throws ProblemException 403 otherwise, naming the scope
     */
    public void require(Scope scope) {
        if (!has(scope)) {
            throw refused("The request requires the scope " + scope.text() + ".");
        }
    }

    /**
     * Goes on only if a space is within reach; for servers every space of their game is.
     *
     * @throws ProblemException 403 otherwise
     */
    public void requireSpace(String space) {
        if (pass != null && !pass.spaces().contains(space)) {
            throw refused("The token is not valid for this space.");
        }
    }

    /**
     * Goes on only if a board is within reach; for servers every board of their game is.
     *
     * @throws ProblemException 403 otherwise
     */
    public void requireBoard(String board) {
        if (pass != null && !pass.boards().contains(board)) {
            throw refused("The token is not valid for this board.");
        }
    }

    /**
     * Goes on only if the caller may speak for a player; servers may for every player of their game.
     *
     * @throws ProblemException 403 otherwise
     */
    public void requirePlayer(String player) {
        if (pass != null && !pass.playerId().equals(player)) {
            throw refused("The token belongs to another player.");
        }
    }

    static ProblemException refused(String detail) {
        return new ProblemException(Problem.forbidden(detail));
    }
}
